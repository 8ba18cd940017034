"""Whether rows that a model was trained on differ from those held out by more than that: then a difference is no leak."""

from interplay.estimates import NotMeasurable
from interplay.evidence import Evidence, ReferenceMemberships
from interplay.metrics._roc import area, pooled_sample

ALIKE = 0.02
"""How far the area under the curve of reference models may lie from one half: the tolerance of membership risks."""
SURE = 1.96
"""Standard errors within which it lies 19 times out of 20 where rows differ in nothing."""
WIDEST = 0.08
"""Where that is more, even an area of .6 would be missed more than one time in three."""

_NEXT = "hold out rows of the same time and source as those trained on, and more of them"


def told_apart(evidence: Evidence, memberships: ReferenceMemberships) -> float | NotMeasurable:
    """By how much more than chance reference models, which saw neither kind of row, tell training rows from held-out ones.

    area - 1/2, area = P(expected of a member > expected of a non-member) + P(the two are equal) / 2

    Not measurable where that is more than max(ALIKE, SURE * standard error), the error being the spread over draws of the row
    weights. With thousands of rows the bound is `ALIKE`; with few it is what chance alone reaches one time in twenty, and
    where that is more than `WIDEST` nothing is said at all. What is below the bound may still be in a membership risk: it is
    stated as bias. 0 where rows were drawn by lot.
    """
    if memberships.expected is None:
        return 0.0
    alone = pooled_sample(evidence, memberships.expected, memberships, area)
    if isinstance(alone, NotMeasurable):
        return alone
    reached, draws = alone.mean, alone.values[0, 1:]
    chance = SURE * float(draws.std()) if len(draws) else 0.0
    if chance > WIDEST:
        return NotMeasurable(
            "too few rows to check that training rows and held-out rows differ in nothing but training: reference models that "
            f"saw neither tell them apart with an AUC of {reached:.3f}, give or take {chance:.3f}; {_NEXT}"
        )
    if abs(reached - 0.5) > max(ALIKE, chance):
        return NotMeasurable(
            "training rows and held-out rows differ by more than training: reference models that saw neither tell them apart "
            f"with an AUC of {reached:.3f}, more than {max(ALIKE, chance):.3f} from one half; a threshold on the loss takes that "
            f"difference for membership too; {_NEXT}"
        )
    return reached - 0.5
