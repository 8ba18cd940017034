"""How far a candidate lies from the control, model by model: what a limit relative to the control is on."""

import numpy as np

from interplay.decision.bound import Bound
from interplay.estimates import NotMeasurable, Sample

ITSELF = Sample(np.zeros((2, 3)), 1)
"""The distance of the control from itself, which no error touches."""


def beyond_control(
    candidate: Sample | NotMeasurable, control: Sample | NotMeasurable, bound: Bound
) -> Sample | NotMeasurable:
    """The distance of each model from the control that was trained on the same rows, on the side of the limit.

    control - candidate for "at_most_below_control", candidate - control for "at_most_above_control"

    In the unit of the metric, positive towards the limit, also of a relative metric. Models are paired member by member
    and evaluated on the same draws of the same rows, so that what they share cancels. Where one has more members, the
    members that both have are paired.

    Example:
        >>> ours, theirs = Sample(np.full((2, 3), 0.80), 50), Sample(np.full((2, 3), 0.82), 60)
        >>> found = beyond_control(ours, theirs, "at_most_below_control")
        >>> round(found.mean, 3), found.support
        (0.02, 50)

    Does not show: anything about a disparity, whose largest gap is predicted from signed contrasts and not from a
    difference of maxima; those are not measurable here.
    """
    if isinstance(candidate, NotMeasurable):
        return candidate
    if isinstance(control, NotMeasurable):
        return NotMeasurable(f"the control has no value to compare with: {control.reason}")
    if any(one.kind == "gap" for one in (*candidate.contrasts, *control.contrasts)):
        return NotMeasurable("a limit relative to the control is not defined for the largest gap between groups")
    members = min(len(candidate.values), len(control.values))
    ours, theirs = candidate.first(members).values, control.first(members).values
    if ours.shape != theirs.shape:
        return NotMeasurable(f"{ours.shape[1]} draws cannot be paired with the {theirs.shape[1]} of the control")
    below, above = candidate.bias[0] + control.bias[1], candidate.bias[1] + control.bias[0]
    support = min(candidate.support, control.support)
    if bound == "at_most_below_control":
        return Sample(theirs - ours, support, bias=(above, below))
    return Sample(ours - theirs, support, bias=(below, above))
