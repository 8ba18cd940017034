"""How much explanations change where a row is changed a little, by a search over its bins and by chance."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from interplay import streams
from interplay.arrays import Array, Bool, Float, Int
from interplay.estimates import NotMeasurable
from interplay.evidence import Exhibit, ExplanationSearch
from interplay.exhibits._explaining import SharedPool, pooled
from interplay.exhibits._maker import Maker
from interplay.exhibits._setting import UNMOVED, EvaluationSetting, some_places
from interplay.explainers.surrogates import LEAST_SPREAD
from interplay.families import Members
from interplay.interventions import Ask
from interplay.representations import Box

SEARCHED_ROWS, AT_ONCE = 48, 12
SEARCHED_EVALUATIONS = 4_800
"""Explainers that ask more about each row are tried on fewer rows: so many evaluations in all before a row is changed."""
DRAWS = 8
"""Random changes of a row."""
TOGETHER = 6
"""Up to so many features are moved at once."""
TOP = 3
FIXED = NotMeasurable("within the radius no change takes any explained row into another bin of a movable column")


class ExplanationSearchMaker(Maker):
    """How much explanations change where a row is changed a little, by a search over its bins and by chance.

    Such explanations depend on a row through its bins, so that there is no gradient to follow: every bin within reach
    is tried in every feature alone, then the best of each feature together with those of the features before it, in the
    order of how much they change by themselves on average over models.
    """

    makes: ClassVar[type[Exhibit]] = ExplanationSearch

    def make(self, members: Members, ask: Ask, setting: EvaluationSetting) -> ExplanationSearch | NotMeasurable:
        del ask
        return self.make_together([members], setting)[0]

    def make_together(
        self, stacks: Sequence[Members], setting: EvaluationSetting
    ) -> Sequence[ExplanationSearch | NotMeasurable]:
        shared = pooled(setting, stacks) if setting.is_movable else UNMOVED
        if isinstance(shared, NotMeasurable):
            return [shared] * len(stacks)
        box = shared.around.box(setting.encoded, setting.design.radius)
        rows = setting.explained[some_places(setting.explained, searched_rows(shared))]
        chosen = [rows[start : start + AT_ONCE] for start in range(0, len(rows), AT_ONCE)]
        blocks = [_Block.of(shared, box, some) for some in chosen]
        if not any(steps for block in blocks for steps in block.steps):
            return [FIXED] * len(stacks)
        found = [block.searched() for block in blocks]
        lost, by_chance = (np.concatenate([one[side] for one in found], axis=1) for side in (0, 1))
        both = zip(shared.by_stack(lost), shared.by_stack(by_chance), strict=True)
        return [ExplanationSearch(rows, *parts) for parts in both]


def searched_rows(shared: SharedPool) -> int:
    """How many rows are searched, 12 at least."""
    each = max(1, shared.release.evaluations(len(shared.pool.spans)))
    return max(AT_ONCE, min(SEARCHED_ROWS, SEARCHED_EVALUATIONS // each))


Step = tuple[int, float]
"""A feature and its new value."""


@dataclass(frozen=True, eq=False)
class _Changed:
    """Changes of one row: the share of its most important features that each loses, and whether it keeps the decision."""

    lost: Float[Array, "model change"]
    kept: Bool[Array, "model change"]
    defined: Bool[Array, " model"]

    def split(self, count: int) -> "tuple[_Changed, _Changed]":
        """The first so many changes, and the others."""
        first, others = slice(None, count), slice(count, None)
        parts = ((self.lost[:, at], self.kept[:, at]) for at in (first, others))
        before, after = (_Changed(lost, kept, self.defined) for lost, kept in parts)
        return before, after

    @property
    def gains(self) -> Float[Array, "model change"]:
        """What is lost where the decision is kept, else nothing."""
        return np.where(self.kept, self.lost, 0.0)


@dataclass(frozen=True, eq=False)
class _Block:
    """Some rows that are searched together, with every single change of each."""

    shared: SharedPool
    raw: Float[Array, "row feature"]
    steps: Sequence[Sequence[Step]]
    drawn: Sequence[Float[Array, "draw feature"]]

    @classmethod
    def of(cls, shared: SharedPool, box: Box, rows: Int[Array, " row"]) -> "_Block":
        """What can be done to these rows."""
        raw, bins, seed = shared.around.raw[rows], shared.around.bins(rows), shared.setting.design.study.seed
        chances = (streams.generator(seed, "changes of explained rows", row=int(row)) for row in rows)
        steps = [box.steps(*pair) for pair in zip(raw, bins, strict=True)]
        return cls(
            shared, raw, steps, [box.drawn(one, DRAWS, chance) for one, chance in zip(raw, chances, strict=True)]
        )

    def searched(self) -> tuple[Float[Array, "model row"], Float[Array, "model row"]]:
        """What is lost by the search and by chance, for every model and row."""
        single = [[_moved(raw, [step]) for step in steps] for raw, steps in zip(self.raw, self.steps, strict=True)]
        both = self._changed([[*some, *drawn] for some, drawn in zip(single, self.drawn, strict=True)])
        alone, drawn = zip(*(one.split(len(some)) for one, some in zip(both, single, strict=True)), strict=True)
        ordered = [_best_first(steps, one.gains.mean(axis=0)) for steps, one in zip(self.steps, alone, strict=True)]
        several = self._changed([_several(raw, best) for raw, best in zip(self.raw, ordered, strict=True)])
        most, mean = [], []
        for single, joint, random in zip(alone, several, drawn, strict=True):
            count = random.kept.sum(axis=1)
            usable = single.defined & (count > 0)
            best = np.concatenate([single.gains, joint.gains], axis=1).max(axis=1, initial=0.0)
            most.append(np.where(usable, best, np.nan))
            mean.append(np.where(usable, random.gains.sum(axis=1) / np.maximum(count, 1), np.nan))
        return np.stack(most, axis=1), np.stack(mean, axis=1)

    def _changed(self, changes: Sequence[Sequence[Float[Array, " feature"]]]) -> list[_Changed]:
        """The changes of every row."""
        points = np.stack([one for raw, changed in zip(self.raw, changes, strict=True) for one in (raw, *changed)])
        own = self.shared.around.encoded(points)
        decisions = self.shared.scores.log_probabilities(own).argmax(axis=2)
        importances = np.abs(self.shared.local_models(own).coefficients)
        edges = np.cumsum([1 + len(changed) for changed in changes])[:-1]
        parts = zip(np.split(importances, edges, axis=1), np.split(decisions, edges, axis=1), strict=True)
        return [_held_against_first(*part) for part in parts]


def _held_against_first(
    importances: Float[Array, "model some feature"], decisions: Int[Array, "model some"]
) -> _Changed:
    """Changed rows against the first, which is the row itself."""
    leading = _leading(importances)
    same, either = (leading[:, 1:] & leading[:, :1]).sum(axis=2), (leading[:, 1:] | leading[:, :1]).sum(axis=2)
    kept = decisions[:, 1:] == decisions[:, :1]
    return _Changed(1 - same / np.maximum(either, 1), kept, importances[:, 0].sum(axis=1) >= LEAST_SPREAD)


def _several(raw: Float[Array, " feature"], ordered: Sequence[Step]) -> list[Float[Array, " feature"]]:
    """The first two steps together, the first three, and so on."""
    return [_moved(raw, ordered[:count]) for count in range(2, min(len(ordered), TOGETHER) + 1)]


def _moved(raw: Float[Array, " feature"], steps: Sequence[Step]) -> Float[Array, " feature"]:
    changed = raw.copy()
    for place, value in steps:
        changed[place] = value
    return changed


def _best_first(steps: Sequence[Step], gains: Float[Array, " step"]) -> list[Step]:
    """The step of each feature that changes most, the features that change most first."""
    best: dict[int, int] = {}
    for at in np.argsort(-gains, kind="stable"):
        best.setdefault(steps[at][0], int(at))
    return [steps[at] for at in best.values()]


def _leading(importances: Float[Array, "model row feature"]) -> Bool[Array, "model row feature"]:
    """The three most important features; fewer where fewer have any importance."""
    order: Int[Array, "model row feature"] = np.argsort(-importances, axis=2, kind="stable")[:, :, :TOP]
    found = np.zeros(importances.shape, dtype=bool)
    np.put_along_axis(found, order, True, axis=2)
    return found & (importances > 0)
