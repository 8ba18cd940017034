"""The exact worst case of additive trees: a mixed-integer program, so that nothing a search misses is missed."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array

from interplay.arrays import Array, Float, Int
from interplay.attacks.trees import Tree, TreeEnsemble

SECONDS = 5.0
"""After which a row is given up."""


@dataclass(frozen=True, eq=False)
class WorstCase:
    """The row that attains the extreme, and the extreme; None where the program was not solved in time."""

    row: Float[Array, " column"]
    total: float


def worst_case(
    ensemble: TreeEnsemble, row: Float[Array, " column"], values: Mapping[int, Float[Array, " value"]], sign: int
) -> WorstCase | None:
    """The row whose leaves add up to the least (`sign` 1) or to the most (-1) within what features may take.

    minimise sign * sum over trees and leaves of in_leaf * value

    over one place of every feature among its thresholds: a leaf can be entered where all decisions above it agree. `values` are
    those that a feature may take: at least one for each interval between its thresholds that it can reach; other features stay.
    Only places need whole numbers; what follows for leaves is then whole by itself.

    Reference: Kantchelian et al. (2016), "Evasion and hardening of tree ensemble classifiers", section 4.

    Example:
        >>> cut = Tree(np.array([0, 0, 0]), np.array([0.5, 0, 0]), np.array([1, -1, -1]), np.array([2, -1, -1]), np.arange(3.0))
        >>> found = worst_case(TreeEnsemble((cut,), strict=True), np.zeros(1), {0: np.array([0.0, 0.6])}, -1)
        >>> found.row.tolist(), found.total
        ([0.6], 2.0)

    Does not show: the worst case of other decisions than those of these trees, such as of a score that is rounded afterwards.
    """
    orders = {
        feature: _order(ensemble.strict, cuts, values.get(feature, row[[feature]]))
        for feature, cuts in ensemble.thresholds.items()
    }
    program = _Program(orders)
    for tree in ensemble.trees:
        program.add(tree)
    chosen = program.solved(sign)
    if chosen is None:
        return None
    moved = np.array(row)
    for feature, place in chosen.items():
        moved[feature] = orders[feature].values[place]
    return WorstCase(moved, float(ensemble.sums(moved[None])[0]))


@dataclass(frozen=True, eq=False)
class _Order:
    """Values of a feature in ascending order, one for each interval that it can reach, and the thresholds between them."""

    cuts: Float[Array, " cut"]
    values: Float[Array, " value"]
    before: Int[Array, " cut"]
    """How many of the values go left at each threshold."""

    def left_of(self, cut: float) -> int:
        """How many values go left at this threshold."""
        return int(self.before[np.searchsorted(self.cuts, cut)])


def _order(strict: bool, cuts: Float[Array, " cut"], values: Float[Array, " value"]) -> _Order:
    given = np.unique(values)
    intervals = np.searchsorted(cuts, given, side="right" if strict else "left")
    _, first = np.unique(intervals, return_index=True)
    reached = intervals[first]
    return _Order(cuts, given[first], np.searchsorted(reached, np.arange(1, len(cuts) + 1), side="left"))


@dataclass(eq=False)
class _Program:
    """A mixed-integer program that grows tree by tree.

    Its first variables say of each feature and each step of its order whether the feature lies before the step; the others say
    of each leaf whether it is entered.
    """

    orders: Mapping[int, _Order]
    starts: dict[int, int] = field(default_factory=dict)
    values: list[float] = field(default_factory=list)
    entries: list[tuple[int, int, float]] = field(default_factory=list)
    limits: list[tuple[float, float]] = field(default_factory=list)

    def __post_init__(self) -> None:
        for feature, order in self.orders.items():
            self.starts[feature] = len(self.values)
            self.values += [0.0] * (len(order.values) - 1)
        self.steps = len(self.values)
        for feature, order in self.orders.items():  # before a step means before all later ones
            start = self.starts[feature]
            for step in range(start, start + len(order.values) - 2):
                self._limit([(step, 1.0), (step + 1, -1.0)], -1.0, 0.0)

    def add(self, tree: Tree) -> None:
        """The leaves that can be entered, one of which is."""
        leaves = self._leaves(tree, 0)
        self._limit([(leaf, 1.0) for leaf in leaves], 1.0, 1.0)

    def solved(self, sign: int) -> dict[int, int] | None:
        """The place of every feature in its order; None where time ran out."""
        rows, columns, factors = zip(*self.entries, strict=True)
        shape = len(self.limits), len(self.values)
        lows, highs = zip(*self.limits, strict=True)
        whole = np.arange(len(self.values)) < self.steps
        found = milp(
            sign * np.array(self.values),
            integrality=whole.astype(int),
            bounds=Bounds(0, 1),
            constraints=LinearConstraint(coo_array((factors, (rows, columns)), shape=shape).tocsc(), lows, highs),
            options={"time_limit": SECONDS},
        )
        if found.status != 0:
            return None
        before = np.round(found.x[: self.steps])
        return {
            feature: int((1 - before[start : start + len(self.orders[feature].values) - 1]).sum())
            for feature, start in self.starts.items()
        }

    def _leaves(self, tree: Tree, node: int) -> list[int]:
        """The variables of the leaves below a node that can be entered."""
        if tree.left[node] < 0:
            self.values.append(float(tree.value[node]))
            return [len(self.values) - 1]
        feature = int(tree.feature[node])
        order = self.orders[feature]
        before = order.left_of(tree.threshold[node])
        if before == 0:
            return self._leaves(tree, int(tree.right[node]))
        if before == len(order.values):
            return self._leaves(tree, int(tree.left[node]))
        step = self.starts[feature] + before - 1
        left, right = self._leaves(tree, int(tree.left[node])), self._leaves(tree, int(tree.right[node]))
        self._limit([*((leaf, 1.0) for leaf in left), (step, -1.0)], -1.0, 0.0)
        self._limit([*((leaf, 1.0) for leaf in right), (step, 1.0)], 0.0, 1.0)
        return left + right

    def _limit(self, terms: list[tuple[int, float]], low: float, high: float) -> None:
        self.entries += [(len(self.limits), column, factor) for column, factor in terms]
        self.limits.append((low, high))
