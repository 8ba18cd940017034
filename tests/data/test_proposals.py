"""What a first study should say, on tables like those that people bring."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from interplay.data.proposals import Proposals, named_groups, propose
from interplay.data.reading import read
from interplay.errors import DataError

ROWS = 600
RANDOM = np.random.default_rng(0)


def proposed(groups: tuple[str, ...] = (), label: str = "paid", **columns: Any) -> Proposals:
    frame = {"paid": ["yes", "no", "no"] * (ROWS // 3), "income": RANDOM.normal(size=ROWS), **columns}
    return propose(read(pd.DataFrame(frame)), label, groups)


def test_an_ordinary_table_needs_nothing() -> None:
    found = proposed(region=RANDOM.choice(["north", "south"], ROWS))
    assert dict(found.counts) == {"no": 400, "yes": 200}
    nothing = found.drop, found.doubtful, found.missing, found.classes, found.wide, found.weight, found.person
    assert not any(nothing)
    assert not (found.categorical or found.dates)


def test_useless_columns_are_dropped_with_the_reason() -> None:
    found = proposed(
        empty=[None] * ROWS,
        constant=["x"] * ROWS,
        gaps=[1.5, None, 1.5] * (ROWS // 3),
        applicant=[f"name {place % 590}" for place in range(ROWS)],
        town=[f"town {place % 400}" for place in range(ROWS)],
        number=RANDOM.permutation(ROWS) + 7,
        loan_id=3 * RANDOM.permutation(ROWS) + 7,
        amount=3 * RANDOM.permutation(ROWS) + 7,
        first_name=[f"n{place % 100}" for place in range(ROWS)],
        brand_name=RANDOM.choice(["a", "b", "c"], ROWS),
    )
    assert dict(found.drop) == {
        "empty": "every value is missing",
        "constant": "it has one value in every row",
        "applicant": "it seems to name the row, not to describe it: 590 different texts in 600 rows",
        "number": "it seems to number the rows: whole numbers, all different, without gaps",
        "loan_id": "it seems to name the row: every value is different",
        "first_name": "it seems to hold names or addresses of people: 100 distinct values",
    }
    assert dict(found.doubtful) == {"town": "perhaps it names the row: 400 distinct values in 600 rows"}
    assert dict(found.wide) == {"town": 400}


def test_what_is_known_later_is_asked_about() -> None:
    found = proposed(closed_early=RANDOM.integers(0, 2, ROWS), final_grade=RANDOM.normal(size=ROWS))
    assert set(found.doubtful) == {"closed_early", "final_grade"}


def test_the_label_and_the_groups_are_never_dropped() -> None:
    columns = {"outcome": ["a", "b"] * 300, "first_name": ["x"] * ROWS, "paid": RANDOM.normal(size=ROWS)}
    found = proposed(label="outcome", groups=("first_name", "paid"), **columns)
    assert (dict(found.drop), dict(found.doubtful)) == ({}, {})


def test_sentinels_dates_weights_codes_and_people() -> None:
    found = proposed(
        months=np.where(RANDOM.random(ROWS) < 0.2, -999, RANDOM.integers(0, 40, ROWS)),
        ratio=np.where(np.arange(ROWS) == 5, np.inf, RANDOM.normal(size=ROWS)),
        opened=pd.Timestamp("2020-01-01") + pd.to_timedelta(RANDOM.integers(0, 900, ROWS), "D"),
        sample_weight=RANDOM.uniform(0.1, 9, ROWS),
        occupation=RANDOM.choice([11, 23, 47, 99], ROWS),
        customer_id=RANDOM.integers(0, 200, ROWS),
    )
    assert dict(found.missing) == {"months": (-999,), "ratio": ("inf",)}
    assert (found.dates, found.weight, found.person) == (("opened",), "sample_weight", "customer_id")
    assert found.categorical == ("occupation",)


@pytest.mark.parametrize("weights", [RANDOM.normal(size=ROWS), ["heavy"] * ROWS])
def test_a_column_that_cannot_weigh_rows_is_not_proposed(weights: Any) -> None:
    assert proposed(weight=weights).weight is None


@pytest.mark.parametrize(
    ("values", "edges"),
    [
        (np.linspace(18, 90, ROWS), (35, 55, 70)),
        (np.linspace(0, 1, ROWS), (0.25, 0.5, 0.75)),
        (np.linspace(-1e6, 1e6, ROWS), (-500_000, 0, 500_000)),
        (RANDOM.choice(np.arange(15.0), ROWS), ()),
        (np.concatenate([np.zeros(ROWS - 25), np.linspace(1, 9, 25)]), (0.0,)),
    ],
)
def test_bins_of_a_numeric_group(values: Any, edges: tuple[float, ...]) -> None:
    found = proposed(groups=("age",), age=values).groups["age"]
    assert found == pytest.approx(edges) or (edges == (0.0,) and len(found) == 1)


@pytest.mark.parametrize(
    ("text", "names", "found"),
    [
        ("race, sex", ["race, sex", "race", "sex"], ["race, sex"]),
        ("race, sex", ["race", "sex"], ["race", "sex"]),
        ("a,b,c", ["a,b", "c"], ["a,b", "c"]),
        ("a,b,c", ["a", "b,c", "b"], ["a", "b,c"]),
        (" sex ", ["sex"], ["sex"]),
        ("", ["sex"], []),
        ("gender", ["sex"], ["gender"]),
        ("sex,", ["sex"], ["sex"]),
    ],
)
def test_groups_named_in_a_list(text: str, names: list[str], found: list[str]) -> None:
    assert named_groups(text, names) == found


@pytest.mark.parametrize(
    ("label", "groups", "words"),
    [
        ("payd", (), "use 'paid'"),
        ("paid", ("zzz",), "use one of"),
        ("paid", ("paid",), "name each column once"),
        ("income", (), "it into classes first"),
        ("gone", (), "give their labels"),
    ],
)
def test_roles_that_cannot_be_filled(label: str, groups: tuple[str, ...], words: str) -> None:
    with pytest.raises(DataError) as caught:
        proposed(label=label, groups=groups, gone=[None, "a", "b"] * (ROWS // 3))
    assert words in caught.value.remedy


def test_labels_spelled_two_ways_are_one_class() -> None:
    found = proposed(label="said", said=["Yes", "yes", "No", "Yes"] * (ROWS // 4))
    assert dict(found.classes) == {"Yes": ("Yes", "yes")}
    assert dict(found.counts) == {"No": 150, "Yes": 450}


def test_sizes_of_groups_are_those_of_values_or_of_bins() -> None:
    found = proposed(("sex", "age"), sex=["f"] * 30 + ["m"] * (ROWS - 31) + [None], age=range(ROWS))
    assert found.sizes["sex"] == (30, ROWS - 31)
    low, *_, high = found.groups["age"]
    assert found.sizes["age"][0] == low
    assert found.sizes["age"][-1] == ROWS - high
    assert sum(found.sizes["age"]) == ROWS
