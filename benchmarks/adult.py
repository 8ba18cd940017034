"""The Adult table as read from the published files, or a synthetic table of the same shape when they are absent."""

import os
from pathlib import Path

import numpy as np
import pandas as pd

from interplay.data.named.adult import COLUMNS

NUMERIC = ("age", "fnlwgt", "education-num", "capital-gain", "capital-loss", "hours-per-week")
CATEGORIES = {
    "workclass": 7,
    "education": 16,
    "marital-status": 7,
    "occupation": 14,
    "relationship": 6,
    "race": 5,
    "sex": 2,
    "native-country": 41,
}
FEATURES = (*NUMERIC, *CATEGORIES)
LABEL = "income"
_ROWS = {"adult.data": 32_561, "adult.test": 16_281}
_MISSING = {"adult.data": 2_399, "adult.test": 1_221}


def folder() -> Path:
    """Where the published files are looked for: $INTERPLAY_ADULT, else `../shared/data/adult` beside the repository."""
    beside = Path(__file__).resolve().parents[1] / ".." / "shared" / "data" / "adult"
    return Path(os.environ.get("INTERPLAY_ADULT", str(beside)))


def is_published() -> bool:
    """Whether the published files are there."""
    return all((folder() / name).exists() for name in _ROWS)


def table(name: str) -> pd.DataFrame:
    """The rows of `adult.data` or `adult.test`: the published ones, or as many synthetic ones."""
    return _read(folder() / name) if is_published() else _synthetic(name)


def _read(path: Path) -> pd.DataFrame:
    frame = pd.read_csv(
        path, names=list(COLUMNS), skipinitialspace=True, comment="|", keep_default_na=False, encoding="utf-8"
    )
    frame[LABEL] = frame[LABEL].str.startswith(">50K").astype(int)
    return frame[[*FEATURES, LABEL]]


def _synthetic(name: str) -> pd.DataFrame:
    """Rows of the shape of Adult: the same columns and numbers of categories, skewed, with a label that depends on them.

    As many rows as in the published table have a missing answer, "?".
    """
    generator = np.random.default_rng(1994 + len(name) * (name == "adult.test"))
    rows = _ROWS[name]
    numeric = generator.beta(2.0, 5.0, size=(rows, len(NUMERIC)))
    signal = 3.0 * numeric[:, 0] + 2.0 * numeric[:, 2]
    columns: dict[str, object] = {title: np.round(numeric[:, i] * 1000) for i, title in enumerate(NUMERIC)}
    for order, (title, size) in enumerate(CATEGORIES.items()):
        shares = 1.0 / np.arange(1, size + 1)
        codes = generator.choice(size, size=rows, p=shares / shares.sum())
        codes[:size] = np.arange(size)
        signal = signal + np.cos(codes + order)
        columns[title] = np.array([f"{title} {code:02d}" for code in range(size)], object)[codes]
    columns[LABEL] = (signal + generator.logistic(0.0, 0.5, rows) > np.quantile(signal, 0.75)).astype(int)
    frame = pd.DataFrame(columns)
    frame.loc[generator.permutation(rows)[: _MISSING[name]], "occupation"] = "?"
    return frame[[*FEATURES, LABEL]]
