"""How much more often rows are decided rightly by models that trained on them, with a jackknife over members."""

import numpy as np

from interplay.arrays import Array, Bool, Float
from interplay.estimates import NotMeasurable, Sample
from interplay.evidence import Evidence, Memberships, Predictions
from interplay.metrics._jackknife import pseudo_values


def memorised(evidence: Evidence, among: Bool[Array, " row"]) -> Sample | NotMeasurable:
    """The mean over some rows of the share of rightly deciding members that trained on the row, less that of the others.

    Decisions are those of fits at unit weights. A row counts where, whichever member is left out, one is left on each
    side.
    """
    predictions, seen = evidence.ask(Predictions), evidence.ask(Memberships)
    if isinstance(predictions, NotMeasurable):
        return predictions
    if isinstance(seen, NotMeasurable):
        return seen
    inside, right = seen.inside, predictions.decisions == evidence.rows.labels
    least = 1 if len(inside) <= 3 else 2
    rows = among & seen.scored.any(axis=0) & (inside.sum(axis=0) >= least) & ((~inside).sum(axis=0) >= least)
    if not rows.any():
        return NotMeasurable("no row is known to models that trained on it and to models that did not")
    inside, right = inside[:, rows], right[:, rows]
    weights = evidence.rows.weights[:, rows]
    share = weights / weights.sum(axis=1, keepdims=True)
    without = np.stack([_gap(np.delete(inside, one, 0), np.delete(right, one, 0)) for one in range(len(inside))])
    whole = share @ _gap(inside, right)
    values = whole[None] if len(inside) == 1 else pseudo_values(whole, without @ share.T)
    return Sample(np.asarray(values), evidence.rows.distinct(rows))


def _gap(inside: Bool[Array, "member row"], right: Bool[Array, "member row"]) -> Float[Array, " row"]:
    """The share of right decisions with the row less that without it; 0 where one side is empty."""
    within, without = inside.sum(axis=0), (~inside).sum(axis=0)
    found = (inside & right).sum(axis=0) / np.maximum(within, 1) - (~inside & right).sum(axis=0) / np.maximum(
        without, 1
    )
    return np.asarray(np.where((within > 0) & (without > 0), found, 0.0))
