"""LIME explanations of many models at once, and how well they hold beside those of a linear model."""

from typing import NamedTuple

import numpy as np
from scipy.special import expit

from interplay.arrays import Array, Float, Int
from interplay.explainers.lime import agreement, explain, fidelity
from interplay.explainers.linear import linear_models


class Explained(NamedTuple):
    """One arm's member: importances, R2 and that of a linear model, and how two pools agree; NaN where there is none."""

    importances: Float[Array, "explained feature"]
    fidelity: Float[Array, " explained"]
    reference: Float[Array, " explained"]
    repeat: Float[Array, " explained"]
    top_changed: Float[Array, " explained"]


class ScoredRows(NamedTuple):
    """Rows with their bins and encoded columns, and the margin of every arm."""

    bins: Int[Array, "row feature"]
    columns: Float[Array, "row column"]
    margins: Float[Array, "arm row"]

    @property
    def chances(self) -> Float[Array, "arm row"]:
        """The probability of the favourable class."""
        return np.asarray(expit(self.margins))


def explained(
    own: ScoredRows, first: ScoredRows, second: ScoredRows, fresh: ScoredRows, features: int
) -> list[Explained]:
    """The explanations of every arm from two pools, and how they hold on fresh points beside those of a linear model."""
    arms, lines = len(own.margins), linear_models(fresh.columns, fresh.margins)

    def both(rows: ScoredRows) -> Float[Array, "model row"]:
        """The chances of the arms, and those of their linear models."""
        return np.concatenate([rows.chances, lines.scores(rows.columns)])

    ours = explain(own.bins, first.bins, both(first), features, None, both(own))
    held = fidelity(ours, own.bins, fresh.bins, both(fresh))
    again = explain(own.bins, second.bins, second.chances, features, None, own.chances)
    same = agreement(ours.first(arms), again)
    defined, ranked = held.defined[:arms] & held.defined[arms:], held.defined[:arms] & same.defined
    parts = (
        ours.coefficients[:arms],
        np.where(defined, held.r_squared[:arms], np.nan),
        np.where(defined, held.r_squared[arms:], np.nan),
        np.where(ranked, same.rank_correlation, np.nan),
        np.where(ranked, same.top_changed, np.nan),
    )
    return [Explained(*(part[arm] for part in parts)) for arm in range(arms)]
