"""Where a study finds its trained model: a function of the user's own module, or a file that can be read without running code."""

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from interplay.discovery import function
from interplay.errors import ModelError, StudyError
from interplay.families.fitted import boosted_file, onnx_file, skops_file
from interplay.families.fitted.given import GivenModel, fitted
from interplay.study.model import ModelSection

READERS: Mapping[str, Callable[[bytes, ModelSection, str], GivenModel]] = {
    ".onnx": onnx_file.read,
    ".skops": skops_file.read,
    ".ubj": boosted_file.read_xgboost,
    ".json": boosted_file.read_xgboost,
    ".txt": boosted_file.read_lightgbm,
}
PICKLES = (".pkl", ".pickle", ".joblib", ".sav", ".dill", ".cloudpickle", ".p", ".pk")
WHERE = "the study, [model]"


def given_by(model: ModelSection, beside: Path | None = None) -> GivenModel:
    """The trained model of a study.

    Raises StudyError where the study names none, or both a file and a factory, and ModelError for a file that cannot be read. A
    pickle is never opened.
    """
    if bool(model.path) == bool(model.factory):
        found = "both of them" if model.path else "neither"
        step = 'write path = "model.onnx", or factory = "module:function" of a function that gives the trained model'
        raise StudyError("either a file (path) or a function (factory) of a trained model", found, WHERE, step)
    return _read(Path(model.path), model) if model.path else _made(model, beside)


def _made(model: ModelSection, beside: Path | None) -> GivenModel:
    try:
        given: Any = function(model.factory, beside, "the study, [model], factory")(**model.options)
    except TypeError as error:
        expected = f"options that {model.factory!r} takes"
        raise StudyError(expected, str(error), f"{WHERE}, options", "correct them") from error
    return given if isinstance(given, GivenModel) else fitted(given, model.classes)


def _read(path: Path, model: ModelSection) -> GivenModel:
    ending = path.suffix.lower()
    if ending in PICKLES:
        raise ModelError(
            "a file that can be read without running code",
            f"a pickle ({ending})",
            str(path),
            "a pickle runs code when it is read; write it with skops, or load it yourself in a factory",
        )
    if ending not in READERS:
        expected = f"a file of a kind that is known: {', '.join(READERS)}"
        step = "write the model as one of these, or load it yourself in a factory"
        raise ModelError(expected, repr(ending or path.name), str(path), step)
    try:
        content = path.read_bytes()
    except OSError as error:
        step = "correct path under [model]; it is taken from the study's folder"
        raise ModelError("a file of a trained model", error.strerror or str(error), str(path), step) from error
    given = READERS[ending](content, model, str(path))
    digest = hashlib.sha256(content).hexdigest()
    return GivenModel(given.answer, given.classes, f"{given.called} ({path.name})", digest)
