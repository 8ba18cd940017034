"""What is computed once per trained model: predictions, attacks and membership scores."""

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.special import log_softmax

from interplay import streams
from interplay.arrays import Array, Bool, Float, Int
from interplay.attacks import lira, loss_threshold, rmia
from interplay.attacks.apgd import apgd
from interplay.attacks.distance import boundary_distance
from interplay.attacks.margin import Excess, steepest
from interplay.attacks.pgd import Threat, pgd, rounded
from interplay.attacks.switch import Switches, lowest_odds, withstands
from interplay.attacks.thresholded import Favourable, Scores, thresholded
from interplay.drawn import Cuts, Refits
from interplay.engine import jax, jnp
from interplay.estimates import NotMeasurable
from interplay.evidence import Attacked, Distances, Logits, Memberships, Predictions, RightlyDecided, Switched
from interplay.measurement.bench import ATTACK_RESTARTS, ATTACK_STEPS, LARGEST_DISTANCE, Bench
from interplay.measurement.fitted import cuts_of_refits, refitted_odds
from interplay.models.network import Network, Parameters
from interplay.training.fleet import over_members, scores
from interplay.training.recipes import threat_of

UNMOVED = NotMeasurable("no column can be moved by an attacker")
LARGEST_CUT = 1e6
"""Log-odds at which a threshold that nobody reaches is cut, so that sums stay finite."""


