"""An audit of a model and a table that a program holds, declared as `interplay init` would declare it."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from rich.console import Console

from interplay import catalogue
from interplay.auditing.prepare import prepare
from interplay.auditing.progress import Meter
from interplay.auditing.result import Audit
from interplay.auditing.run import run
from interplay.auditing.shown import progress_on
from interplay.data.proposals import Proposals, propose
from interplay.data.reading import read
from interplay.discovery import name_of
from interplay.errors import DataError
from interplay.families import Family, family_of
from interplay.interventions import DataIntervention
from interplay.study import Study
from interplay.study.parse import parse
from interplay.study.starter import UNABLE, starter

SOURCE = "frame"

Groups = Sequence[str] | Mapping[str, str] | pd.Series | pd.DataFrame
"""Sensitive attributes: names of columns that the model sees, the same with the group that others are compared with, or
columns that the model does not see."""


@dataclass(frozen=True, eq=False)
class GivenTable:
    """What a program has given, as one table: the columns that the model sees, the label, and attributes beside them."""

    frame: pd.DataFrame
    features: tuple[str, ...]
    label: str
    attributes: tuple[str, ...]
    references: Mapping[str, str]


def audit(
    model: Any,
    /,
    X: Any,
    y: Any,
    *,
    groups: Groups = (),
    favourable: Any = None,
    interventions: Sequence[str | Mapping[str, Any]] | None = None,
    runs: Path | str = "runs",
    quiet: bool = False,
    **declared: Any,
) -> Audit:
    """Audit a classifier on a table: what each intervention does to every aspect, measured on models like this one.

    `model` is an untrained classifier or pipeline with `fit` and `predict_proba`, or a `torch.nn.Module` for the encoded
    columns; it is copied, and a copy is fitted for every member of every treatment. `X` (row, column) is a frame or an array,
    `y` (row,) the label. `groups` are names of columns of `X`, those names with the group that others are compared with, as in
    {"sex": "male"}, or a frame or series of columns that the model does not see. `favourable` is the label value that a person
    hopes for.

    A pipeline reads the columns of `X` as they are; other models read encoded columns, as numbers without gaps, in which an
    attack is much faster (`model={"inputs": "table"}` says otherwise). Everything else is declared as `interplay init` would for
    this table; `interventions` are names, or names with parameters, and further keywords are the keys of a study file: members=8,
    limits=[{"metric": "accuracy", "at_least": 0.8}], priorities={"ranking": [...], "set_by": "..."}. Without priorities the
    audit compares and recommends nothing.

    Raises DataError and StudyError, which say what was expected, what was found, where, and what to do.

    Example:
        >>> from sklearn.linear_model import LogisticRegression
        >>> study_of(given(pd.DataFrame({"x": [0.0, 1.0] * 60, "sex": ["f", "m", "m"] * 40}), [0, 1] * 60, {"sex": "m"})).groups
        GroupsSection(attributes={'sex': GroupSection(column='sex', reference='m', merge={}, bins=(), feature=True)}, \
intersections=(), mitigate='sex', minimum_rows=100)

    Does not show: what holds for a model trained on other rows than `X`; verdicts are about the recipe. A model that is
    deployed already is measured by `interplay.fitted`.
    """
    table = given(X, y, groups)
    reads = "table" if hasattr(model, "steps") else "encoded"
    family = family_of(model)
    own = _with({"model": {"inputs": reads}}, declared)
    study = study_of(table, favourable, interventions, own, kind=_kind(family), weighted=family.takes_weights(model))
    ready = prepare(study, table.frame, network=model)
    with progress_on(Console(stderr=True), Meter(ready.design), quiet=quiet) as progress:
        return run(study, runs, progress=progress, ready=ready)


def given(X: Any, y: Any, groups: Groups = ()) -> GivenTable:
    """One table of what a program has given.

    Raises DataError where rows do not match or a name is taken twice.
    """
    features = _frame(X)
    beside = _frame(groups) if isinstance(groups, pd.Series | pd.DataFrame) else features.iloc[:, :0]
    label = pd.Series(y).reset_index(drop=True)
    label = label.rename(_free(str(label.name or "label"), features))
    for what, rows in (("y", len(label)), ("groups", len(beside))):
        if rows != len(features):
            raise DataError(f"{len(features)} rows, as X has", f"{rows} rows", what, "give one value for each row of X")
    named = tuple(beside.columns if len(beside.columns) else groups)
    references = dict(groups) if isinstance(groups, Mapping) else {}
    frame = pd.concat([features, beside, label], axis=1)
    return GivenTable(frame, tuple(features.columns), str(label.name), named, references)


def study_of(
    table: GivenTable,
    favourable: Any = None,
    interventions: Sequence[str | Mapping[str, Any]] | None = None,
    declared: Mapping[str, Any] | None = None,
    *,
    kind: str = "estimator",
    weighted: bool = True,
) -> Study:
    """The study that `interplay init` would propose for a table, with what is declared in its place.

    `kind` is that of its model: "estimator", which is trained by its own library, or "network" and "torch", in steps that an
    intervention can change. Row weights are not proposed where its training takes none (`weighted`).
    """
    proposed = propose(read(table.frame), table.label, table.attributes)
    tables = tomllib.loads(starter(proposed, SOURCE, kind=kind))
    _see(tables, table, proposed)
    if favourable is not None:
        tables["data"]["favourable"] = favourable
    if not weighted:
        tables["interventions"] = [each for each in tables["interventions"] if not _weighs(each["name"])]
    if interventions is not None:
        tables["interventions"] = [{"name": each} if isinstance(each, str) else dict(each) for each in interventions]
    return parse(_with(tables, declared or {}), "the study")


def _weighs(name: str) -> bool:
    built = catalogue.interventions()[name]()
    return isinstance(built, DataIntervention) and built.weighs


def _kind(family: type[Family]) -> str:
    """As what a new study declares the models of a family: those of other packages as what they are most like."""
    name = name_of(family)
    return name if name in UNABLE else "network" if family.tunes else "estimator"


def _see(tables: dict[str, Any], table: GivenTable, proposed: Proposals) -> None:
    """The model sees the columns that it was given, but for those that name a row or say nothing."""
    tables["name"] = f"audit of {len(table.frame):,} rows"
    tables["data"]["features"] = [
        name for name in table.features if name not in proposed.drop and name != proposed.weight
    ]
    for name, section in tables.get("groups", {}).get("attributes", {}).items():
        section["feature"] = name in table.features
        if name in table.references:
            section["reference"] = str(table.references[name])


def _with(tables: Mapping[str, Any], declared: Mapping[str, Any]) -> dict[str, Any]:
    """Tables with others laid over them, key by key; lists and values are replaced."""
    found = dict(tables)
    for key, value in declared.items():
        below = found.get(key)
        found[key] = _with(below, value) if isinstance(below, Mapping) and isinstance(value, Mapping) else value
    return found


def _frame(columns: Any) -> pd.DataFrame:
    frame = columns.to_pandas() if hasattr(columns, "to_pandas") else pd.DataFrame(columns)
    named = [name if isinstance(name, str) else f"x{name}" for name in frame.columns]
    return frame.set_axis(named, axis=1).reset_index(drop=True)


def _free(name: str, frame: pd.DataFrame) -> str:
    while name in frame.columns:
        name += "_"
    return name
