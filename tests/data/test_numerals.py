"""Numbers as people write them, against what they mean."""

import numpy as np
import pytest

from interplay.data.numerals import numerals


@pytest.mark.parametrize(
    ("texts", "values"),
    [
        (["1,234", "12,345,678"], [1234, 12345678]),
        (["1.234,5", "0,25"], [1234.5, 0.25]),
        (["1 234,5", "7,0"], [1234.5, 7]),
        (["1'234.50", "3.20"], [1234.5, 3.2]),
        (["1\u202f234", "2\u00a0000"], [1234, 2000]),
        (["12%", "7.5 %"], [12, 7.5]),
        (["€12.30", "-€4", "€-5"], [12.3, -4, -5]),
        (["1,5 EUR", "2 EUR"], [1.5, 2]),
        (["US$1,000", "US$3"], [1000, 3]),
        (["(1,234)", "5"], [-1234, 5]),
        (["\u22125.5", "+3.0"], [-5.5, 3]),
        ([".5", "1.25"], [0.5, 1.25]),
    ],
)
def test_written_numbers(texts: list[str], values: list[float]) -> None:
    found = numerals(texts)
    assert found is not None
    assert found.values.tolist() == values
    assert texts[0] in found.note or texts[1] in found.note


@pytest.mark.parametrize(
    "texts",
    [
        ["12", "7"],  # digits alone: whoever stored them as text may have had a reason
        ["00501", "94110"],
        ["0,123,456", "1,000"],
        ["€5", "$5"],
        ["5 %", "0.05"],
        ["1,2,3", "4"],
        ["12.05.2020", "13.05.2020"],
        ["1.2.3.4", "5.6.7.8"],
        ["A 123", "B 77"],
        ["unknown", "1,000"],
        ["1,234.5", "1.234,5"],
        ["", "1,000"],
        [],
    ],
)
def test_texts_that_stay_texts(texts: list[str]) -> None:
    assert numerals(texts) is None


def test_what_could_be_either_follows_the_file() -> None:
    read = [numerals(["1,234", "5,678"], mark) for mark in ("", ".", ",")]
    assert [found and found.values.tolist() for found in read] == [[1234, 5678], [1234, 5678], [1.234, 5.678]]


def test_a_number_that_only_one_mark_reads_does_not_follow_the_file() -> None:
    found = numerals(["0,5", "12,25"], ".")
    assert found is not None and found.values.tolist() == [0.5, 12.25]


@pytest.mark.parametrize("mark", [".", ","])
def test_numbers_come_back_however_they_are_written(mark: str) -> None:
    random = np.random.default_rng(0)
    numbers = np.round(random.lognormal(8, 3, 500), 2) * random.choice([-1, 1], 500)
    thousands = "," if mark == "." else "."
    table = str.maketrans({",": thousands, ".": mark})
    found = numerals([f"{number:,.2f}".translate(table) for number in numbers])
    assert found is not None and np.allclose(found.values, numbers, rtol=0, atol=1e-9)
