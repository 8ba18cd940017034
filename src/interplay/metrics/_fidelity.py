"""R2 of explanations beside that of a linear model of the same scale, which no explainer that sees bins describes whole."""

import numpy as np

from interplay.arrays import Array, Float
from interplay.estimates import NotMeasurable, Sample
from interplay.evidence import Evidence, Explanations
from interplay.metrics._mean import averaged, known, left_out
from interplay.metrics._metric import Rate

LEAST_REFERENCE = 0.05
"""Where explanations describe even a linear model no better than this, a share of it is a quotient of noise."""
UNVARIED = "the score varies by less than half a percentage point around the row"
UNRANKED = "no feature stands above another, or the score varies by less than half a percentage point around the row"
UNLIKE = f"the explanations of a linear model of the same scale have a mean R2 below {LEAST_REFERENCE:g}"
ABSENT = "some member has no explained row with an R2: around every one its score varies by less than half a percentage point"
NO_RANKING = (
    "some member has no explained row with a ranking of features: around every one its score varies by less than half a "
    "percentage point, or no feature stands above another"
)


def r_squared(explanations: Explanations) -> tuple[Rate, Rate]:
    """The R2 of explanations and those of the linear models, on the rows where a member has both."""
    ours, theirs = explanations.fidelity, explanations.reference
    both = np.isfinite(ours) & np.isfinite(theirs)
    first, second = (Rate(np.where(both, values, 0.0), both, explanations.rows) for values in (ours, theirs))
    return first, second


def mean_reference(evidence: Evidence, reference: Rate) -> Float[Array, "member draw"] | NotMeasurable:
    """The mean R2 of the linear models, or why nothing can be held against it."""
    means = evidence.mean(reference.values, reference.where, reference.rows)
    if isinstance(means, NotMeasurable):
        return NotMeasurable(ABSENT)
    return means if bool((means >= LEAST_REFERENCE).all()) else NotMeasurable(UNLIKE)


def share_of_linear(evidence: Evidence, ours: Rate, reference: Rate) -> Sample | NotMeasurable:
    """The mean R2 of explanations over that of explanations of the linear models, with what was left out."""
    sample, theirs = averaged(evidence, ours), mean_reference(evidence, reference)
    if isinstance(sample, NotMeasurable):
        return NotMeasurable(ABSENT)
    if isinstance(theirs, NotMeasurable):
        return theirs
    return Sample(np.asarray(sample.values / theirs), sample.support, excluded=left_out(evidence, ours, UNVARIED))


def shares_by_group(evidence: Evidence, grouping: str, explanations: Explanations) -> Rate | NotMeasurable:
    """Row values whose mean over a group is the ratio of its means, and follows the weights of rows as the ratio does.

    value = share + (R2 - share * R2 of the linear model) / mean R2 of the linear model,
    share = mean R2 / mean R2 of the linear model, with means over the row's group at unit weights

    This is the ratio's first-order expansion (the delta method). Groups that are too small to be judged keep their R2.
    """
    explained, (ours, theirs) = explanations.rows, r_squared(explanations)
    whole = mean_reference(evidence, theirs)
    if isinstance(whole, NotMeasurable):
        return whole
    groups, values = evidence.rows.groupings[grouping], explanations.fidelity.copy()
    supports = evidence.support_by_group(grouping, ours.where, ours.rows)
    tops, bases = (evidence.mean_by_group(grouping, one.values, one.where, one.rows) for one in (ours, theirs))
    for code, (top, base, support) in enumerate(zip(tops, bases, supports, strict=True)):
        if support < evidence.rows.minimum_support or isinstance(top, NotMeasurable) or isinstance(base, NotMeasurable):
            continue
        if (base[:, 0] < LEAST_REFERENCE).any():
            return NotMeasurable(f"{UNLIKE} in group {groups.names[code]!r}")
        mine = groups.codes[explained] == code
        share, reference = top[:, :1] / base[:, :1], base[:, :1]
        values[:, mine] = share + (values[:, mine] - share * explanations.reference[:, mine]) / reference
    return known(values, explained)
