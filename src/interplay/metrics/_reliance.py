"""What explanations name, beside what models rely on, on the rows that have both."""

import numpy as np

from interplay.arrays import Array, Float
from interplay.estimates import NotMeasurable
from interplay.evidence import Evidence, Explanations, Reliance


def named_and_relied(
    evidence: Evidence,
) -> tuple[Float[Array, "member some feature"], Float[Array, "member some feature"], Reliance] | NotMeasurable:
    """The sizes of importances and of effects on the rows of the latter."""
    explanations, reliance = evidence.ask(Explanations), evidence.ask(Reliance)
    if isinstance(explanations, NotMeasurable):
        return explanations
    if isinstance(reliance, NotMeasurable):
        return reliance
    order = np.argsort(explanations.rows)
    places = order[np.searchsorted(explanations.rows[order], reliance.rows)]
    return np.abs(explanations.importances[:, places]), reliance.effects, reliance


def shares(sizes: Float[Array, "member some feature"]) -> Float[Array, "member some feature"]:
    """Sizes over their sum; NaN where all are zero."""
    total = sizes.sum(axis=2, keepdims=True)
    return np.asarray(np.where(total > 0, sizes / np.where(total > 0, total, 1.0), np.nan))
