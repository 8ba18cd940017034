"""The Adult data (census income of 1994), from a folder with the published files or through OpenML."""

import importlib
from pathlib import Path
from typing import Any

import pandas as pd

from interplay.data.named._named import NamedData, no_options
from interplay.data.nearest import suggestion
from interplay.data.reading import read
from interplay.data.sections import DataSection, GroupSection
from interplay.data.table import Table
from interplay.errors import DataError

COLUMNS = (
    "age",
    "workclass",
    "fnlwgt",
    "education",
    "education-num",
    "marital-status",
    "occupation",
    "relationship",
    "race",
    "sex",
    "capital-gain",
    "capital-loss",
    "hours-per-week",
    "native-country",
    "income",
)
"""The columns of the published files, which have no header."""
_FILES = ("adult.data", "adult.test")
_ELSEWHERE = 'data.path = "..." with a folder that holds adult.data and adult.test of the UCI repository'


def _load(section: DataSection) -> Table:
    no_options(section)
    frame = _downloaded() if section.path is None else pd.concat([_read(section.path, name) for name in _FILES])
    # The published test labels end in a dot.
    frame["income"] = frame["income"].astype(str).str.rstrip(".")
    table = read(frame)
    return Table(table.columns, table.rows, "adult")


def _read(folder: str, name: str) -> pd.DataFrame:
    path = Path(folder) / name
    if not path.exists():
        beside = [one.name for one in Path(folder).iterdir()] if Path(folder).is_dir() else []
        raise DataError("the files adult.data and adult.test", f"no {name}", str(path), suggestion(name, beside))
    # "?" stays a category of its own: that the answer is unknown says something too.
    return pd.read_csv(
        path, names=list(COLUMNS), skipinitialspace=True, comment="|", keep_default_na=False, encoding="utf-8"
    )


def _downloaded() -> pd.DataFrame:
    try:
        datasets: Any = importlib.import_module("sklearn.datasets")
    except ImportError:
        raise DataError(
            "scikit-learn, to fetch the data from OpenML", "it is not installed", "data.source 'adult'", _ELSEWHERE
        ) from None
    try:
        frame = datasets.fetch_openml("adult", version=2, as_frame=True, parser="auto").frame
    except OSError as problem:
        found = f"{type(problem).__name__}: {problem}"
        raise DataError("a connection to OpenML", found, "data.source 'adult'", _ELSEWHERE) from None
    frame = frame.rename(columns={"class": "income"})
    texts = [name for name in frame.columns if not pd.api.types.is_numeric_dtype(frame[name])]
    named: pd.DataFrame = frame.astype(dict.fromkeys(texts, object)).fillna(dict.fromkeys(texts, "?"))
    return named


NAMED = NamedData(
    title="income of adults, census of 1994",
    load=_load,
    label="income",
    favourable=">50K",
    groups={"sex": GroupSection(reference="Male"), "race": GroupSection(reference="White")},
    drop={
        "fnlwgt": "a weight of the survey's sample, not a fact about the person",
        "education": "education-num holds it as a number",
    },
    immutable={
        "age": "a fact about the person that documents prove",
        "native-country": "a fact about the person that documents prove",
        "marital-status": "a public record",
        "relationship": "it follows from the household",
    },
    cautions={
        "relationship": '"Husband" and "Wife" give the sex away',
        "marital-status": "it may stand in for sex",
        "native-country": "it may stand in for race",
    },
    provenance=(
        "48,842 persons of the United States census of 1994; B. Becker and R. Kohavi (1996), Adult, UCI Machine "
        "Learning Repository (CC BY 4.0): adult.data and adult.test together. Unknown answers are a "
        "category of their own."
    ),
)
