"""Trained models in ONNX: a graph of numbers, which is read and computed without running anybody's code."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from interplay.arrays import Array
from interplay.errors import ModelError
from interplay.families.fitted.given import GivenModel
from interplay.families.fitted.numbers import as_numbers
from interplay.study.model import ModelSection

TYPES = {"tensor(float)": np.float32, "tensor(double)": np.float64, "tensor(int64)": np.int64, "tensor(string)": object}
MAPS = "seq(map("
LABELS = ("tensor(int64)", "tensor(int32)", "tensor(string)", "tensor(bool)")


def read(content: bytes, model: ModelSection, where: str) -> GivenModel:
    """The model in an ONNX file: one matrix of all features in the order of the study, or an input for every feature.

    Raises ModelError where onnxruntime is not installed, and for a file that is none or has no output of probabilities or labels.
    """
    graph = OnnxGraph(_session(content, where), where)
    return GivenModel(graph.answer, graph.classes or model.classes, "ONNX model")


@dataclass(frozen=True, eq=False)
class OnnxGraph:
    """A session of onnxruntime, asked with tables."""

    session: Any
    where: str

    def answer(self, rows: pd.DataFrame) -> Any:
        """The probability of every class for every row, or its label where the graph gives no probabilities."""
        output = self._output
        (found,) = self.session.run([output.name], self._inputs(rows))
        if output.type in LABELS:
            return found.reshape(-1) if found.ndim == 2 and found.shape[1] == 1 else found
        if not output.type.startswith(MAPS):
            return found
        return np.array([[one[key] for key in self.classes] for one in found], dtype=np.float64).reshape(len(rows), -1)

    @cached_property
    def classes(self) -> tuple[Any, ...]:
        """The label values that the file names: those of a map from labels to probabilities (ZipMap); else none."""
        if not self._output.type.startswith(MAPS):
            return ()
        asked = {one.name: _blank(one) for one in self.session.get_inputs()}
        (found,) = self.session.run([self._output.name], asked)
        return tuple(found[0])

    @cached_property
    def _output(self) -> Any:
        """The output of probabilities, a map or the last of floats; else the only one of labels."""
        outputs = self.session.get_outputs()
        fitting = [
            one for one in outputs if one.type.startswith(MAPS) or one.type in ("tensor(float)", "tensor(double)")
        ]
        labels = [output for output in outputs if output.type in LABELS]
        if not fitting and len(labels) != 1:
            found = ", ".join(f"{one.name}: {one.type}" for one in outputs)
            expected = "an output of probabilities, or a single one of labels"
            raise ModelError(expected, found, self.where, "write the model with its probabilities")
        return fitting[-1] if fitting else labels[0]

    def _inputs(self, rows: pd.DataFrame) -> dict[str, Array]:
        inputs = self.session.get_inputs()
        if len(inputs) == 1 and list(rows.columns) != [inputs[0].name]:
            return {inputs[0].name: self._matrix(rows, inputs[0])}
        names = [one.name for one in inputs]
        if missing := [name for name in names if name not in rows.columns]:
            expected, step = "inputs with the names of features", "name the inputs as the columns of the table"
            raise ModelError(expected, f"inputs {', '.join(missing)} besides", self.where, step)
        return {one.name: _column(rows[one.name], one) for one in inputs}

    def _matrix(self, rows: pd.DataFrame, wanted: Any) -> Array:
        width = wanted.shape[-1] if wanted.shape else None
        if isinstance(width, int) and width != rows.shape[1]:
            raise ModelError(
                f"a model of the {rows.shape[1]} features of the study: {_listed(rows.columns)}",
                f"one of {width} columns",
                self.where,
                "name the model's columns, in its order, as features under [data]",
            )
        return as_numbers(rows, self.where).to_numpy().astype(TYPES.get(wanted.type, np.float32))


def _session(content: bytes, where: str) -> Any:
    try:
        import onnxruntime
    except ImportError as error:
        step = "pip install 'interplay[onnx]'"
        raise ModelError("onnxruntime, which computes ONNX models", "none installed", where, step) from error
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    try:
        return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    except Exception as error:
        text = str(error).strip().splitlines()[0][:200] if str(error).strip() else type(error).__name__
        raise ModelError("an ONNX model", text, where, "write the model again with its library's converter") from error


def _column(values: pd.Series, wanted: Any) -> Array:
    kind = TYPES.get(wanted.type, np.float32)
    if kind is object:
        return values.astype(object).where(values.notna(), "").map(str).to_numpy(dtype=object)[:, None]
    return pd.to_numeric(values, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan).astype(kind)[:, None]


def _blank(wanted: Any) -> Array:
    """One row of zeros, or of empty texts."""
    shape = [1, *(side if isinstance(side, int) else 1 for side in wanted.shape[1:])]
    kind = TYPES.get(wanted.type, np.float32)
    return np.full(shape, "", dtype=object) if kind is object else np.zeros(shape, dtype=kind)


def _listed(names: Iterable[Any]) -> str:
    return ", ".join(map(str, names))[:300]
