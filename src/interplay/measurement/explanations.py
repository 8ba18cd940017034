"""Explanations of all treatments at once: one perturbation pool per member, shared by treatments and rows."""

from collections.abc import Mapping, Sequence

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
from interplay.measurement.refitting import refitted
from interplay.models.network import Parameters
from interplay.training.fleet import scores

FRESH_SAMPLES = 2_000
"""Fresh points on which the fidelity of an explanation is measured."""


def explanations(bench: Bench, arms: Sequence[Parameters]) -> list[Explanations | NotMeasurable]:
    """Explain the favourable score of every arm's members (a stack of parameters) on the explained rows."""
    found = Explainer(len(arms))(bench, dict(enumerate(arms)))
    return [found[arm] for arm in range(len(arms))]


class Explainer:
    """Explains members as `explanations` does, and none of them twice.

    An arm is known by its place among `arms`, and must have the same members at every call, or more. Most of the work is
    on the pool of a member, whatever the number of arms: those that are not asked about are filled up with one that is,
    so that the numbers of an arm do not depend on which others are asked about.
    """

    def __init__(self, arms: int) -> None:
        self._arms = arms
        self._known: dict[tuple[int, int], _Explained] = {}

    def __call__(self, bench: Bench, asked: Mapping[int, Parameters]) -> dict[int, Explanations | NotMeasurable]:
        """The explanations of the arms at these places."""
        release = bench.design.factors.all.get("release_explanations")
        if not isinstance(release, ReleaseExplanations):
            return {arm: NotMeasurable("the study releases no explanations") for arm in asked}
        members = range(len(bench.design.halves))
        self._explain(bench, release, {arm: refitted(bench, one) for arm, one in asked.items()}, members)
        return {arm: _exhibit(bench, [self._known[arm, member] for member in members]) for arm in asked}

    def _explain(
        self, bench: Bench, release: ReleaseExplanations, asked: Mapping[int, Parameters], members: Sequence[int]
    ) -> None:
        raw = bench.encoder.raw(bench.dataset.table)
        kinds = np.array([feature.kind != "numeric" for feature in bench.encoded.features])
        discretizer = fit(raw[bench.design.pool], kinds)
        points = discretizer.codes(raw[bench.explained])
        for member in members:
            new = [arm for arm in asked if (arm, member) not in self._known]
            if new:
                filled = [asked[arm if arm in new else new[0]] for arm in range(self._arms)]
                made = _member(bench, release, discretizer, points, filled, member)
                self._known |= {(arm, member): made[arm] for arm in new}


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
