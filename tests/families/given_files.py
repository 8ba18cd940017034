"""Trained models as files, for tests: an ONNX graph written by hand, and what skops and pickle write."""

import pickle
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression

NUMBERS = ["x0", "x1", "x2", "x3"]


def logistic(frame: pd.DataFrame, rows: int = 300) -> LogisticRegression:
    """A logistic regression of the first rows of a bank."""
    return LogisticRegression().fit(frame[NUMBERS][:rows], frame.y[:rows])


def graph(model: LogisticRegression, kind: str = "maps", width: int | None = None):
    """Its probabilities as an ONNX graph: as maps from labels, as one tensor, or as logits without a softmax."""
    from onnx import TensorProto, helper

    columns = len(model.coef_[0]) if width is None else width
    coefficients = np.zeros((columns, 2), dtype=np.float32)
    coefficients[: len(model.coef_[0]), 1] = model.coef_[0][:columns]
    parts = {"w": coefficients, "b": np.array([0.0, model.intercept_[0]], dtype=np.float32)}
    constants = [helper.make_tensor(name, TensorProto.FLOAT, one.shape, one.ravel()) for name, one in parts.items()]
    nodes = [helper.make_node("Gemm", ["x", "w", "b"], ["logits"])]
    if kind != "logits":
        nodes.append(helper.make_node("Softmax", ["logits"], ["probabilities"], axis=1))
    if kind == "maps":
        zip_map = {"classlabels_int64s": [int(label) for label in model.classes_], "domain": "ai.onnx.ml"}
        nodes.append(helper.make_node("ZipMap", ["probabilities"], ["maps"], **zip_map))
        key_value = helper.make_map_type_proto(
            TensorProto.INT64, helper.make_tensor_type_proto(TensorProto.FLOAT, None)
        )
        output = helper.make_value_info("maps", helper.make_sequence_type_proto(key_value))
    else:
        name = "logits" if kind == "logits" else "probabilities"
        output = helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", 2])
    given = helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", columns])
    domains = [helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", 3)]
    made = helper.make_graph(nodes, "logistic", [given], [output], constants)
    return helper.make_model(made, opset_imports=domains, ir_version=8)


def onnx_file(folder: Path, model: LogisticRegression, kind: str = "maps", width: int | None = None) -> Path:
    """That graph as a file."""
    path = folder / f"{kind}.onnx"
    path.write_bytes(graph(model, kind, width).SerializeToString())
    return path


def labels_only(folder: Path, model: LogisticRegression, outputs: int = 1) -> Path:
    """Its decisions as an ONNX graph of labels, once or as two outputs."""
    from onnx import TensorProto, helper

    whole = graph(model, "logits")
    whole.graph.output.pop()
    whole.graph.node.append(helper.make_node("ArgMax", ["logits"], ["label"], axis=1, keepdims=1))
    whole.graph.output.append(helper.make_tensor_value_info("label", TensorProto.INT64, ["n", 1]))
    if outputs == 2:
        whole.graph.node.append(helper.make_node("Identity", ["label"], ["again"]))
        whole.graph.output.append(helper.make_tensor_value_info("again", TensorProto.INT64, ["n", 1]))
    path = folder / f"labels-{outputs}.onnx"
    path.write_bytes(whole.SerializeToString())
    return path


class Harmful:
    """What writes a file when it is unpickled."""

    def __init__(self, target: Path) -> None:
        self.target = target

    def __reduce__(self):
        return (Path.write_text, (self.target, "it ran"))


def pickle_file(folder: Path, ending: str) -> tuple[Path, Path]:
    """A pickle that writes a file when it is read, and that file."""
    path, target = folder / f"model{ending}", folder / "it-ran.txt"
    path.write_bytes(pickle.dumps(Harmful(target)))
    return path, target


def trained_on_a_bank():
    """A factory of a trained model, for studies."""
    from tests.measurement.worlds import bank

    model = logistic(bank(rows=900))
    return SimpleNamespace(predict_proba=lambda rows: model.predict_proba(rows[NUMBERS]), classes_=model.classes_)


def of_decisions():
    """One that gives decisions alone."""
    return lambda rows: np.eye(2)[(rows["x0"] > 0).astype(int)]
