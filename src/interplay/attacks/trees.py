"""Additive trees as arrays: what an exact attack has to know of a boosted or bagged model."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from interplay.arrays import Array, Float, Int


@dataclass(frozen=True, eq=False)
class Tree:
    """A tree of decisions: node 0 is the root, and a node whose `left` is -1 is a leaf with a value."""

    feature: Int[Array, " node"]
    threshold: Float[Array, " node"]
    left: Int[Array, " node"]
    right: Int[Array, " node"]
    value: Float[Array, " node"]


@dataclass(frozen=True, eq=False)
class TreeEnsemble:
    """Trees whose leaves add up to how much speaks for the second of two classes.

    A row goes left where its feature is below the threshold if `strict`, and where it is not above it otherwise.

    Example:
        >>> stump = Tree(np.array([0, 0, 0]), np.array([0.5, 0, 0]), np.array([1, -1, -1]), np.array([2, -1, -1]), np.arange(3.0))
        >>> TreeEnsemble((stump, stump), strict=True).sums(np.array([[0.5], [0.4]])).tolist()
        [4.0, 2.0]
    """

    trees: tuple[Tree, ...]
    strict: bool

    def sums(self, rows: Float[Array, "row column"]) -> Float[Array, " row"]:
        """What the leaves of each row add up to."""
        total = np.zeros(len(rows))
        for tree in self.trees:
            at = np.zeros(len(rows), dtype=np.int64)
            while (inner := tree.left[at] >= 0).any():
                cell, cut = rows[np.arange(len(rows)), tree.feature[at]], tree.threshold[at]
                goes_left = cell < cut if self.strict else cell <= cut
                at = np.where(inner, np.where(goes_left, tree.left[at], tree.right[at]), at)
            total += tree.value[at]
        return total

    @cached_property
    def thresholds(self) -> dict[int, Float[Array, " cut"]]:
        """The different thresholds of every feature, in ascending order."""
        inner = [tree.left >= 0 for tree in self.trees]
        features = np.concatenate([tree.feature[some] for tree, some in zip(self.trees, inner, strict=True)])
        cuts = np.concatenate([tree.threshold[some] for tree, some in zip(self.trees, inner, strict=True)])
        return {int(feature): np.unique(cuts[features == feature]) for feature in np.unique(features)}
