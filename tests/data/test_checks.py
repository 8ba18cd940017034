"""Findings: planted faults are found, and a clean table has none."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from interplay.data.checks import _area, _separation, inspect
from interplay.data.findings import Finding
from interplay.data.groups import Grouping
from interplay.data.table import Column, numbers, table, texts, truths

ROWS = 400
RANDOM = np.random.default_rng(7)
LABEL = numbers("approve", RANDOM.integers(0, 2, ROWS).astype(float))
INCOME = numbers("income", RANDOM.normal(50, 9, ROWS) + 4 * LABEL.values)


def look(*columns: Column, groups: dict[str, Grouping] | None = None) -> list[Finding]:
    people = table([LABEL, *columns], "test")
    return list(inspect(people, "approve", [column.name for column in columns], groups or {}))


def only(*columns: Column) -> Finding:
    found = look(*columns)
    assert len(found) == 1, found
    return found[0]


def test_a_clean_table_has_no_findings() -> None:
    assert look(INCOME, texts("region", [str(place) for place in RANDOM.integers(0, 9, ROWS)])) == []


@pytest.mark.parametrize(
    ("column", "reason"),
    [
        (numbers("x", [7.0] * ROWS), "one value"),
        (texts("x", ["same"] * ROWS), "one value"),
        (numbers("x", [float("nan")] * ROWS), "missing"),
        (texts("x", [None] * ROWS), "missing"),
        (numbers("x", np.arange(ROWS) * 3.0 + 12), "number the rows"),
        (numbers("x", RANDOM.permutation(ROWS) + 1000.0), "number the rows"),
        (texts("x", [f"person {place}" for place in range(ROWS)]), "name the row"),
        (texts("x", [None, *(f"person {place}" for place in range(ROWS - 1))]), "name the row"),
    ],
)
def test_useless_columns_are_dropped_with_the_reason(column: Column, reason: str) -> None:
    finding = only(INCOME, column)
    assert (finding.level, finding.column) == ("dropped", "x")
    assert reason in finding.text


def test_real_numbers_that_are_all_different_are_kept() -> None:
    assert look(INCOME, numbers("x", RANDOM.normal(size=ROWS)), numbers("k", RANDOM.permutation(ROWS) * 7.0)) == []


def test_a_constant_with_gaps_is_kept_because_the_gaps_may_tell() -> None:
    column = numbers("x", np.where(RANDOM.random(ROWS) < 0.3, np.nan, 7.0))
    assert [finding.level for finding in look(INCOME, column)] == ["note"]


def test_copies_are_dropped_and_the_first_is_kept() -> None:
    finding = only(INCOME, numbers("again", INCOME.values))
    assert finding == Finding("dropped", "again", "it is a copy of 'income'")
    codes = [str(place) for place in RANDOM.integers(0, 5, ROWS)]
    finding = only(INCOME, texts("a", codes), texts("b", [f"region {code}" for code in codes]))
    assert (finding.level, finding.column) == ("dropped", "b")


def test_a_number_for_each_category_is_a_warning() -> None:
    years = RANDOM.integers(2, 9, ROWS).astype(float)
    finding = only(INCOME, texts("education", [f"grade {year}" for year in years]), numbers("years", years))
    assert (finding.level, finding.column) == ("warning", "years")
    assert "'education'" in finding.text


def test_different_measurements_with_different_values_are_no_copies() -> None:
    assert look(INCOME, numbers("x", RANDOM.normal(size=ROWS)), numbers("z", RANDOM.normal(size=ROWS))) == []


@pytest.mark.parametrize(
    "column",
    [
        numbers("x", LABEL.values),
        numbers("x", -100.0 * LABEL.values + RANDOM.normal(size=ROWS)),
        texts("x", ["denied" if one == 0 else ("ok", "fine")[place % 2] for place, one in enumerate(LABEL.values)]),
        numbers("x", np.where(LABEL.values == 1, np.nan, RANDOM.normal(size=ROWS))),
        truths("x", [bool(one) for one in LABEL.values]),
    ],
)
def test_a_column_that_gives_the_label_away_is_warned_about(column: Column) -> None:
    warnings = [finding for finding in look(INCOME, column) if finding.level == "warning"]
    assert [finding.column for finding in warnings] == ["x"]
    assert warnings[0].text.startswith("leakage?")


def test_a_column_that_copies_a_label_of_several_classes_leaks() -> None:
    classes = RANDOM.integers(0, 4, ROWS)
    codes = texts("code", ["dbca"[one] for one in classes])
    assert _separation(codes, classes, 4) == 1.0
    one_class_only = numbers("x", (classes == 2) * 1.0)
    assert _separation(one_class_only, classes, 4) < 0.9


def test_the_area_is_that_of_scikit_learn() -> None:
    codes, target = RANDOM.integers(0, 30, ROWS), RANDOM.random(ROWS) < 0.4
    area = roc_auc_score(target, codes)
    assert _area(codes, target, by_share=False) == pytest.approx(max(area, 1 - area), abs=1e-12)
    shares = np.asarray([target[codes == code].mean() if (codes == code).any() else 0 for code in range(30)])
    assert _area(codes, target, by_share=True) == pytest.approx(roc_auc_score(target, shares[codes]), abs=1e-12)


def test_many_small_categories_are_not_called_leakage() -> None:
    column = texts("quarter", [f"quarter {place // 2}" for place in range(ROWS)])
    assert look(INCOME, column) == []


def test_what_a_name_suggests_is_a_warning() -> None:
    streets = texts("street", [f"street {place // 2}" for place in range(ROWS)])
    assert only(INCOME, streets).text.startswith("it seems to hold names or addresses of people")
    told = np.where(RANDOM.random(ROWS) < 0.85, LABEL.values, 1 - LABEL.values)
    finding = only(INCOME, numbers("closed_early", told))
    assert finding.level == "warning" and "Its name speaks of a decision or an outcome" in finding.text
    assert look(INCOME, numbers("owner", told)) == []
    months = np.where(np.arange(ROWS) % 7 == 0, -999.0, RANDOM.integers(0, 50, ROWS))
    assert "-999 may stand for a missing value (rows: 58)" in only(INCOME, numbers("months", months)).text


def test_a_large_table_is_tried_on_some_of_its_rows() -> None:
    many = 150_000
    label = numbers("paid", RANDOM.integers(0, 2, many))
    copy = np.where(RANDOM.random(many) < 0.97, label.values, 1 - label.values)
    people = table([label, numbers("x", RANDOM.normal(size=many)), numbers("later", copy)], "test")
    (finding,) = inspect(people, "paid", ["x", "later"], {})
    assert "0.97" in finding.text


def test_numbers_hidden_among_texts_are_pointed_out() -> None:
    cells = [str(place) for place in RANDOM.integers(0, 40, ROWS)]
    cells[5] = "unknown"
    finding = only(INCOME, texts("debt", cells))
    assert "'unknown'" in finding.text
    assert "data.missing" in finding.text


def test_missing_shares_and_repeated_rows() -> None:
    gaps = INCOME.values.copy()
    gaps[:40] = np.nan
    finding = only(INCOME, numbers("x", np.where(np.isnan(gaps), np.nan, gaps**2)))
    assert finding == Finding("note", "x", "10.0% of the values are missing")
    few = numbers("x", np.repeat(np.arange(ROWS // 4), 4) % 97 + 2.0)
    seen = {(label, value) for label, value in zip(LABEL.values, few.values, strict=True)}
    assert only(few).text.startswith(f"{ROWS - len(seen)} rows repeat")


def test_group_names_that_differ_in_writing_only() -> None:
    names = ("Black", "black ", "self-employed", "Self Employed", "<=50", ">50", "20-30", "2030")
    codes = np.arange(ROWS) % len(names)
    codes[:40] = -1
    found = look(INCOME, groups={"race": Grouping("race", codes, names, 0)})
    assert [finding.level for finding in found] == ["warning", "warning", "warning"]
    assert "'black '" in found[0].text
    assert "'Self Employed'" in found[1].text
    assert "10.0%" in found[2].text
    composed = ("é", "e\u0301")
    assert len(look(INCOME, groups={"g": Grouping("g", np.arange(ROWS) % 2, composed, 0)})) == 1


def test_a_single_group_and_a_small_class() -> None:
    found = look(INCOME, groups={"sex": Grouping("sex", np.zeros(ROWS, dtype=int), ("f",), 0)})
    assert "only one group" in found[0].text
    label = texts("y", ["rare"] * 3 + ["a", "b"] * 40)
    people = table([label, numbers("x", RANDOM.normal(size=83))], "test")
    assert inspect(people, "y", ["x"], {})[0].text == "some classes have few rows: 'rare' has 3"


def test_infinite_numbers_do_not_break_the_inspection() -> None:
    values = RANDOM.normal(size=ROWS)
    values[3] = np.inf
    assert look(INCOME, numbers("x", values)) == []
