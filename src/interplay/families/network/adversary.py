"""Who attacks trained networks: along the slope of their scores, by switching categories, and by looking for the boundary."""

import functools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from interplay import streams
from interplay.arrays import Array, Bool, Float, Int
from interplay.attacks.apgd import apgd
from interplay.attacks.distance import boundary_distance
from interplay.attacks.margin import Excess, steepest
from interplay.attacks.pgd import Threat, pgd, rounded
from interplay.attacks.switch import Switches, lowest_odds, withstands
from interplay.attacks.thresholded import Favourable, Scores, thresholded
from interplay.engine import jax, jnp
from interplay.families._family import ATTACK_RESTARTS, ATTACK_STEPS, LARGEST_DISTANCE, AttackSetting
from interplay.families.network.fleet import over_members
from interplay.models.network import Network, Parameters

LARGEST_CUT = 1e6
"""Log-odds at which a threshold that nobody reaches is cut, so that sums stay finite."""


@dataclass(frozen=True, eq=False)
class GradientAdversary:
    """Attacks on every member of a stack of networks.

    `cuts` (member, row) are the log-odds at which the favourable decision is taken, None where it is the most likely
    class. With two labels an attack on the scores is one on the decision wherever the cut lies.
    """

    network: Network
    parameters: Parameters
    members: int
    setting: AttackSetting

    def worst(
        self,
        inputs: Float[Array, "row column"],
        labels: Int[Array, " row"],
        cuts: Float[Array, "member row"] | None = None,
        purpose: str = "evaluation attack",
    ) -> Float[Array, "member row label"]:
        """The class scores of the worst rows found within the radius, by PGD and APGD."""
        return _attack(self.network, self._favourable(cuts), self.setting.movable)(
            (self.parameters, self._at(cuts, len(inputs))),
            self._keys(purpose),
            jnp.asarray(inputs),
            jnp.asarray(labels),
            jnp.float32(self.setting.radius),
            self.setting.threat,
        )

    def withstood(
        self,
        inputs: Float[Array, "row column"],
        labels: Int[Array, " row"],
        cuts: Float[Array, "member row"] | None = None,
    ) -> Bool[Array, "member row"]:
        """Which rows are decided as their label under every single switch."""
        asked = (self.parameters, self._at(cuts, len(inputs)))
        attack = _switch(self.network, self._favourable(cuts))
        return attack(asked, self._keys("switch"), jnp.asarray(inputs), jnp.asarray(labels), self.setting.switches)

    def lowest_odds(self, inputs: Float[Array, "row column"], labels: Int[Array, " row"]) -> Float[Array, "member row"]:
        """The lowest log-odds of a row's own label under every single switch, with two labels."""
        attack, keys = _lowest(self.network), self._keys("switch")
        found = attack(self.parameters, keys, jnp.asarray(inputs), jnp.asarray(labels), self.setting.switches)
        return np.asarray(found, dtype=np.float64)

    def distances(
        self, inputs: Float[Array, "row column"], cuts: Float[Array, "member row"] | None = None
    ) -> Float[Array, "member row"]:
        """How far the nearest point found with another decision lies, at most `LARGEST_DISTANCE`."""
        found = _distance(self.network, self._favourable(cuts), self.setting.movable)(
            (self.parameters, self._at(cuts, len(inputs))),
            self._keys("distance"),
            jnp.asarray(inputs),
            self.setting.threat,
        )
        return np.asarray(found, dtype=np.float64)

    def _favourable(self, cuts: Float[Array, "member row"] | None) -> Favourable | None:
        """An attack on the scores, or on the decision at the cuts; with two labels one program serves for both."""
        at_cuts = self.setting.favourable.of == 2 or cuts is not None
        return self.setting.favourable if at_cuts else None

    def _at(self, cuts: Float[Array, "member row"] | None, rows: int) -> Float[Array, "member row"]:
        if cuts is None:
            return np.zeros((self.members, rows), dtype=np.float32)
        return np.clip(cuts, -LARGEST_CUT, LARGEST_CUT).astype(np.float32)

    def _keys(self, purpose: str) -> Int[Array, "member word"]:
        seed = self.setting.seed
        return np.stack([streams.key_data(seed, purpose, member=member) for member in range(self.members)])


def _decided_by(scores_at: Scores, favourable: Favourable | None, cuts: jax.Array) -> Scores:
    """Scores whose largest is the decision: at the cuts, or the most likely class."""
    return scores_at if favourable is None else thresholded(scores_at, favourable, cuts)


@functools.lru_cache(maxsize=16)
def _attack(network: Network, favourable: Favourable | None, movable: tuple[int, ...]) -> Callable[..., Array]:
    columns = np.asarray(movable)

    def run(
        member: tuple[Parameters, jax.Array],
        key: jax.Array,
        inputs: jax.Array,
        labels: jax.Array,
        radius: jax.Array,
        threat: Threat,
    ) -> jax.Array:
        parameters, cuts = member
        plain_scores = network.around(parameters, inputs, columns)
        scores_at = _decided_by(plain_scores, favourable, cuts)
        start, bounds = inputs[:, columns], threat.among(columns, inputs)
        excess, again = Excess(scores_at, labels), jax.random.fold_in(key, 1)
        plain = pgd(steepest(scores_at, start, labels), start, radius, bounds, key, ATTACK_STEPS, ATTACK_RESTARTS)
        adaptive = apgd(excess, start, radius, bounds, again, ATTACK_STEPS, ATTACK_RESTARTS)
        worst = start
        for found in (plain, adaptive):
            moved = rounded(found, start, radius, bounds)
            worst = jnp.where((excess(moved) > excess(worst))[:, None], moved, worst)
        return plain_scores(worst)

    return over_members(run)


@functools.lru_cache(maxsize=16)
def _switch(network: Network, favourable: Favourable | None) -> Callable[..., Array]:
    def run(
        member: tuple[Parameters, jax.Array], _: jax.Array, inputs: jax.Array, labels: jax.Array, switches: Switches
    ) -> jax.Array:
        parameters, cuts = member
        scores_at = _decided_by(functools.partial(network.logits, parameters), favourable, cuts)
        return withstands(scores_at, inputs, labels, switches)

    return over_members(run)


@functools.lru_cache(maxsize=16)
def _lowest(network: Network) -> Callable[..., Array]:
    def run(
        parameters: Parameters, _: jax.Array, inputs: jax.Array, labels: jax.Array, switches: Switches
    ) -> jax.Array:
        return lowest_odds(functools.partial(network.logits, parameters), inputs, labels, switches)

    return over_members(run)


@functools.lru_cache(maxsize=16)
def _distance(network: Network, favourable: Favourable | None, movable: tuple[int, ...]) -> Callable[..., Array]:
    columns = np.asarray(movable)

    def run(member: tuple[Parameters, jax.Array], key: jax.Array, inputs: jax.Array, threat: Threat) -> jax.Array:
        parameters, cuts = member
        scores_at = _decided_by(network.around(parameters, inputs, columns), favourable, cuts)
        return boundary_distance(scores_at, inputs[:, columns], threat.among(columns, inputs), key, LARGEST_DISTANCE)

    return over_members(run)