class Facts:
    """Lazily computed, cached facts of one stack of members; nothing here knows which treatment it was.

    `parameters` are those of refitted models. With `cuts` (member, row) the favourable decision is taken where its
    log-odds reach the row's cut, `cuts_in_draws` are the same in every draw, and `bare` are the facts of the same models
    without: everything that follows from decisions is then about the decision that would be deployed.
    """

    def __init__(
        self,
        bench: Bench,
        parameters: Parameters,
        cuts: Float[Array, "member row"] | None = None,
        bare: "Facts | None" = None,
        cuts_in_draws: Cuts | None = None,
    ) -> None:
        self.bench = bench
        self.parameters = parameters
        self.cuts = cuts
        self.bare = bare
        self._cuts_in_draws = cuts_in_draws

    @functools.cached_property
    def log_probabilities(self) -> Float[Array, "member row label"]:
        """Log-probabilities on every row of the table, in float64."""
        if self.bare is not None:
            return self.bare.log_probabilities
        return np.asarray(log_softmax(scores(self.bench.network, self.parameters, self.bench.encoded.matrix), axis=2))

    @functools.cached_property
    def predictions(self) -> Predictions:
        """The decision on every row."""
        logs = self.log_probabilities
        return Predictions(logs, self.decided(logs), self.cuts_in_draws, self.refits)

    @functools.cached_property
    def refits(self) -> Refits | None:
        """The refits of every draw; None with more than two labels, or where there is one draw."""
        if self.bare is not None:
            return self.bare.refits
        bench = self.bench
        if len(bench.dataset.classes) != 2 or len(bench.rows.weights) == 1:
            return None
        favourable, tuning = bench.dataset.labels == bench.dataset.favourable, np.flatnonzero(bench.design.split.tuning)
        margins = self.margins(self.log_probabilities)
        return refitted_odds(margins, favourable, tuning, bench.rows.weights)

    @functools.cached_property
    def cuts_in_draws(self) -> Cuts | None:
        """Where the favourable decision begins in every draw; None where `refits` is."""
        if self.refits is None or self.cuts is not None:
            return self._cuts_in_draws
        return cuts_of_refits(self.refits, self.bench.dataset.favourable)

    @functools.cached_property
    def rightly_decided(self) -> RightlyDecided:
        """Which rows are decided as their label."""
        return RightlyDecided(self.predictions.decisions == self.bench.dataset.labels)

    @functools.cached_property
    def adversarial_log_probabilities(self) -> Float[Array, "member attacked label"]:
        """Log-probabilities on the rows moved by the evaluation attack.

        With two labels an attack on the scores is one on the decision, wherever the cut lies.
        """
        bench = self.bench
        if self.bare is not None and len(bench.dataset.classes) == 2:
            return self.bare.adversarial_log_probabilities
        found = self._asked(_attack, bench.encoded.movable_columns)(
            (self.parameters, self._cuts(bench.attacked)),
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
        bench = self.bench
        if not bench.encoded.movable.any():
            return UNMOVED
        found, cuts = self.adversarial_log_probabilities, self.cuts_in_draws
        moved = None if cuts is None else cuts.moved(bench.attacked, self.margins(found))
        decisions = self.decided(found, bench.attacked)
        return Attacked(bench.attacked, decisions, found, bench.radius, ATTACK_STEPS, moved)

    @functools.cached_property
    def switched(self) -> Switched | NotMeasurable:
        """Rows that withstand every single categorical switch."""
        bench = self.bench
        if bench.switches is None:
            return NotMeasurable("no categorical column can be changed by an attacker")
        if len(bench.dataset.classes) != 2:
            asked = self._asked(_switch)
            return Switched(bench.attacked, asked((self.parameters, self._cuts(bench.attacked)), *self._switching))
        entitled = bench.dataset.labels[bench.attacked] == bench.dataset.favourable
        margins = np.where(entitled, self.switched_odds, -self.switched_odds)
        moved = None if self.cuts_in_draws is None else self.cuts_in_draws.moved(bench.attacked, margins)
        return Switched(bench.attacked, self._favoured(margins, bench.attacked) == entitled, moved)

    @functools.cached_property
    def switched_odds(self) -> Float[Array, "member attacked"]:
        """The lowest log-odds of a row's own label under every switch, with two labels: the same wherever the cut lies."""
        if self.bare is not None:
            return self.bare.switched_odds
        return _lowest(self.bench.network)(self.parameters, *self._switching).astype(np.float64)

    @property
    def _switching(self) -> tuple[Any, ...]:
        bench = self.bench
        inputs, labels = bench.encoded.matrix[bench.attacked], bench.dataset.labels[bench.attacked]
        return self._keys("switch"), jnp.asarray(inputs), jnp.asarray(labels), bench.switches

    def _favoured(self, margins: Float[Array, "member some"], rows: Int[Array, " some"]) -> Bool[Array, "member some"]:
        """Whether these margins of some rows are decided favourably, with two labels."""
        if self.cuts is not None:
            return np.asarray(margins >= self.cuts[:, rows])
        return np.asarray(margins > 0 if self.bench.dataset.favourable != 0 else margins >= 0)

    @functools.cached_property
    def distances(self) -> Distances | NotMeasurable:
        """Distances to the decision boundary on a part of the attacked rows."""
        bench = self.bench
        if not bench.encoded.movable.any():
            return UNMOVED
        found = self._asked(_distance, bench.encoded.movable_columns)(
            (self.parameters, self._cuts(bench.near)),
            self._keys("distance"),
            jnp.asarray(bench.encoded.matrix[bench.near]),
            bench.threat,
        )
        return Distances(bench.near, found.astype(np.float64), LARGEST_DISTANCE)

    @functools.cached_property
    def logits(self) -> Logits | NotMeasurable:
        """Margins of the favourable class, with and without the movable columns."""
        bench = self.bench
        if not bench.encoded.movable.any():
            return UNMOVED
        held = np.asarray(log_softmax(scores(bench.network, self.parameters, bench.held), axis=2))
        return Logits(self.margins(self.log_probabilities), self.margins(held))

    @functools.cached_property
    def memberships(self) -> Memberships:
        """Membership scores of pool rows by LiRA, by loss and by RMIA, the other members as shadows.

        The population of RMIA is every row outside of the pool, but for those held back for a confirmation.
        """
        pool, design = self.bench.design.pool, self.bench.design
        inside = design.inside()
        logs, labels = self.log_probabilities[:, pool], self.bench.dataset.labels[pool]
        likelihood = loss_threshold.scores(self.log_probabilities, self.bench.dataset.labels)
        found = lira.scores(lira.signal(logs, labels), inside[:, pool])
        referred = rmia.scores(likelihood[:, pool], inside[:, pool], likelihood[:, self.bench.never_trained])
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

    def decided(
        self, logs: Float[Array, "member some label"], rows: Int[Array, " some"] | None = None
    ) -> Int[Array, "member some"]:
        """The most likely class; with cuts the favourable one where its log-odds reach the cut, else the likeliest other."""
        if self.cuts is None:
            return np.asarray(logs.argmax(axis=2))
        favourable = self.bench.dataset.favourable
        others = logs.copy()
        others[:, :, favourable] = -np.inf
        cuts = self.cuts if rows is None else self.cuts[:, rows]
        return np.where(self.margins(logs) >= cuts, favourable, others.argmax(axis=2))

    def _asked(self, attack: Callable[..., Callable[..., Array]], *columns: tuple[int, ...]) -> Callable[..., Array]:
        """An attack on the scores, or on the decision at the cuts."""
        dataset = self.bench.dataset
        at_cuts = len(dataset.classes) == 2 or self.cuts is not None  # with two labels one program serves for both
        favourable = Favourable(dataset.favourable, len(dataset.classes)) if at_cuts else None
        return attack(self.bench.network, favourable, *columns)

    def _cuts(self, rows: Int[Array, " some"]) -> Float[Array, "member some"]:
        if self.cuts is None:
            return np.zeros((len(self.bench.design.halves), len(rows)), dtype=np.float32)
        return np.clip(self.cuts[:, rows], -LARGEST_CUT, LARGEST_CUT).astype(np.float32)

    def _keys(self, purpose: str) -> Int[Array, "member word"]:
        seed, members = self.bench.design.study.seed, len(self.bench.design.halves)
        return np.stack([streams.key_data(seed, purpose, member=member) for member in range(members)])


def under_attack(
    bench: Bench, parameters: Parameters, rows: Int[Array, " some"], radius: float
) -> Int[Array, "member some"]:
    """The most likely class of these rows under the evaluation attack within a radius; members as in `parameters`."""
    members = len(jax.tree.leaves(parameters)[0])
    keys = np.stack([streams.key_data(bench.design.study.seed, "radius", member=member) for member in range(members)])
    found = _attack(bench.network, None, bench.encoded.movable_columns)(
        (parameters, np.zeros((members, len(rows)), dtype=np.float32)),
        keys,
        jnp.asarray(bench.encoded.matrix[rows]),
        jnp.asarray(bench.dataset.labels[rows]),
        jnp.float32(radius),
        threat_of(bench.encoded, radius or 1.0),
    )
    return np.asarray(found.argmax(axis=2))


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
