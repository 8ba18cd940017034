"""Numbers that stand for "missing", and numbers that do not."""

import numpy as np
import pytest

from interplay.data.sentinels import sentinels
from interplay.data.table import Column, numbers, texts

RANDOM = np.random.default_rng(0)
MONTHS = RANDOM.integers(0, 50, 400).astype(float)


def among(*values: float, others: np.ndarray = MONTHS) -> Column:
    return numbers("months", np.concatenate([np.repeat(values, 20), others]))


@pytest.mark.parametrize("value", [-1.0, -9.0, -99.0, -999.0, -9999.0, 999.0, 9999.0, 99999.0])
def test_one_value_apart(value: float) -> None:
    assert sentinels(among(value)) == (value,)


def test_several_together() -> None:
    assert sentinels(among(-9.0, -1.0, 999.0)) == (-9.0, -1.0, 999.0)


@pytest.mark.parametrize(
    "column",
    [
        among(),
        among(-1.0, others=RANDOM.normal(size=400).round(2)),  # other values are negative too
        among(-1.0, others=RANDOM.integers(0, 2, 400).astype(float)),  # a scale of -1, 0, 1
        among(99.0),  # a number like others
        among(999.0, others=RANDOM.uniform(0, 2_000, 400)),
        numbers("months", np.append(MONTHS, [-999.0])),  # once
        numbers("age", [np.nan, np.nan]),
        numbers("owner", [0.0, 1.0]),
        texts("region", ["-999", "north"]),
    ],
)
def test_none(column: Column) -> None:
    assert sentinels(column) == ()


def test_infinite_values_count_however_few() -> None:
    assert sentinels(numbers("x", [1.0, np.inf, 2.5, -np.inf])) == (-np.inf, np.inf)
