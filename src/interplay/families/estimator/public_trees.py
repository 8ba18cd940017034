"""The trees of a fitted model, where its library tells them."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from interplay.arrays import Array, Float
from interplay.attacks.trees import Tree, TreeEnsemble

SAME = 1e-4
"""How far sums of leaves may lie from the model's own scores, in what they differ between rows."""


def trees_of(model: Any) -> TreeEnsemble | None:
    """The trees of a model for two classes: of XGBoost, of LightGBM, or of scikit-learn; None where they are not public.

    Those of scikit-learn's histogram boosting are not.
    """
    if hasattr(model, "get_booster"):
        return _of_xgboost(model)
    if hasattr(model, "booster_"):
        return _of_lightgbm(model)
    if hasattr(model, "tree_"):
        return TreeEnsemble((_of_share(model.tree_),), strict=False)
    if hasattr(model, "estimators_"):
        return _of_sklearn(model)
    return None


def tells(ensemble: TreeEnsemble, odds: Float[Array, " row"], rows: Float[Array, "row column"]) -> bool:
    """Whether sums of leaves order rows as the model's own scores `odds` do: equal ones as equal, larger ones not as smaller."""
    sums = ensemble.sums(np.asarray(rows, dtype=np.float32))
    order = np.argsort(sums, kind="stable")
    return bool((np.diff(odds[order]) >= -SAME * max(float(np.ptp(odds)), 1.0)).all())


def _of_xgboost(model: Any) -> TreeEnsemble | None:
    learner = json.loads(bytes(model.get_booster().save_raw(raw_format="json")))["learner"]
    booster = learner["gradient_booster"]
    if booster["name"] != "gbtree" or int(learner["learner_model_param"]["num_class"]) > 1:
        return None
    trees = booster["model"]["trees"]
    if any(tree.get("categories") for tree in trees):
        return None
    return TreeEnsemble(tuple(_of_xgboost_tree(tree) for tree in trees), strict=True)


def _of_xgboost_tree(tree: Mapping[str, Any]) -> Tree:
    left, right = (np.array(tree[f"{side}_children"], dtype=np.int64) for side in ("left", "right"))
    cuts = np.array(tree["split_conditions"], dtype=np.float32).astype(np.float64)  # of a leaf its value
    return Tree(np.array(tree["split_indices"], dtype=np.int64), cuts, left, right, cuts)


def _of_lightgbm(model: Any) -> TreeEnsemble | None:
    dumped = model.booster_.dump_model()
    if dumped["num_tree_per_iteration"] != 1 or '"=="' in json.dumps(dumped["tree_info"]):
        return None
    return TreeEnsemble(tuple(_flattened(tree["tree_structure"]) for tree in dumped["tree_info"]), strict=False)


def _flattened(root: Mapping[str, Any]) -> Tree:
    """A tree of nested nodes as arrays."""
    nodes = list(_below(root))
    places = {id(node): place for place, node in enumerate(nodes)}

    def child(node: Mapping[str, Any], side: str) -> int:
        return places[id(node[f"{side}_child"])] if "left_child" in node else -1

    return Tree(
        np.array([node.get("split_feature", 0) for node in nodes], dtype=np.int64),
        np.array([node.get("threshold", 0.0) for node in nodes], dtype=np.float64),
        np.array([child(node, "left") for node in nodes], dtype=np.int64),
        np.array([child(node, "right") for node in nodes], dtype=np.int64),
        np.array([node.get("leaf_value", 0.0) for node in nodes], dtype=np.float64),
    )


def _below(node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield node
    if "left_child" in node:
        yield from _below(node["left_child"])
        yield from _below(node["right_child"])


def _of_sklearn(model: Any) -> TreeEnsemble | None:
    inner = np.ravel(np.asarray(model.estimators_, dtype=object))
    if not len(inner) or not all(hasattr(one, "tree_") for one in inner):
        return None
    if hasattr(model, "learning_rate"):
        return TreeEnsemble(tuple(_of_values(one.tree_) for one in inner), strict=False)
    return TreeEnsemble(tuple(_of_share(one.tree_) for one in inner), strict=False)


def _of_values(tree: Any) -> Tree:
    values = np.asarray(tree.value[:, 0, 0], dtype=np.float64)
    return Tree(tree.feature, tree.threshold, tree.children_left, tree.children_right, values)


def _of_share(tree: Any) -> Tree:
    """A tree whose leaves hold shares of the classes."""
    shares = np.asarray(tree.value[:, 0, :], dtype=np.float64)
    second = shares[:, -1] / shares.sum(axis=1)
    return Tree(tree.feature, tree.threshold, tree.children_left, tree.children_right, second)
