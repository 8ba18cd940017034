"""Explanations of many models at once, and how well they hold beside those of a linear model."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from interplay.arrays import Array, Float
from interplay.explainers.linear import linear_models
from interplay.explainers.outputs import Entropy, JoinedOutputs, ModelOutputs, Models, Outputs, Points, Score
from interplay.explainers.surrogates import Fidelity, Surrogates, agreement, fidelity, fidelity_of_lines

Explain = Callable[[Outputs, Points, Points], Surrogates]
"""Explains outputs at points, with a pool of perturbed points."""


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


def explained(
    explain: Explain, models: Models, score: Score, own: Points, first: Points, second: Points, fresh: Points
) -> list[Explained]:
    """The explanations of every model's score from two pools, how they hold on fresh points beside those of a linear model,
    and how explanations of its uncertainty hold there.
    """
    scores = ModelOutputs(models, score)
    lines = linear_models(fresh.columns, score.log_odds(scores.log_probabilities(fresh)))
    outputs = JoinedOutputs((scores, lines, scores.of(Entropy())))
    ours = explain(outputs, own, first)
    held = _held(ours, own, fresh, outputs)
    again = explain(scores, own, second)
    arms = len(again.intercepts)
    same = agreement(ours.first(arms), again)
    defined, ranked = held.defined[:arms] & held.defined[arms : 2 * arms], held.defined[:arms] & same.defined
    parts = (
        ours.coefficients[:arms],
        np.where(defined, held.r_squared[:arms], np.nan),
        np.where(defined, held.r_squared[arms : 2 * arms], np.nan),
        np.where(ranked, same.rank_correlation, np.nan),
        np.where(ranked, same.top_changed, np.nan),
        np.where(defined & held.defined[2 * arms :], held.r_squared[2 * arms :], np.nan),
        ours.first(arms).values,
    )
    return [Explained(*(part[arm] for part in parts)) for arm in range(arms)]


def fidelity_of(
    explain: Explain, output: ModelOutputs, score: Score, own: Points, pool: Points, fresh: Points
) -> tuple[Float[Array, "arm own"], Float[Array, "arm own"]]:
    """The R2 of explanations of another number than the score, and that of a linear model's score; NaN where either varies
    too little.
    """
    lines = linear_models(fresh.columns, score.log_odds(output.log_probabilities(fresh)))
    outputs = JoinedOutputs((output, lines))
    held = _held(explain(outputs, own, pool), own, fresh, outputs)
    arms = len(lines.intercepts)
    defined = held.defined[:arms] & held.defined[arms:]
    return (
        np.where(defined, held.r_squared[:arms], np.nan),
        np.where(defined, held.r_squared[arms:], np.nan),
    )


def _held(local: Surrogates, own: Points, fresh: Points, outputs: Outputs) -> Fidelity:
    """How explanations hold on fresh points."""
    if local.slopes is not None:
        return fidelity_of_lines(local, own, fresh, outputs.values(fresh))
    return fidelity(local.reading or local, own.bins, fresh.bins, outputs.values(fresh))
