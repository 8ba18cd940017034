"""What is computed once per trained model: predictions, attacks and membership scores."""

import functools
from collections.abc import Callable

import numpy as np
from scipy.special import log_softmax

from interplay import streams
from interplay.arrays import Array, Float, Int
from interplay.attacks import lira, loss_threshold, rmia
from interplay.attacks.apgd import apgd
from interplay.attacks.distance import boundary_distance
from interplay.attacks.margin import Excess, steepest, worse
from interplay.attacks.pgd import Threat, pgd
from interplay.attacks.switch import Switches, withstands
from interplay.engine import jax, jnp
from interplay.estimates import NotMeasurable
from interplay.evidence import Attacked, Distances, Logits, Memberships, Predictions, Switched
from interplay.measurement.bench import (
    ATTACK_RESTARTS,
    ATTACK_STEPS,
    DISTANCE_ROWS,
    LARGEST_DISTANCE,
    Bench,
)
from interplay.models.network import Network, Parameters
from interplay.training.fleet import over_members, scores


class Facts:
    """Lazily computed, cached facts of one stack of members; nothing here knows which treatment it was."""

    def __init__(self, bench: Bench, parameters: Parameters) -> None:
        self.bench = bench
        self.parameters = parameters

    @functools.cached_property
    def log_probabilities(self) -> Float[Array, "member row label"]:
        """Log-probabilities on every row of the table, in float64."""
        return np.asarray(log_softmax(scores(self.bench.network, self.parameters, self.bench.encoded.matrix), axis=2))

    @functools.cached_property
    def predictions(self) -> Predictions:
        """The most likely class of every row."""
        return Predictions(self.log_probabilities, self.log_probabilities.argmax(axis=2))

    @functools.cached_property
    def adversarial_log_probabilities(self) -> Float[Array, "member attacked label"]:
        """Log-probabilities on the rows moved by the evaluation attack."""
        bench = self.bench
        found = _attack(bench.network, bench.encoded.movable_columns)(
            self.parameters,
            self._keys("evaluation attack"),
            jnp.asarray(bench.encoded.matrix[bench.attacked]),
            jnp.asarray(bench.dataset.labels[bench.attacked]),
            jnp.float32(bench.radius),
            bench.threat,
        )
        return np.asarray(log_softmax(found.astype(np.float64), axis=2))

    @functools.cached_property
    def attacked(self) -> Attacked | NotMeasurable:
        """Decisions under the evaluation attack."""
        if not self.bench.encoded.movable.any():
            return NotMeasurable("no column can be moved by an attacker")
        found = self.adversarial_log_probabilities
        return Attacked(self.bench.attacked, found.argmax(axis=2), found, self.bench.radius, ATTACK_STEPS)

    @functools.cached_property
    def switched(self) -> Switched | NotMeasurable:
        """Rows that withstand every single categorical switch."""
        bench = self.bench
        if bench.switches is None:
            return NotMeasurable("no categorical column can be changed by an attacker")
        withstood = _switch(bench.network)(
            self.parameters,
            self._keys("switch"),
            jnp.asarray(bench.encoded.matrix[bench.attacked]),
            jnp.asarray(bench.dataset.labels[bench.attacked]),
            bench.switches,
        )
        return Switched(bench.attacked, withstood)

    @functools.cached_property
    def distances(self) -> Distances | NotMeasurable:
        """Distances to the decision boundary on a part of the attacked rows."""
        bench = self.bench
        if not bench.encoded.movable.any():
            return NotMeasurable("no column can be moved by an attacker")
        rows = bench.attacked[:DISTANCE_ROWS]
        found = _distance(bench.network, bench.encoded.movable_columns)(
            self.parameters, self._keys("distance"), jnp.asarray(bench.encoded.matrix[rows]), bench.threat
        )
        return Distances(rows, found.astype(np.float64), LARGEST_DISTANCE)

    @functools.cached_property
    def logits(self) -> Logits | NotMeasurable:
        """Margins of the favourable class, with and without the movable columns."""
        bench = self.bench
        if not bench.encoded.movable.any():
            return NotMeasurable("no column can be moved by an attacker")
        held = np.asarray(log_softmax(scores(bench.network, self.parameters, bench.held), axis=2))
        return Logits(self.margins(self.log_probabilities), self.margins(held))

    @functools.cached_property
    def memberships(self) -> Memberships:
        """Membership scores of pool rows by LiRA, by loss and by RMIA, the other members as shadows.

        The population of RMIA is every row outside of the pool.
        """
        pool, design = self.bench.design.pool, self.bench.design
        inside = design.inside()
        logs, labels = self.log_probabilities[:, pool], self.bench.dataset.labels[pool]
        likelihood = loss_threshold.scores(self.log_probabilities, self.bench.dataset.labels)
        found = lira.scores(lira.signal(logs, labels), inside[:, pool])
        referred = rmia.scores(likelihood[:, pool], inside[:, pool], likelihood[:, ~design.split.pool])
        shape = inside.shape
        every = {name: np.zeros(shape) for name in ("lira", "loss", "rmia")}
        scored = np.zeros(shape, dtype=bool)
        every["lira"][:, pool] = found.scores
        every["loss"][:, pool] = likelihood[:, pool]
        every["rmia"][:, pool] = referred.scores
        scored[:, pool] = found.scored & referred.scored
        return Memberships(every["lira"], every["loss"], every["rmia"], inside, scored)

    def margins(self, log_probabilities: Float[Array, "member some label"]) -> Float[Array, "member some"]:
        """Log-odds of the favourable class."""
        favourable = np.full(log_probabilities.shape[1], self.bench.dataset.favourable, dtype=np.int64)
        return lira.signal(log_probabilities, favourable)

    def _keys(self, purpose: str) -> Int[Array, "member word"]:
        seed, members = self.bench.design.study.seed, len(self.bench.design.halves)
        return np.stack([streams.key_data(seed, purpose, member=member) for member in range(members)])


