"""Who attacks models that give decisions only: by a search that sees these alone, and by trying every switch of a category."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from interplay import streams
from interplay.arrays import Array, Bool, Float, Int
from interplay.attacks.reach import Reach
from interplay.attacks.search import QUERIES
from interplay.engine import jnp
from interplay.families._family import AttackSetting
from interplay.families.estimator.nearest import DISTANCE_QUERIES, nearest_flip, switched

if TYPE_CHECKING:
    from interplay.families.estimator.deciding import Decider


@dataclass(frozen=True, eq=False)
class DecisionSearchAdversary:
    """Attacks on every one of some models that give decisions only."""

    models: Sequence[Decider]
    setting: AttackSetting

    def decided(
        self, inputs: Float[Array, "row column"], labels: Int[Array, " row"], purpose: str = "evaluation attack"
    ) -> Int[Array, "member row"]:
        """The decisions on rows moved within the radius: another one than the label wherever one was found."""
        found = []
        for member, model in enumerate(self.models):
            chance = streams.generator(self.setting.seed, purpose, member=member)
            places, reach = model.places(inputs), Reach(inputs, self.setting.threat, self.setting.radius)
            moved = reach.turned(_Asked(model, places), labels, chance, QUERIES)
            found.append(model.decisions(moved, places))
        return np.stack(found)

    def withstood(self, inputs: Float[Array, "row column"], labels: Int[Array, " row"]) -> Bool[Array, "member row"]:
        """Which rows are decided as their label under every single switch."""
        return np.stack([self._held(model, inputs, labels) for model in self.models])

    def distances(self, inputs: Float[Array, "row column"]) -> Float[Array, "member row"]:
        """How far the nearest point found with another decision lies, at most `LARGEST_DISTANCE`."""
        return np.stack([self._distance(member, model, inputs) for member, model in enumerate(self.models)])

    def _held(
        self, model: Decider, inputs: Float[Array, "row column"], labels: Int[Array, " row"]
    ) -> Bool[Array, " row"]:
        places = model.places(inputs)
        held = model.decisions(inputs, places) == labels
        for moved in switched(inputs, self.setting.switches):
            count = len(moved) // len(inputs)
            said = model.decisions(moved, np.tile(places, count)).reshape(count, -1)
            held &= (said == labels).all(axis=0)
        return held

    def _distance(self, member: int, model: Decider, inputs: Float[Array, "row column"]) -> Float[Array, " row"]:
        chance, places = streams.generator(self.setting.seed, "distance", member=member), model.places(inputs)
        decided, ask = model.decisions(inputs, places), _Asked(model, places)
        nearest = np.array(inputs, dtype=np.float32)

        def within(radius: Float[Array, " row"]) -> tuple[Float[Array, "row column"], Bool[Array, " row"]]:
            """Each search begins at what turned within the radius before it."""
            reach = Reach(inputs, self.setting.threat, radius)
            moved = reach.turned(ask, decided, chance, DISTANCE_QUERIES, nearest)
            turned = model.decisions(moved, places) != decided
            nearest[turned] = moved[turned]
            return moved, turned

        threat = self.setting.threat.among(np.arange(inputs.shape[1]), jnp.asarray(inputs, dtype=jnp.float32))
        return nearest_flip(within, inputs, threat)


@dataclass(frozen=True, eq=False)
class _Asked:
    """What a model decides about versions of rows."""

    model: Decider
    places: Int[Array, " row"]

    def __call__(self, moved: Float[Array, "some column"], of: Int[Array, " some"]) -> Int[Array, " some"]:
        return self.model.decisions(moved, self.places[of])
