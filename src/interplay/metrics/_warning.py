"""How well a number warns of wrong decisions on the explained rows: the area under its curve, member by member."""

import numpy as np

from interplay.arrays import Array, Float
from interplay.estimates import NotMeasurable, Sample
from interplay.evidence import Evidence, Explanations, Predictions
from interplay.metrics._roc import area_of_member

UNEQUAL = "some member decides every explained row rightly, or none"


def warning(
    evidence: Evidence, strength: Float[Array, "member explained"], explanations: Explanations, predictions: Predictions
) -> Sample | NotMeasurable:
    """P(strength of a rightly decided row > strength of a wrongly decided one) + P(the two are equal) / 2.

    Decisions are those of fits at unit weights.
    """
    rows = explanations.rows
    counted, weights = evidence.rows.counted[:, rows], evidence.rows.weights[:, rows]
    right = predictions.decisions[:, rows] == evidence.rows.labels[rows]
    if not ((right & counted).any(axis=1) & (~right & counted).any(axis=1)).all():
        return NotMeasurable(UNEQUAL)
    areas = [area_of_member(*member, weights) for member in zip(strength, right, counted, strict=True)]
    return Sample(np.stack(areas), evidence.support(None, rows))
