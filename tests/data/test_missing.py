"""Values that stand for "missing"."""

import numpy as np

from interplay.data.missing import without
from interplay.data.table import numbers, texts


def test_a_sentinel_matches_within_single_precision_and_no_further() -> None:
    stored = [float(np.float32(999_999.4)), 1_000_000.0, 12.0]
    column, rows = without(numbers("lines", stored), [999_999.4])
    assert rows == 1
    assert column.missing.tolist() == [True, False, False]


def test_texts_become_numbers_once_the_only_word_is_gone() -> None:
    column, rows = without(texts("income", ["10", "unknown", None, "2.5"]), ["unknown"])
    assert (column.kind, rows) == ("numeric", 1)
    assert np.array_equal(column.values, [10, np.nan, np.nan, 2.5], equal_nan=True)


def test_texts_stay_texts_while_another_word_is_left() -> None:
    column, _ = without(texts("income", ["10", "unknown", "nan", "1_000"]), ["unknown"])
    assert column.kind == "categorical"
    assert column.categories == ("10", "1_000", "nan")


def test_zero_and_one_may_remain_after_a_sentinel() -> None:
    column, rows = without(numbers("guideline", [0, 1, 666, 1]), [666])
    assert (column.kind, rows) == ("boolean", 1)
    assert column.values.tolist() == [0, 1, -1, 1]


def test_a_text_sentinel_never_matches_a_number() -> None:
    column, rows = without(numbers("a", [1.0, 2.0]), ["unknown"])
    assert rows == 0
    assert column.values.tolist() == [1.0, 2.0]


def test_zero_can_be_missing_without_hitting_small_numbers() -> None:
    column, rows = without(numbers("a", [0.0, 1e-12, 5.0]), [0])
    assert rows == 1
    assert column.missing.tolist() == [True, False, False]
