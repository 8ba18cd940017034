"""Holding the evaluation attack against others on some rows of one model, and adding a search where it finds more."""

from dataclasses import dataclass

import numpy as np

from interplay import streams
from interplay.arrays import Array, Bool, Float, Int
from interplay.attacks.reach import Reach, excess
from interplay.attacks.search import AT_ONCE, QUERIES
from interplay.estimates import NotMeasurable
from interplay.evidence import MaskingChecks
from interplay.exhibits._setting import EvaluationSetting, some_places
from interplay.families import LARGEST_DISTANCE, Members

CHECKED_ROWS, WIDE_QUERIES = 200, 100
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
    return MaskingChecks(
        rows=len(places),
        queries=QUERIES,
        wide=wide,
        by_gradient=float(near.mean()),
        by_search=float(tried.right(tried.searched(radius)).mean()),
        wide_by_search=float(tried.right(tried.searched(wide, WIDE_QUERIES)).mean()),
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
        worse = excess(other, tried.labels) > excess(scores, tried.labels)
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

    def by_gradient(self, radius: float, purpose: str) -> Bool[Array, " row"]:
        """Which are under the evaluation attack, from random starts named by a purpose."""
        adversary = self.member.adversary(self.setting.attack_within(radius))
        assert not isinstance(adversary, NotMeasurable)  # these members have been attacked
        return self.right(adversary.worst(self.inputs, self.labels, purpose=purpose)[0])

    def searched(self, radius: float, queries: int = QUERIES) -> Float[Array, "row label"]:
        """The log-probabilities of the worst rows that a search without gradients finds."""

        def asked(moved: Float[Array, "some column"]) -> Float[Array, "some label"]:
            filled = np.resize(moved, (AT_ONCE * len(self.inputs), self.inputs.shape[1]))  # one shape: compiled once
            return self.member.log_probabilities(filled)[0, : len(moved)]

        chance = streams.generator(self.setting.design.study.seed, "search without gradients", member=self.number)
        reach = Reach(self.inputs, self.setting.attack_within(radius).threat, radius)
        return asked(reach.worst(asked, self.labels, chance, queries))

    def flat(self) -> float:
        """The share of the rows whose score does not change with any column that can be moved."""
        scores = self.member.log_probabilities(self.inputs)
        own = np.arange(scores.shape[2]) == self.labels[:, None]
        other = np.arange(scores.shape[2]) == np.where(own, -np.inf, scores[0]).argmax(axis=1)[:, None]
        slopes = self.member.pulled_back(self.inputs, (own * 1.0 - other)[None])[0]
        return float((np.abs(slopes[:, self.setting.encoded.movable]) < NO_SLOPE).all(axis=1).mean())
