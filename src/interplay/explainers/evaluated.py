"""LIME explanations of many models at once, and how well they hold beside those of a linear model."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy.special import expit

from interplay.arrays import Array, Float, Int
from interplay.explainers.lime import agreement, explain, fidelity
from interplay.explainers.linear import linear_models


class Explained(NamedTuple):
    """One arm's member: importances, R2 and that of a linear model, how two pools agree, and the R2 of an explanation of the
    uncertainty, NaN where there is none; and what the local models say of their own rows.
    """

    importances: Float[Array, "explained feature"]
    fidelity: Float[Array, " explained"]
    reference: Float[Array, " explained"]
    repeat: Float[Array, " explained"]
    top_changed: Float[Array, " explained"]
    uncertainty: Float[Array, " explained"]
    local: Float[Array, " explained"]


class ScoredRows(NamedTuple):
    """Rows with their bins and encoded columns, and the margin and the entropy (nats) of every arm."""

    bins: Int[Array, "row feature"]
    columns: Float[Array, "row column"]
    margins: Float[Array, "arm row"]
    entropies: Float[Array, "arm row"]

    @property
    def chances(self) -> Float[Array, "arm row"]:
        """The probability of the favourable class."""
        return np.asarray(expit(self.margins))


class LocalModels(NamedTuple):
    """The local models behind explanations: at the explained row each is `base` + the sum of its importances."""

    base: Float[Array, "model own"]
    importances: Float[Array, "model own feature"]

    @property
    def values(self) -> Float[Array, "model own"]:
        """What each says of its own row."""
        return np.asarray(self.base + self.importances.sum(axis=2))


def explained(
    own: ScoredRows, first: ScoredRows, second: ScoredRows, fresh: ScoredRows, features: int
) -> list[Explained]:
    """The explanations of every arm from two pools, how they hold on fresh points beside those of a linear model, and how
    explanations of its uncertainty hold there.
    """
    arms, lines = len(own.margins), linear_models(fresh.columns, fresh.margins)

    def targets(rows: ScoredRows) -> Float[Array, "model row"]:
        """The chances of the arms, those of their linear models, and the entropies of the arms."""
        return np.concatenate([rows.chances, lines.scores(rows.columns), rows.entropies])

    ours = explain(own.bins, first.bins, targets(first), features, None, targets(own))
    held = fidelity(ours, own.bins, fresh.bins, targets(fresh))
    again = explain(own.bins, second.bins, second.chances, features, None, own.chances)
    same = agreement(ours.first(arms), again)
    defined, ranked = held.defined[:arms] & held.defined[arms : 2 * arms], held.defined[:arms] & same.defined
    parts = (
        ours.coefficients[:arms],
        np.where(defined, held.r_squared[:arms], np.nan),
        np.where(defined, held.r_squared[arms : 2 * arms], np.nan),
        np.where(ranked, same.rank_correlation, np.nan),
        np.where(ranked, same.top_changed, np.nan),
        np.where(defined & held.defined[2 * arms :], held.r_squared[2 * arms :], np.nan),
        ours.intercepts[:arms] + ours.coefficients[:arms].sum(axis=2),
    )
    return [Explained(*(part[arm] for part in parts)) for arm in range(arms)]


def fidelity_of(
    own: ScoredRows,
    pool: ScoredRows,
    fresh: ScoredRows,
    target: Callable[[Float[Array, "row column"]], Float[Array, "arm row"]],
    features: int,
) -> tuple[Float[Array, "arm own"], Float[Array, "arm own"]]:
    """The R2 of explanations of another number than the score, and that of a linear model's score; NaN where either varies
    too little.
    """
    arms, lines = len(own.margins), linear_models(fresh.columns, fresh.margins)

    def targets(rows: ScoredRows) -> Float[Array, "model row"]:
        return np.concatenate([target(rows.columns), lines.scores(rows.columns)])

    ours = explain(own.bins, pool.bins, targets(pool), features, None, targets(own))
    held = fidelity(ours, own.bins, fresh.bins, targets(fresh))
    defined = held.defined[:arms] & held.defined[arms:]
    return (
        np.where(defined, held.r_squared[:arms], np.nan),
        np.where(defined, held.r_squared[arms:], np.nan),
    )
