"""Explanations of all treatments at once: one perturbation pool per member, shared by treatments and rows."""

from collections.abc import Sequence

import numpy as np
from scipy.special import log_softmax

from interplay import streams
from interplay.arrays import Array, Float
from interplay.engine import jnp
from interplay.estimates import NotMeasurable
from interplay.evidence import Explanations
from interplay.explainers.lime import agreement, explain, fidelity
from interplay.explainers.perturbations import Discretizer, Pool, fit
from interplay.interventions.release_explanations import ReleaseExplanations
from interplay.measurement.bench import Bench
from interplay.measurement.facts import Facts
from interplay.models.dense import Layer, Parameters
from interplay.training.fleet import scores

FRESH_SAMPLES = 2_000
"""Fresh points on which the fidelity of an explanation is measured."""


def explanations(bench: Bench, arms: Sequence[Facts]) -> list[Explanations | NotMeasurable]:
    """Explain the favourable score of every arm's members on the explained rows."""
    asked = bench.design.factors.all.get("release_explanations")
    if not isinstance(asked, ReleaseExplanations):
        return [NotMeasurable("the study releases no explanations") for _ in arms]
    raw = bench.encoder.raw(bench.dataset.table)
    kinds = np.array([feature.kind != "numeric" for feature in bench.encoded.features])
    discretizer = fit(raw[bench.design.pool], kinds)
    members = [
        _member(bench, asked, discretizer, discretizer.codes(raw[bench.explained]), arms, member)
        for member in range(len(bench.design.halves))
    ]
    return [_exhibit(bench, [member[arm] for member in members]) for arm in range(len(arms))]


class _Explained:
    """One arm's member: importances, fidelity, agreement of two pools, and where all are defined."""

    def __init__(self, importances: Array, held: Array, repeat: Array, top_changed: Array, defined: Array) -> None:
        self.importances = importances
        self.fidelity = held
        self.repeat = repeat
        self.top_changed = top_changed
        self.defined = defined


def _member(
    bench: Bench,
    asked: ReleaseExplanations,
    discretizer: Discretizer,
    points: Array,
    arms: Sequence[Facts],
    member: int,
) -> list[_Explained]:
    seed = bench.design.study.seed
    stacked = _stack([arm.parameters for arm in arms], member)
    own = np.stack([np.exp(arm.log_probabilities[member, bench.explained, bench.dataset.favourable]) for arm in arms])

    def drawn(purpose: str, count: int) -> tuple[Pool, Float[Array, "arm sample"]]:
        pool = discretizer.draw(count, streams.generator(seed, purpose, member=member))
        chances = log_softmax(scores(stacked, bench.encoder.encode_raw(pool.raw)), axis=2)
        return pool, np.exp(chances[:, :, bench.dataset.favourable])

    first, second = drawn("explanation pool", asked.samples), drawn("second explanation pool", asked.samples)
    fresh = drawn("fresh points", FRESH_SAMPLES)
    ours, again = (
        explain(points, pool.bins, given, features=asked.features, point_scores=own) for pool, given in (first, second)
    )
    held = fidelity(ours, points, fresh[0].bins, fresh[1])
    same = agreement(ours, again)
    return [
        _Explained(
            ours.coefficients[arm],
            held.r_squared[arm],
            same.rank_correlation[arm],
            same.top_changed[arm],
            held.defined[arm] & same.defined[arm],
        )
        for arm in range(len(arms))
    ]


def _stack(fleets: Sequence[Parameters], member: int) -> Parameters:
    return tuple(
        Layer(
            jnp.stack([jnp.asarray(fleet[depth].weight[member]) for fleet in fleets]),
            jnp.stack([jnp.asarray(fleet[depth].bias[member]) for fleet in fleets]),
        )
        for depth in range(len(fleets[0]))
    )


def _exhibit(bench: Bench, members: list[_Explained]) -> Explanations | NotMeasurable:
    keep = np.all([one.defined for one in members], axis=0)
    if not keep.any():
        return NotMeasurable("the score is constant around every explained row, so there is nothing to explain")
    return Explanations(
        rows=bench.explained[keep],
        importances=np.stack([one.importances[keep] for one in members]),
        fidelity=np.stack([one.fidelity[keep] for one in members]),
        repeat=np.stack([one.repeat[keep] for one in members]),
        top_changed=np.stack([one.top_changed[keep] for one in members]).astype(np.float64),
    )
