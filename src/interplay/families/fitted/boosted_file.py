"""Boosted trees as XGBoost and LightGBM write them: lists of splits and leaves, which are read without running code."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from interplay.arrays import Array, Float
from interplay.errors import ModelError
from interplay.families.fitted.given import GivenModel
from interplay.families.fitted.numbers import as_numbers
from interplay.study.model import ModelSection


def read_xgboost(content: bytes, model: ModelSection, where: str) -> GivenModel:
    """The booster in a file of XGBoost (UBJSON or JSON).

    Raises ModelError where XGBoost is not installed, and for a file that is none.
    """
    try:
        import xgboost
    except ImportError as error:
        raise _missing("xgboost", where) from error
    booster = xgboost.Booster({"nthread": 1})
    _loaded(lambda: booster.load_model(bytearray(content)), "a file of XGBoost", where)

    def answer(rows: pd.DataFrame) -> Float[Array, "row label"]:
        ordered = _in_order(as_numbers(rows, where), booster.feature_names, booster.num_features(), where)
        found = booster.predict(xgboost.DMatrix(ordered, feature_names=booster.feature_names))
        return _of_each_class(found)

    return GivenModel(answer, model.classes, "XGBoost model")


def read_lightgbm(content: bytes, model: ModelSection, where: str) -> GivenModel:
    """The booster in a text file of LightGBM.

    Raises ModelError where LightGBM is not installed, and for a file that is none.
    """
    try:
        import lightgbm
    except ImportError as error:
        raise _missing("lightgbm", where) from error
    text = content.decode("utf-8", errors="replace")
    if not text.startswith("tree\n"):
        raise ModelError("a text file of LightGBM", "another file", where, "write it with booster.save_model")
    booster = _loaded(lambda: lightgbm.Booster(model_str=text), "a file of LightGBM", where)

    def answer(rows: pd.DataFrame) -> Float[Array, "row label"]:
        ordered = _in_order(as_numbers(rows, where), booster.feature_name(), booster.num_feature(), where)
        return _of_each_class(np.asarray(booster.predict(ordered, num_threads=1)))

    return GivenModel(answer, model.classes, "LightGBM model")


def _loaded(load: Callable[[], Any], what: str, where: str) -> Any:
    try:
        return load()
    except Exception as error:
        text = str(error).strip().splitlines()[0][:200] if str(error).strip() else type(error).__name__
        raise ModelError(what, text, where, "write the model again with its own library") from error


def _in_order(rows: pd.DataFrame, names: Sequence[str] | None, width: int, where: str) -> Float[Array, "row column"]:
    """The columns that the booster names, in its order; by place where it has no names of the table's."""
    if names is not None and set(names) == set(rows.columns):
        rows = rows[list(names)]
    elif rows.shape[1] != width:
        columns = ", ".join(map(str, rows.columns))[:300]
        step = "name the model's columns as features under [data]"
        found = f"one of {width} columns"
        raise ModelError(f"a model of the {rows.shape[1]} features of the study: {columns}", found, where, step)
    return np.asarray(rows.to_numpy(dtype=np.float64), dtype=np.float64)


def _of_each_class(found: Array) -> Float[Array, "row label"]:
    """Probabilities of each class; a single one is that of the second."""
    both = np.asarray(found, dtype=np.float64)
    return np.stack([1 - both, both], axis=1) if both.ndim == 1 else both


def _missing(library: str, where: str) -> ModelError:
    return ModelError(f"{library}, which reads this file", "none installed", where, f"pip install {library}")
