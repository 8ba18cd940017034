"""Explanations of all treatments at once: one perturbation pool per member, shared by treatments and rows."""

from collections.abc import Sequence

import numpy as np
from scipy.special import log_softmax

from interplay import streams
from interplay.arrays import Array, Float
from interplay.engine import jax
from interplay.estimates import NotMeasurable
from interplay.evidence import Explanations
from interplay.explainers.lime import agreement, explain, fidelity
from interplay.explainers.perturbations import Discretizer, Pool, fit
from interplay.interventions.release_explanations import ReleaseExplanations
from interplay.measurement.bench import Bench
from interplay.models.network import Parameters
from interplay.training.fleet import scores

FRESH_SAMPLES = 2_000
"""Fresh points on which the fidelity of an explanation is measured."""


def explanations(bench: Bench, arms: Sequence[Parameters]) -> list[Explanations | NotMeasurable]:
    """Explain the favourable score of every arm's members (a stack of parameters) on the explained rows."""
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
    arms: Sequence[Parameters],
    member: int,
) -> list[_Explained]:
    seed = bench.design.study.seed
    stacked = _stack(arms, member)

    def chances(inputs: Float[Array, "some column"]) -> Float[Array, "arm some"]:
        return np.exp(log_softmax(scores(bench.network, stacked, inputs), axis=2)[:, :, bench.dataset.favourable])

    def drawn(purpose: str, count: int) -> tuple[Pool, Float[Array, "arm sample"]]:
        pool = discretizer.draw(count, streams.generator(seed, purpose, member=member))
        return pool, chances(bench.encoder.encode_raw(pool.raw))

    own = chances(bench.encoded.matrix[bench.explained])
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
    """The same member of every fleet."""
    return jax.tree.map(lambda *leaves: np.stack([leaf[member] for leaf in leaves]), *fleets)


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
