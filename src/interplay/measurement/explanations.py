"""Explanations of all treatments at once: one perturbation pool per member, shared by treatments and rows."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from scipy.special import expit, log_softmax

from interplay import streams
from interplay.arrays import Array, Float, Int
from interplay.attacks.lira import signal
from interplay.engine import jax
from interplay.estimates import NotMeasurable
from interplay.evidence import Explanations
from interplay.explainers.lime import agreement, explain, fidelity
from interplay.explainers.linear import linear_models
from interplay.explainers.perturbations import Discretizer, fit
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


class _Explained(NamedTuple):
    """One arm's member: importances, R2 and that of a linear model, and how two pools agree; NaN where there is none."""

    importances: Float[Array, "explained feature"]
    fidelity: Float[Array, " explained"]
    reference: Float[Array, " explained"]
    repeat: Float[Array, " explained"]
    top_changed: Float[Array, " explained"]


class _Scored(NamedTuple):
    """Rows with their bins and encoded columns, and the margin of every arm."""

    bins: Int[Array, "row feature"]
    columns: Float[Array, "row column"]
    margins: Float[Array, "arm row"]

    @property
    def chances(self) -> Float[Array, "arm row"]:
        """The probability of the favourable class."""
        return np.asarray(expit(self.margins))


def _member(
    bench: Bench,
    asked: ReleaseExplanations,
    discretizer: Discretizer,
    points: Array,
    arms: Sequence[Parameters],
    member: int,
) -> list[_Explained]:
    stacked = _stack(arms, member)

    def scored(bins: Int[Array, "row feature"], columns: Float[Array, "row column"]) -> _Scored:
        logs = log_softmax(scores(bench.network, stacked, columns), axis=2)
        favourable = np.full(len(columns), bench.dataset.favourable)
        return _Scored(bins, columns, signal(logs, favourable))

    def drawn(purpose: str, count: int) -> _Scored:
        pool = discretizer.draw(count, streams.generator(bench.design.study.seed, purpose, member=member))
        return scored(pool.bins, bench.encoder.encode_raw(pool.raw))

    own = scored(points, bench.encoded.matrix[bench.explained])
    first, second = (drawn(purpose, asked.samples) for purpose in ("explanation pool", "second explanation pool"))
    return _explained(own, first, second, drawn("fresh points", FRESH_SAMPLES), asked.features)


def _explained(own: _Scored, first: _Scored, second: _Scored, fresh: _Scored, features: int) -> list[_Explained]:
    """The explanations of every arm from two pools, and how they hold on fresh points beside those of a linear model."""
    arms, lines = len(own.margins), linear_models(fresh.columns, fresh.margins)

    def both(rows: _Scored) -> Float[Array, "model row"]:
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
    return [_Explained(*(part[arm] for part in parts)) for arm in range(arms)]


def _stack(fleets: Sequence[Parameters], member: int) -> Parameters:
    """The same member of every fleet."""
    return jax.tree.map(lambda *leaves: np.stack([leaf[member] for leaf in leaves]), *fleets)


def _exhibit(bench: Bench, members: list[_Explained]) -> Explanations:
    return Explanations(bench.explained, *(np.stack(part) for part in zip(*members, strict=True)))
