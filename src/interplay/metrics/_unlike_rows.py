"""Whether rows that a model was trained on and rows held out differ by more than that: then a difference is no sign of a leak."""

from interplay.estimates import NotMeasurable
from interplay.evidence import Evidence, ReferenceMemberships
from interplay.metrics._roc import area, pooled_sample

ALIKE = 0.02
"""How far the area under the curve of reference models may lie from one half: the tolerance of membership risks."""
SURE = 1.96
"""Standard errors within which it lies 19 times out of 20 where rows differ in nothing."""
WIDEST = 0.07
"""Where that is more, even an area of .6 would be missed more than one time in five."""

_NEXT = "hold out rows of the same time and source as those trained on, and more of them"


def unlike_rows(evidence: Evidence, memberships: ReferenceMemberships) -> NotMeasurable | None:
    """Why the rows cannot be told apart by training alone; None where reference models, which saw neither, find them alike.

    |area - 1/2| <= max(ALIKE, SURE * standard error)    area = P(expected of a member > expected of a non-member), ties half

    The error is the spread over draws of the row weights. With thousands of rows the bound is `ALIKE`; with few it is what chance
    alone reaches one time in twenty, and where that is more than `WIDEST` nothing is said at all.
    """
    if memberships.expected is None:
        return None
    alone = pooled_sample(evidence, memberships.expected, memberships, area)
    if isinstance(alone, NotMeasurable):
        return alone
    found, error = alone.mean, float(alone.values[0, 1:].std()) if alone.values.shape[1] > 1 else 0.0
    if SURE * error > WIDEST:
        return NotMeasurable(
            f"too few rows to check that training rows and held-out rows differ in nothing but training: reference models that "
            f"saw neither tell them apart with an AUC of {found:.3f}, give or take {SURE * error:.3f}; {_NEXT}"
        )
    if abs(found - 0.5) <= max(ALIKE, SURE * error):
        return None
    return NotMeasurable(
        f"training rows and held-out rows differ by more than training: reference models that saw neither tell them apart with "
        f"an AUC of {found:.3f}, where {max(ALIKE, SURE * error):.3f} from one half is the most; a threshold on the loss takes "
        f"that difference for membership too; {_NEXT}"
    )
