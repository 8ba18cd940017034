"""Tables and columns."""

import numpy as np
import pytest

from interplay.data.table import Column, numbers, table, texts, truths
from interplay.errors import DataError


def test_zeros_and_ones_are_boolean_but_other_few_numbers_are_not() -> None:
    assert numbers("a", [0, 1, 1]).kind == "boolean"
    assert numbers("a", [0.0, float("nan"), 1.0]).values.tolist() == [0, -1, 1]
    assert numbers("a", [1, 2, 1]).kind == "numeric"
    assert numbers("a", [0, 1, 0.5]).kind == "numeric"
    assert numbers("a", [float("nan")] * 2).kind == "numeric"


def test_missing_is_the_same_question_for_every_kind() -> None:
    columns = [numbers("a", [1, float("nan")]), texts("b", ["x", None]), truths("c", [True, None])]
    assert [column.missing.tolist() for column in columns] == [[False, True]] * 3


def test_an_unknown_column_names_the_nearest() -> None:
    people = table([numbers("income", [1, 2])], "people.csv")
    with pytest.raises(DataError) as caught:
        people.column("Incom")
    assert str(caught.value) == (
        "expected a column 'Incom', found no such column (people.csv). Next: use 'income', if that is meant."
    )


@pytest.mark.parametrize(
    ("columns", "found"),
    [
        ([], "none"),
        ([numbers("a", [1]), numbers("a", [2])], "'a' more than once, with different values"),
        ([numbers("a", [1]), numbers("b", [1, 2])], "lengths [1, 2]"),
        ([numbers("a", [])], "a header only"),
    ],
)
def test_tables_that_cannot_be(columns: list[Column], found: str) -> None:
    with pytest.raises(DataError) as caught:
        table(columns, "x.csv")
    assert caught.value.found == found
    assert caught.value.where == "x.csv"


def test_replacing_keeps_the_order_and_the_original() -> None:
    first = table([numbers("a", [1, 2]), numbers("b", [3, 4])], "x")
    second = first.replaced(texts("a", ["p", "q"]), numbers("c", [5, 6]))
    assert list(second.columns) == ["a", "b", "c"]
    assert second.columns["a"].kind == "categorical"
    assert first.columns["a"].kind == "numeric"
    assert np.array_equal(second.columns["b"].values, [3, 4])
