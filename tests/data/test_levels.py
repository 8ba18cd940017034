"""Distinct values as names, and finding one."""

import pytest

from interplay.data.levels import as_text, levels, position
from interplay.data.table import Column, numbers, texts


def test_numbers_are_named_in_ascending_order() -> None:
    codes, names = levels(numbers("a", [10, 2, float("nan"), 0.5]))
    assert names == ("0.5", "2", "10")
    assert codes.tolist() == [2, 1, -1, 0]


def test_categories_that_do_not_occur_are_left_out() -> None:
    column = Column("a", "categorical", texts("a", ["x", "z"]).values * 2, ("x", "y", "z"))
    assert levels(column)[1] == ("x", "z")


@pytest.mark.parametrize(
    ("names", "value", "expected"),
    [
        (("0", "1"), 1, 1),
        (("0", "1"), "1.0", 1),
        (("0", "1"), True, 1),
        (("False", "True"), True, 1),
        (("FALSE", "TRUE"), False, 0),
        (("0.5", "2"), 0.5, 0),
        (("yes", "no"), "Yes", None),
        (("-1", "+1"), 1, 1),
    ],
)
def test_a_value_is_found_however_it_is_written(
    names: tuple[str, ...], value: str | int | float | bool, expected: int | None
) -> None:
    assert position(names, value) == expected


def test_huge_numbers_keep_their_digits() -> None:
    assert as_text(2.0**60) == "1.152921504606847e+18"
    assert as_text(-3.0) == "-3"
