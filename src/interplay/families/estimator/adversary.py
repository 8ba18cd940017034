"""Who attacks estimators: by a search that needs no gradients, and by trying every switch of a category."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import logsumexp

from interplay import streams
from interplay.arrays import Array, Bool, Float, Int
from interplay.attacks.reach import Reach, Scores, excess
from interplay.attacks.search import QUERIES
from interplay.attacks.thresholded import Favourable
from interplay.engine import jnp
from interplay.families._family import AttackSetting
from interplay.families.estimator.nearest import DISTANCE_QUERIES, nearest_flip, switched

if TYPE_CHECKING:
    from interplay.families.estimator.members import EstimatorMembers


@dataclass(frozen=True, eq=False)
class Target:
    """One model and rows of it that are attacked: `decided` are scores whose largest is the decision, `cuts` the log-odds at
    which the favourable one is taken, None where it is the most likely class.
    """

    member: int
    inputs: Float[Array, "row column"]
    decided: Scores
    cuts: Float[Array, " row"] | None


@dataclass(frozen=True, eq=False)
class SearchAdversary:
    """Attacks on every member of a stack of estimators.

    `cuts` (member, row) are the log-odds at which the favourable decision is taken, None where it is the most likely class. What
    is found is never stopped at the first flip: whatever reads scores under attack wants the worst of them.
    """

    members: EstimatorMembers
    setting: AttackSetting

    def worst(
        self,
        inputs: Float[Array, "row column"],
        labels: Int[Array, " row"],
        cuts: Float[Array, "member row"] | None = None,
        purpose: str = "evaluation attack",
    ) -> Float[Array, "member row label"]:
        """The class scores of the worst rows found within the radius."""
        found = []
        for target in self._each(inputs, cuts):
            chance = streams.generator(self.setting.seed, purpose, member=target.member)
            moved = self._moved(target, labels, self.setting.radius, chance, thorough=True)
            found.append(self._plain(target.member, inputs)(moved))
        return np.stack(found)

    def withstood(
        self,
        inputs: Float[Array, "row column"],
        labels: Int[Array, " row"],
        cuts: Float[Array, "member row"] | None = None,
    ) -> Bool[Array, "member row"]:
        """Which rows are decided as their label under every single switch."""
        return np.stack([self._lowest(target, labels) > 0 for target in self._each(inputs, cuts)])

    def lowest_odds(self, inputs: Float[Array, "row column"], labels: Int[Array, " row"]) -> Float[Array, "member row"]:
        """The lowest log-odds of a row's own label under every single switch, with two labels."""
        return np.stack([self._lowest(target, labels) for target in self._each(inputs, None)])

    def distances(
        self, inputs: Float[Array, "row column"], cuts: Float[Array, "member row"] | None = None
    ) -> Float[Array, "member row"]:
        """How far the nearest point found with another decision lies, at most `LARGEST_DISTANCE`."""
        return np.stack([self._distance(target) for target in self._each(inputs, cuts)])

    def _moved(
        self,
        target: Target,
        labels: Int[Array, " row"],
        radius: float | Float[Array, " row"],
        chance: np.random.Generator,
        thorough: bool,
    ) -> Float[Array, "row column"]:
        """The worst rows found within a radius; less `thorough` where it is one of many."""
        reach = Reach(target.inputs, self.setting.threat, radius)
        return reach.worst(target.decided, labels, chance, QUERIES if thorough else DISTANCE_QUERIES)

    def _each(self, inputs: Float[Array, "row column"], cuts: Float[Array, "member row"] | None) -> Iterator[Target]:
        """Every member and how it decides."""
        for member in range(len(self.members)):
            plain, own = self._plain(member, inputs), None if cuts is None else cuts[member]
            decided = plain if own is None else _at_cuts(plain, self.setting.favourable, own)
            yield Target(member, inputs, decided, own)

    def _plain(self, member: int, inputs: Float[Array, "row column"]) -> Scores:
        """The class scores of versions of these rows, one version of all of them after the other."""
        places = self.members.places(inputs)

        def scores(moved: Float[Array, "some column"]) -> Float[Array, "some label"]:
            return self.members.scores_of(member, moved, np.tile(places, len(moved) // len(places)))

        return scores

    def _lowest(self, target: Target, labels: Int[Array, " row"]) -> Float[Array, " row"]:
        """How far a row's own label is ahead at least, as it is and under every switch."""
        inputs, scores = target.inputs, target.decided
        lowest = -excess(scores(inputs), labels)
        for moved in switched(inputs, self.setting.switches):
            count = len(moved) // len(inputs)
            ahead = -excess(scores(moved), np.tile(labels, count))
            lowest = np.minimum(lowest, ahead.reshape(count, -1).min(axis=0))
        return lowest

    def _distance(self, target: Target) -> Float[Array, " row"]:
        inputs, scores = target.inputs, target.decided
        decided, chance = (
            scores(inputs).argmax(axis=1),
            streams.generator(self.setting.seed, "distance", member=target.member),
        )
        threat = self.setting.threat.among(np.arange(inputs.shape[1]), jnp.asarray(inputs, dtype=jnp.float32))

        def within(radius: Float[Array, " row"]) -> tuple[Float[Array, "row column"], Bool[Array, " row"]]:
            moved = self._moved(target, decided, radius, chance, thorough=False)
            return moved, excess(scores(moved), decided) > 0

        return nearest_flip(within, inputs, threat)


FARTHEST_CUT = 1e6
"""Log-odds beyond any score: a cut at infinity, where nobody is decided favourably, would leave no score to climb."""


def _at_cuts(scores: Scores, favourable: Favourable, cuts: Float[Array, " row"]) -> Scores:
    """Scores whose largest is the decision at a cut for each row; see `interplay.attacks.thresholded`."""
    near = np.clip(cuts, -FARTHEST_CUT, FARTHEST_CUT)

    def of(moved: Float[Array, "some column"]) -> Float[Array, "some label"]:
        found = scores(moved)
        is_favourable = np.arange(favourable.of) == favourable.label
        others = np.where(is_favourable, -np.inf, found)
        odds = found[:, favourable.label] - logsumexp(others, axis=1) - np.tile(near, len(found) // len(near))
        return np.where(is_favourable, odds[:, None], found - others.max(axis=1, keepdims=True))

    return of