@functools.lru_cache(maxsize=16)
def _attack(network: Network, movable: tuple[int, ...]) -> Callable[..., Array]:
    columns = np.asarray(movable)

    def run(
        parameters: Parameters,
        key: jax.Array,
        inputs: jax.Array,
        labels: jax.Array,
        radius: jax.Array,
        threat: Threat,
    ) -> jax.Array:
        scores_at = network.around(parameters, inputs, columns)
        start, bounds, again = inputs[:, columns], threat.among(columns), jax.random.fold_in(key, 1)
        excess = Excess(scores_at, labels)
        plain = pgd(steepest(scores_at, start, labels), start, radius, bounds, key, ATTACK_STEPS, ATTACK_RESTARTS)
        adaptive = apgd(excess, start, radius, bounds, again, ATTACK_STEPS, ATTACK_RESTARTS)
        return worse(scores_at(plain), scores_at(adaptive), labels)

    return over_members(run)


@functools.lru_cache(maxsize=16)
def _switch(network: Network) -> Callable[..., Array]:
    def run(
        parameters: Parameters, _: jax.Array, inputs: jax.Array, labels: jax.Array, switches: Switches
    ) -> jax.Array:
        return withstands(lambda x: network.logits(parameters, x), inputs, labels, switches)

    return over_members(run)


@functools.lru_cache(maxsize=16)
def _distance(network: Network, movable: tuple[int, ...]) -> Callable[..., Array]:
    columns = np.asarray(movable)

    def run(parameters: Parameters, key: jax.Array, inputs: jax.Array, threat: Threat) -> jax.Array:
        scores_at = network.around(parameters, inputs, columns)
        return boundary_distance(scores_at, inputs[:, columns], threat.among(columns), key, LARGEST_DISTANCE)

    return over_members(run)
