"""Trying the evaluation attack on some rows of one model: other starts, a larger radius, and a search without gradients."""

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
    rows = setting.attacked[places]
    inputs, labels = np.asarray(setting.encoded.matrix[rows], dtype=np.float32), setting.dataset.labels[rows]
    tried = _Tried(setting, members.beside([members], 0), inputs, labels)
    wide = max(LARGEST_DISTANCE, 2 * setting.attack.radius)
    if attacked is None:
        near = tried.by_gradient(setting.attack.radius, "evaluation attack")
    else:
        near = _right(attacked[0, places], labels)
    again, farther = tried.by_gradient(setting.attack.radius), tried.by_gradient(wide)
    return MaskingChecks(
        rows=len(rows),
        queries=QUERIES,
        wide=wide,
        by_gradient=float(near.mean()),
        by_search=float(tried.by_search(setting.attack.radius).mean()),
        by_both_starts=float((near & again).mean()),
        wide_by_gradient=float(farther.mean()),
        wide_by_search=float(tried.by_search(wide).mean()),
        flat=tried.flat(),
    )


@dataclass(frozen=True, eq=False)
class _Tried:
    """Some rows of one model, under one attack or another: which stay rightly decided."""

    setting: EvaluationSetting
    member: Members
    inputs: Float[Array, "row column"]
    labels: Int[Array, " row"]

    def by_gradient(self, radius: float, purpose: str = "check of the attack") -> Bool[Array, " row"]:
        """Under the evaluation attack, from random starts named by a purpose."""
        adversary = self.member.adversary(self.setting.attack_within(radius))
        assert not isinstance(adversary, NotMeasurable)  # these members have been attacked
        return _right(adversary.worst(self.inputs, self.labels, purpose=purpose)[0], self.labels)

    def by_search(self, radius: float) -> Bool[Array, " row"]:
        """Under a search without gradients."""
        own, columns = jnp.asarray(self.inputs), np.arange(self.inputs.shape[1])
        threat = self.setting.attack_within(radius).threat.among(columns, own)
        reach = np.broadcast_to(np.asarray(radius * threat.movable), self.inputs.shape)
        lower, upper = (np.asarray(edge) for edge in (threat.lower, threat.upper))
        low = np.maximum(self.inputs - reach, np.minimum(lower, self.inputs))
        high = np.minimum(self.inputs + reach, np.maximum(upper, self.inputs))

        def excess(moved: Float[Array, "some column"]) -> Float[Array, " some"]:
            """Of several versions of the rows, one after the other."""
            count = len(moved) // len(self.inputs)
            filled = np.resize(moved, (AT_ONCE * len(self.inputs), self.inputs.shape[1]))  # one shape: compiled once
            versions = jnp.asarray(filled.reshape(AT_ONCE, *self.inputs.shape), dtype=jnp.float32)
            settled = np.asarray(rounded(versions, own, radius, threat)).reshape(filled.shape)
            scores = self.member.log_probabilities(settled)[0]
            return _excess(scores, np.tile(self.labels, AT_ONCE))[: count * len(self.inputs)]

        chance = streams.generator(self.setting.design.study.seed, "search without gradients")
        return excess(search(excess, self.inputs, low, high, chance)) < 0

    def flat(self) -> float:
        """The share of the rows whose score does not change with any column that can be moved."""
        scores = self.member.log_probabilities(self.inputs)
        own = np.arange(scores.shape[2]) == self.labels[:, None]
        other = np.arange(scores.shape[2]) == np.where(own, -np.inf, scores[0]).argmax(axis=1)[:, None]
        slopes = self.member.pulled_back(self.inputs, (own * 1.0 - other)[None])[0]
        return float((np.abs(slopes[:, self.setting.encoded.movable]) < NO_SLOPE).all(axis=1).mean())


def _right(scores: Float[Array, "row label"], labels: Int[Array, " row"]) -> Bool[Array, " row"]:
    return np.asarray(scores.argmax(axis=1) == labels)


def _excess(logs: Float[Array, "row label"], labels: Int[Array, " row"]) -> Float[Array, " row"]:
    """How far the likeliest other label is ahead of the row's own."""
    own = np.arange(logs.shape[1]) == labels[:, None]
    return np.asarray(np.where(own, -np.inf, logs).max(axis=1) - logs[own])
