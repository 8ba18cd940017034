"""Holding the evaluation attack against others on some rows of one model, and adding a search where it finds more."""

from dataclasses import dataclass

import numpy as np

from interplay import streams
from interplay.arrays import Array, Bool, Float, Int
from interplay.attacks.pgd import rounded
from interplay.attacks.search import AT_ONCE, QUERIES, search
from interplay.engine import jnp
from interplay.estimates import NotMeasurable
from interplay.evidence import MaskingChecks
from interplay.exhibits._setting import EvaluationSetting, some_places
from interplay.families import LARGEST_DISTANCE, Members

CHECKED_ROWS = 200
NO_SLOPE = 1e-12


def masking_checks(
    setting: EvaluationSetting, members: Members, attacked: Float[Array, "member attacked label"] | None
) -> MaskingChecks:
    """The checks on some of the attacked rows of the first member.

    `attacked` are the scores under the evaluation attack on the most likely class, None where decisions were attacked at cuts.
    """
    places = some_places(setting.attacked, CHECKED_ROWS)
    tried = _Tried.of(setting, members, 0, setting.attacked[places])
    radius, wide = setting.attack.radius, max(LARGEST_DISTANCE, 2 * setting.attack.radius)
    near = tried.by_gradient(radius, "evaluation attack") if attacked is None else tried.right(attacked[0, places])
    again, farther = tried.by_gradient(radius), tried.by_gradient(wide)
    return MaskingChecks(
        rows=len(places),
        queries=QUERIES,
        wide=wide,
        by_gradient=float(near.mean()),
        by_search=float(tried.right(tried.searched(radius)).mean()),
        by_both_starts=float((near & again).mean()),
        wide_by_both=float((farther & tried.right(tried.searched(wide))).mean()),
        flat=tried.flat(),
    )


def with_search(
    setting: EvaluationSetting, members: Members, attacked: Float[Array, "member attacked label"]
) -> Float[Array, "member attacked label"]:
    """The log-probabilities of the worse of two rows: that of the evaluation attack, and that of a search without gradients."""
    found = np.array(attacked)
    for member, scores in enumerate(found):
        tried = _Tried.of(setting, members, member, setting.attacked)
        other = tried.searched(setting.attack.radius)
        worse = _excess(other, tried.labels) > _excess(scores, tried.labels)
        scores[worse] = other[worse]
    return found


@dataclass(frozen=True, eq=False)
class _Tried:
    """Some rows of one model, and what attacks make of them."""

    setting: EvaluationSetting
    number: int
    member: Members
    inputs: Float[Array, "row column"]
    labels: Int[Array, " row"]

    @classmethod
    def of(cls, setting: EvaluationSetting, members: Members, number: int, rows: Int[Array, " row"]) -> "_Tried":
        """Rows of the table and the member with this number."""
        inputs = np.asarray(setting.encoded.matrix[rows], dtype=np.float32)
        return cls(setting, number, members.beside([members], number), inputs, setting.dataset.labels[rows])

    def right(self, scores: Float[Array, "row label"]) -> Bool[Array, " row"]:
        """Which rows are still decided as their label."""
        return np.asarray(scores.argmax(axis=1) == self.labels)

    def by_gradient(self, radius: float, purpose: str = "check of the attack") -> Bool[Array, " row"]:
        """Which are under the evaluation attack, from random starts named by a purpose."""
        adversary = self.member.adversary(self.setting.attack_within(radius))
        assert not isinstance(adversary, NotMeasurable)  # these members have been attacked
        return self.right(adversary.worst(self.inputs, self.labels, purpose=purpose)[0])

    def searched(self, radius: float) -> Float[Array, "row label"]:
        """The log-probabilities of the worst rows that a search without gradients finds."""
        own, columns = jnp.asarray(self.inputs), np.arange(self.inputs.shape[1])
        threat = self.setting.attack_within(radius).threat.among(columns, own)
        reach = np.broadcast_to(np.asarray(radius * threat.movable), self.inputs.shape)
        lower, upper = (np.asarray(edge) for edge in (threat.lower, threat.upper))
        low = np.maximum(self.inputs - reach, np.minimum(lower, self.inputs))
        high = np.minimum(self.inputs + reach, np.maximum(upper, self.inputs))

        def asked(moved: Float[Array, "some column"]) -> Float[Array, "some label"]:
            """Of several versions of the rows, one after the other."""
            filled = np.resize(moved, (AT_ONCE * len(self.inputs), self.inputs.shape[1]))  # one shape: compiled once
            versions = jnp.asarray(filled.reshape(AT_ONCE, *self.inputs.shape), dtype=jnp.float32)
            settled = np.asarray(rounded(versions, own, radius, threat)).reshape(filled.shape)
            return self.member.log_probabilities(settled)[0, : len(moved)]

        def excess(moved: Float[Array, "some column"]) -> Float[Array, " some"]:
            return _excess(asked(moved), np.tile(self.labels, len(moved) // len(self.inputs)))

        chance = streams.generator(self.setting.design.study.seed, "search without gradients", member=self.number)
        return asked(search(excess, self.inputs, low, high, chance))

    def flat(self) -> float:
        """The share of the rows whose score does not change with any column that can be moved."""
        scores = self.member.log_probabilities(self.inputs)
        own = np.arange(scores.shape[2]) == self.labels[:, None]
        other = np.arange(scores.shape[2]) == np.where(own, -np.inf, scores[0]).argmax(axis=1)[:, None]
        slopes = self.member.pulled_back(self.inputs, (own * 1.0 - other)[None])[0]
        return float((np.abs(slopes[:, self.setting.encoded.movable]) < NO_SLOPE).all(axis=1).mean())


def _excess(logs: Float[Array, "row label"], labels: Int[Array, " row"]) -> Float[Array, " row"]:
    """How far the likeliest other label is ahead of the row's own."""
    own = np.arange(logs.shape[1]) == labels[:, None]
    return np.asarray(np.where(own, -np.inf, logs).max(axis=1) - logs[own])
