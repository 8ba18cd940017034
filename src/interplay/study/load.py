"""Reading a study file."""

import codecs
import os
import re
import tomllib
from pathlib import Path
from typing import Any

from interplay.errors import StudyError
from interplay.study.model import GateSection, ModelSection, Study
from interplay.study.parse import DEEPEST, parse
from interplay.study.positions import Positions, positions

_PLACE = re.compile(r" \(at line (\d+), column (\d+)\)$")
_BARE_WORD = re.compile(r"[\w-]*")


def load(path: str | Path) -> Study:
    """The study that a TOML file declares.

    Relative data paths are taken from the study file's folder; they come back as absolute paths. Raises `StudyError`
    with file, line and column for a file that cannot be read, that is not TOML, or that has unknown keys, wrong types
    or values out of range. Names of metrics and interventions are checked later, by `check`.

    Does not show: whether the data exist, or whether the names are known.
    """
    tables, places = _read(Path(path))
    study = parse(tables, places)
    folder = Path(path).parent
    data = study.data.model_copy(update=_located(study, folder))
    own = {"data": data, "model": _model(study.model, folder), "gate": _gate(study.gate, folder)}
    return study.model_copy(update=own)


def _model(model: ModelSection, folder: Path) -> ModelSection:
    return model.model_copy(update={"path": _absolute(folder, model.path)}) if model.path else model


def _gate(gate: GateSection, folder: Path) -> GateSection:
    approved = None if gate.approved is None else _model(gate.approved, folder)
    approval = _absolute(folder, gate.approval) if gate.approval else ""
    return gate.model_copy(update={"approved": approved, "approval": approval})


def locate(path: str | Path) -> Positions:
    """The position of every key of a study file, for the messages of `check`."""
    return _read(Path(path))[1]


def is_path(source: str) -> bool:
    """Whether a data source is the path of a file; a bare word names a data set, and "://" an address.

    Example:
        >>> is_path("loans.csv"), is_path("data/loans"), is_path("mortgage"), is_path("silo-bank")
        (True, True, False, False)
    """
    return _BARE_WORD.fullmatch(source) is None and "://" not in source


def _located(study: Study, folder: Path) -> dict[str, str]:
    found = {"source": study.data.source} if is_path(study.data.source) else {}
    if study.data.path is not None:
        found["path"] = study.data.path
    return {key: _absolute(folder, value) for key, value in found.items() if value}


def _absolute(folder: Path, path: str) -> str:
    # Unlike pathlib, these two take any text, so that the data room can say what is wrong with it.
    return os.path.abspath(folder / os.path.expanduser(path))


def _read(path: Path) -> tuple[dict[str, Any], Positions]:
    text = _text(path)
    try:
        return tomllib.loads(text), positions(text, str(path))
    except RecursionError:
        expected = f"tables and lists nested less than {DEEPEST} deep"
        raise StudyError(expected, "far deeper ones", str(path), "write it flatter") from None
    except tomllib.TOMLDecodeError as error:
        raise _syntax(str(error), text, path) from None
    except ValueError:
        found = "a number of more digits than a program can read"
        raise StudyError("valid TOML", found, str(path), "shorten the number") from None


def _syntax(message: str, text: str, path: Path) -> StudyError:
    found = _PLACE.search(message)
    where = f"{path}:{found[1]}:{found[2]}" if found else f"{path}:{len(text.splitlines()) or 1}"
    reason = _PLACE.sub("", message).replace(" (at end of document)", " at the end of the file")
    return StudyError("valid TOML", f"{reason[:1].lower()}{reason[1:]}", where, "correct this line")


def _text(path: Path) -> str:
    try:
        content = path.read_bytes().removeprefix(codecs.BOM_UTF8)
        return content.decode("utf-8")
    except FileNotFoundError:
        step = "correct the path, or write a first study with: interplay init DATA --label COLUMN"
        raise StudyError("a study file", "no file", str(path), step) from None
    except IsADirectoryError:
        raise StudyError("a study file", "a folder", str(path), "name the file in it, such as study.toml") from None
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        found = f"the byte {content[error.start]:#04x}"
        raise StudyError("text in UTF-8", found, f"{path}:{line}", "save the file as UTF-8") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise StudyError("a readable study file", reason, str(path), "check the path and its permissions") from None
