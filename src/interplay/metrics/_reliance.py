"""What explanations name, beside what models rely on, on the rows that have both."""

from collections.abc import Callable

import numpy as np

from interplay.arrays import Array, Bool, Float
from interplay.estimates import NotMeasurable, Sample
from interplay.evidence import Evidence, Explanations, Reliance
from interplay.metrics._mean import averaged, known


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


def named_share(evidence: Evidence, marked: Callable[[Reliance], Bool[Array, " feature"]]) -> Sample | NotMeasurable:
    """The share of an explanation's importance that lies on some features, averaged over the rows that have any."""
    found = named_and_relied(evidence)
    if isinstance(found, NotMeasurable):
        return found
    named, _, reliance = found
    return averaged(evidence, known(np.asarray(shares(named)[:, :, marked(reliance)].sum(axis=2)), reliance.rows))


def shares(sizes: Float[Array, "member some feature"]) -> Float[Array, "member some feature"]:
    """Sizes over their sum; NaN where all are zero."""
    total = sizes.sum(axis=2, keepdims=True)
    return np.asarray(np.where(total > 0, sizes / np.where(total > 0, total, 1.0), np.nan))
