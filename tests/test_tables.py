"""Every kind of table that people bring, from `init` to `plan`: read right at the first try, or told what to declare."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from interplay.auditing.outline import outline
from interplay.auditing.prepare import Prepared, prepare
from interplay.auditing.start import Started, start
from interplay.errors import DataError
from interplay.study.load import load, locate
from tests.tables import TABLES, applications


def started(folder: Path, name: str, favourable: str | None = "yes", groups: str = "sex") -> Started:
    return start(folder / TABLES[name](folder), "approve", groups, folder, lambda counts: favourable)


def planned(folder: Path, begun: Started, *edits: tuple[str, str]) -> tuple[Prepared, str]:
    """The study made ready, and what `plan` says."""
    path, text = folder / "study.toml", begun.text
    for old, new in edits:
        assert old in text, old
        text = text.replace(old, new, 1)
    path.write_text(text, encoding="utf-8")
    ready = prepare(load(path), where=locate(path))
    return ready, outline(ready, folder / "runs")


def group_of(name: str) -> str:
    return "sex, as declared" if name == "comma_in_the_name_of_the_group" else "sex"


@pytest.mark.parametrize("name", TABLES)
def test_every_study_that_init_writes_passes_plan(name: str, tmp_path: Path) -> None:
    ready, told = planned(tmp_path, started(tmp_path, name, groups=group_of(name)))
    assert "Label      approve: " in told and "favourable: yes" in told
    assert len(ready.encoded.columns) < 120, "no column of categories becomes hundreds"
    names = {feature.name for feature in ready.encoded.features}
    assert names <= {"income", "debt", "years", "score", "region"} | EXPECTED.get(name, set())
    assert {"income", "debt", "years", "score"} <= names or name == "one_feature"
    kinds = {feature.name: feature.kind for feature in ready.encoded.features}
    assert {kinds.get(name, "numeric") for name in ("income", "debt", "years", "score")} == {"numeric"}


EXPECTED = {
    "numbers_with_units": {"limit", "used", "fee"},
    "wide": {"postcode"},
    "codes": {"branch", "sort_code"},
    "later": {"account_closed"},
    "stand_ins_for_missing": {"months", "calls"},
    "decimals": {"balance"},
}


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("labels_spelled_two_ways", "are one class, yes"),
        ("numbers_with_units", 'fee: written as text: "£'),
        ("dates_of_three_kinds", "reviewed is left out: a date"),
        ("wide", "surname is left out: it seems to hold names or addresses of people"),
        ("numeric_group", "group sex, cut at 35, 55, 70"),
        ("survey", "survey_weight weighs the rows"),
        ("stand_ins_for_missing", "-999 in months is missing"),
        ("infinite", "-inf, inf in debt is missing"),
        ("region_na", "sex: 'NA' is taken as a value, like 'APAC' and 'EU'"),
        ("large_identifiers", "account is left out: it seems to name the row"),
        ("repeated_columns", "income: the table has it more than once, with the same values"),
    ],
)
def test_what_init_assumes_is_said(name: str, line: str, tmp_path: Path) -> None:
    begun = started(tmp_path, name)
    assert any(line in one for one in begun.assumed), begun.assumed


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("codes", "categorical: which of branch are codes"),
        ("later", "[data.drop] account_closed: was it recorded at or after the decision?"),
        ("plain", "[priorities]: the ranking, and who set it"),
    ],
)
def test_what_init_asks_for_is_said(name: str, line: str, tmp_path: Path) -> None:
    assert line in started(tmp_path, name).asked


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("later", "leakage? This column alone ranks the label with an area under the ROC curve of 0.97"),
        ("copies", "600 of 900 rows repeat an earlier row in every feature"),
        ("wide", "Note       postcode: the 49 most frequent categories have a column each"),
        ("tiny", "calibration"),
        ("rare", "some classes have few rows: 'yes' has 6"),
        ("one_group", "there is only one group, 'f': nothing can be compared"),
        ("numbers_with_units", "used: written as text"),
    ],
)
def test_what_plan_says(name: str, line: str, tmp_path: Path) -> None:
    assert line in planned(tmp_path, started(tmp_path, name))[1]


def test_plan_prints_every_finding_that_the_report_prints(tmp_path: Path) -> None:
    ready, told = planned(tmp_path, started(tmp_path, "numbers_with_units"))
    assert ready.dataset.findings
    for finding in ready.dataset.findings:
        assert finding.text in told


def test_an_undeclared_favourable_class_is_asked_for_and_warned_about(tmp_path: Path) -> None:
    begun = started(tmp_path, "plain", favourable=None)
    assert begun.asked[0] == "favourable: which of no, yes people hope for"
    assert "Warning    approve: no favourable class is declared: 'yes' is taken" in planned(tmp_path, begun)[1]


def test_a_favourable_class_that_the_label_lacks_names_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        started(tmp_path, "plain", favourable="yess")
    assert caught.value.remedy == "use 'yes', if that is meant"


def test_rows_without_a_group_are_counted_at_the_top(tmp_path: Path) -> None:
    frame, _ = applications()
    frame.loc[:99, "sex"] = None
    frame.to_csv(tmp_path / "gaps.csv", index=False)
    begun = start(tmp_path / "gaps.csv", "approve", "sex", tmp_path, lambda counts: "yes")
    assert "group sex; 100 rows are in no group" in begun.assumed
    assert "in no group 100" in planned(tmp_path, begun)[1]


def test_codes_and_dates_are_used_where_the_study_says_so(tmp_path: Path) -> None:
    ready, _ = planned(tmp_path, started(tmp_path, "codes"), ('#categorical = ["branch"]', 'categorical = ["branch"]'))
    assert {"branch=17", "branch=91", "sort_code=004417"} <= set(ready.encoded.columns)
    edits = ('#days = ["opened", "reviewed", "coded"]', 'days = ["opened"]'), ('#time = "opened"', 'time = "reviewed"')
    ready, _ = planned(tmp_path, started(tmp_path, "dates_of_three_kinds"), *edits)
    assert "opened" in ready.dataset.features
    split, days = ready.design.split, ready.dataset.table.columns["reviewed"].values
    assert days[split.test | split.audit].min() >= days[split.pool | split.tuning | split.calibration].max()
    assert not ready.design.uses_pool_rows


def test_copies_lie_on_one_side(tmp_path: Path) -> None:
    ready, _ = planned(tmp_path, started(tmp_path, "copies"))
    parts = pd.Series(ready.design.split.part).groupby(ready.design.clusters).nunique()
    assert parts.max() == 1
    inside = ready.design.inside()
    assert all(len(np.unique(mine[ready.design.clusters == 0])) == 1 for mine in inside)


def test_a_column_of_lists_is_refused_by_its_name_and_type(tmp_path: Path) -> None:
    frame, _ = applications()
    frame.assign(history=[[1, 2]] * len(frame)).to_parquet(tmp_path / "lists.parquet")
    with pytest.raises(DataError) as caught:
        start(tmp_path / "lists.parquet", "approve", "sex", tmp_path, lambda counts: "yes")
    assert (caught.value.found, "history" in caught.value.where) == ("cells of type list", True)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"approve": np.arange(700) / 7}, "at most 20 classes"),
        ({"approve": [None, *["no", "yes"] * 349, "yes"]}, "a label in every row"),
        ({"approve": "yes"}, "at least two classes"),
    ],
)
def test_a_label_that_cannot_be_fails_in_init(change: dict[str, object], words: str, tmp_path: Path) -> None:
    frame, _ = applications()
    frame.assign(**change).to_csv(tmp_path / "label.csv", index=False)
    with pytest.raises(DataError, match=words):
        start(tmp_path / "label.csv", "approve", "sex", tmp_path, lambda counts: None)
