"""Labels and the favourable class."""

import pytest

from interplay.data.labels import classes, favourable
from interplay.data.table import Column, numbers, texts, truths
from interplay.errors import DataError


def test_classes_are_sorted() -> None:
    codes, names = classes(numbers("y", [10, 2, 10, 3]))
    assert names == ("2", "3", "10")
    assert codes.tolist() == [2, 0, 2, 1]
    assert classes(truths("y", [True, False]))[1] == ("false", "true")


def test_missing_labels_are_counted() -> None:
    with pytest.raises(DataError) as caught:
        classes(numbers("y", [0, float("nan"), 1, float("nan")]))
    assert caught.value.found == "2 of 4 missing, first in row 2"


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (numbers("y", [1, 1, 1]), "at least two classes"),
        (texts("y", ["a", "a"]), "at least two classes"),
        (numbers("y", [float(place) for place in range(21)] * 9), "at most 20 classes"),
        (texts("y", [f"person {place}" for place in range(40)]), "classes with many rows each"),
    ],
)
def test_labels_that_are_no_decision(column: Column, expected: str) -> None:
    with pytest.raises(DataError) as caught:
        classes(column)
    assert caught.value.expected == expected
    assert "'y'" in caught.value.where


def test_twenty_numbers_and_many_texts_with_rows_are_classes() -> None:
    assert len(classes(numbers("y", [float(place) for place in range(20)] * 9))[1]) == 20
    assert len(classes(texts("y", [f"class {place}" for place in range(26)] * 20))[1]) == 26


def test_the_favourable_class() -> None:
    assert favourable(("0", "1"), 0, "label") == 0
    assert favourable(("no", "yes"), None, "label") == 1
    with pytest.raises(DataError) as caught:
        favourable(("no", "yes"), "Yes", "label 'y'")
    assert "'yes'" in caught.value.remedy
