"""Suggestions for unknown names."""

import pytest

from interplay.data.nearest import nearest, suggestion


@pytest.mark.parametrize(
    ("name", "expected"), [("AGE", "age"), (" age ", "age"), ("incme", "income"), ("income", "income"), ("qqqq", None)]
)
def test_nearest_ignores_case_and_space(name: str, expected: str | None) -> None:
    assert nearest(name, ["age", "income"]) == expected


def test_a_long_list_is_cut() -> None:
    text = suggestion("zzzz", [f"column_{place}" for place in range(40)], shown=3)
    assert text == "use one of 'column_0', 'column_1', 'column_2' and 37 more"


def test_nothing_to_choose_from() -> None:
    assert suggestion("age", []) == "there is nothing to choose from"
