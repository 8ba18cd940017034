"""Evidence made of random numbers, with every exhibit, for tests that need plausible values and no training."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

import interplay.evidence
from interplay import discovery, streams
from interplay.arrays import Array, Float, Int
from interplay.evidence import Evidence, Exhibit, Grouping, RandomModels, Rows
from interplay.testing._axes import axes, length, reordered, taken


@dataclass(frozen=True, eq=False)
class Facts:
    """The rows and the exhibits that an evidence is made of, so that a test can reorder or restrict them together."""

    rows: Rows
    exhibits: tuple[Any, ...]

    def evidence(self, kinds: tuple[type, ...] | None = None) -> Evidence:
        """Evidence with the exhibits of these kinds; all of them when None."""
        shown = {type(one): one for one in self.exhibits if kinds is None or type(one) in kinds}
        return Evidence(self.rows, {kind: partial(shown.__getitem__, kind) for kind in shown})

    def only(self, axis: str, *positions: int) -> "Facts":
        """The facts at some positions of the axis "member" or "draw"."""
        where = np.asarray(positions)
        return Facts(taken(self.rows, axis, where), tuple(taken(one, axis, where) for one in self.exhibits))

    def shuffled(self, seed: int) -> "Facts":
        """The same facts with the rows of the table, and those within each exhibit, in another order."""
        chance = streams.generator(seed, "shuffle")
        order = chance.permutation(len(self.rows.labels))
        exhibits = []
        for one in self.exhibits:
            moved = reordered(one, order)
            for axis in sorted(axes(one) & {"attacked", "explained"}):
                moved = taken(moved, axis, chance.permutation(length(moved, axis)))
            exhibits.append(moved)
        return Facts(reordered(self.rows, order), tuple(exhibits))

    def without_group(self, code: int) -> "Facts":
        """The same facts when nobody is known to belong to one group of the first grouping."""
        name, grouping = next(iter(self.rows.groupings.items()))
        codes = np.where(grouping.codes == code, -1, grouping.codes)
        emptied = {**self.rows.groupings, name: Grouping(name, codes, grouping.names, grouping.reference)}
        return Facts(replace(self.rows, groupings=emptied), self.exhibits)


def random_facts(
    seed: int = 0,
    members: int = 4,
    rows: int = 240,
    classes: int = 2,
    groups: int = 3,
    draws: int = 5,
    features: int = 6,
    signal: float = 1.5,
    more: Collection[type[Exhibit]] = (),
) -> Facts:
    """Rows and one exhibit of every kind from random numbers; `more` are kinds of other packages.

    Members decide better than chance by `signal` (the difference in logits that the true label makes), worse on
    adversarial rows; scores of rows a member trained on are larger. The only grouping is called "group". Draw 0 has all
    weights one. The arrays are read-only. Every exhibit has its own random stream, so a new kind changes no other.

    Example:
        >>> random_facts(members=3, rows=50).rows.counted.shape
        (3, 50)
    """
    chance = streams.generator(seed, "rows")
    table = Rows(
        labels=chance.integers(classes, size=rows),
        groupings={"group": _grouping(chance.integers(groups, size=rows), groups)},
        counted=chance.random((members, rows)) < 0.8,
        weights=np.vstack([np.ones((1, rows)), chance.exponential(size=(draws - 1, rows))]),
        classes=classes,
        favourable=classes - 1,
    )
    attacked = np.sort(streams.generator(seed, "attacked rows").choice(rows, rows // 2, replace=False))
    clean = _log_probabilities(seed, "predictions", table.labels, members, classes, signal)
    moved = _log_probabilities(seed, "attacked", table.labels[attacked], members, classes, signal / 2)
    models = RandomModels(seed, table, attacked, clean, moved, features)
    exhibits = tuple(kind.random(models) for kind in (*discovery.classes(interplay.evidence, Exhibit).values(), *more))
    _freeze(table, *exhibits)
    return Facts(table, exhibits)


def random_evidence(
    seed: int = 0,
    members: int = 4,
    rows: int = 240,
    classes: int = 2,
    groups: int = 3,
    draws: int = 5,
    features: int = 6,
    signal: float = 1.5,
) -> Evidence:
    """Evidence with every exhibit from random numbers; the arguments are those of `random_facts`.

    Example:
        >>> from interplay.evidence import Predictions
        >>> random_evidence(members=3, rows=50, classes=4).ask(Predictions).log_probabilities.shape
        (3, 50, 4)
    """
    return random_facts(seed, members, rows, classes, groups, draws, features, signal).evidence()


def _grouping(codes: Int[Array, " row"], groups: int) -> Grouping:
    return Grouping("group", codes, tuple("abcdefghij"[:groups]), 0)


def _log_probabilities(
    seed: int, purpose: str, labels: Int[Array, " row"], members: int, classes: int, signal: float
) -> Float[Array, "member row label"]:
    noise = streams.generator(seed, purpose).normal(size=(members, len(labels), classes))
    logits = noise + signal * np.eye(classes)[labels]
    return np.asarray(logits - np.logaddexp.reduce(logits, axis=2, keepdims=True))


def _freeze(*values: Any) -> None:
    for value in values:
        for held in vars(value).values():
            if isinstance(held, np.ndarray):
                held.setflags(write=False)
            elif isinstance(held, Mapping):
                _freeze(*held.values())
