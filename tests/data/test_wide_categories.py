"""Many categories: the frequent ones have a column each, and all others share one."""

import numpy as np
import pytest

from interplay.data.encoder import fit
from interplay.data.table import Column, table, texts

COUNTS = {"a": 40, "b": 30, "c": 20, "d": 1, "e": 1, "f": 1}
NAMES = [name for name, count in COUNTS.items() for _ in range(count)]


def encoded(*more: str | None, most: int) -> tuple[tuple[str, ...], np.ndarray]:
    people = table([texts("town", [*NAMES, *more])], "test")
    encoder = fit(people, ["town"], np.arange(len(NAMES)), most_categories=most)
    return encoder.columns, encoder.encode(people).matrix


def test_rare_and_unseen_values_share_a_column() -> None:
    columns, matrix = encoded("z", most=4)
    assert columns == ("town=a", "town=b", "town=c", "town: other values")
    assert matrix.sum(axis=0).tolist() == [40, 30, 20, 3 + 1]
    assert matrix[-1].tolist() == [0, 0, 0, 1]


@pytest.mark.parametrize("most", [6, 50])
def test_few_enough_categories_have_a_column_each(most: int) -> None:
    columns, matrix = encoded("z", most=most)
    assert columns == tuple(f"town={name}" for name in COUNTS)
    assert matrix[-1].sum() == 0, "a category that was not seen has no column"


def test_missing_values_have_a_column_of_their_own() -> None:
    people = table([texts("town", [*NAMES, None])], "test")
    encoder = fit(people, ["town"], np.arange(len(NAMES) + 1), most_categories=3)
    assert encoder.columns == ("town=a", "town=b", "town: other values", "town is missing")
    assert encoder.encode(people).matrix[-1].tolist() == [0, 0, 0, 1]
    assert encoder.notes == ("town: the 2 most frequent categories have a column each, and all others share one",)


def test_a_column_of_5000_postcodes_does_not_become_5000_columns() -> None:
    codes = np.random.default_rng(0).integers(0, 5_000, 20_000)
    towns = Column("postcode", "categorical", codes, tuple(f"z{code:04d}" for code in range(5_000)))
    encoder = fit(table([towns], "test"), ["postcode"], np.arange(10_000))
    assert len(encoder.columns) == 50
