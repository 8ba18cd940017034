"""Loading a study's data: choices, refusals, and the fingerprint."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from interplay.data.dataset import Dataset
from interplay.data.findings import Finding
from interplay.data.load import load, named
from interplay.data.sections import DataSection, GroupSection, GroupsSection
from interplay.errors import DataError

ROWS = 120


def people(**changes: Any) -> pd.DataFrame:
    random = np.random.default_rng(3)
    frame = pd.DataFrame(
        {
            "id": range(ROWS),
            "income": random.normal(50, 10, ROWS),
            "region": random.choice(["north", "south", "unknown"], ROWS),
            "sex": random.choice(["f", "m"], ROWS),
            "approve": random.choice(["no", "yes"], ROWS),
        }
    )
    return frame.assign(**changes)


SEX = GroupsSection(attributes={"sex": GroupSection()})


def made(frame: pd.DataFrame | None = None, groups: GroupsSection = SEX, **data: Any) -> Dataset:
    section = DataSection(**{"source": "people", "label": "approve", **data})
    return load(section, groups, people() if frame is None else frame)


def refused(frame: pd.DataFrame | None = None, groups: GroupsSection = SEX, **data: Any) -> DataError:
    with pytest.raises(DataError) as caught:
        made(frame, groups, **data)
    return caught.value


def test_a_frame_and_a_file_give_the_same_data(tmp_path: Path) -> None:
    people().to_csv(tmp_path / "people.csv", index=False)
    from_file = load(DataSection(source=str(tmp_path / "people.csv"), label="approve"), SEX)
    from_frame = made()
    assert from_file.fingerprint == from_frame.fingerprint
    assert from_frame.features == ("income", "region")
    assert from_frame.classes == ("no", "yes")
    assert from_frame.favourable == 1
    assert "number the rows" in from_frame.dropped["id"]
    assert "sensitive attribute" in from_frame.dropped["sex"]
    assert np.array_equal(from_frame.labels, people()["approve"] == "yes")


def test_a_group_is_a_feature_only_when_it_says_so() -> None:
    asked = GroupsSection(attributes={"sex": GroupSection(feature=True)})
    assert made(groups=asked).features == ("income", "region", "sex")
    other_column = GroupsSection(attributes={"gender": GroupSection(column="sex")})
    assert made(groups=other_column).features == ("income", "region")


def test_declared_choices_are_kept_with_their_reasons() -> None:
    found = made(
        favourable="no",
        drop={"region": "not collected any more"},
        immutable=("income",),
        missing={"region": ("unknown",)},
    )
    assert found.favourable == 0
    assert found.features == ("income",)
    assert found.dropped["region"] == "not collected any more"
    assert dict(found.immutable) == {"income": "the study says so"}
    assert found.table.columns["region"].missing.sum() == (people()["region"] == "unknown").sum()
    assert any("unknown means missing" in finding.text for finding in found.findings)


def test_declared_features_are_the_only_ones() -> None:
    assert made(features=("region",)).features == ("region",)


@pytest.mark.parametrize(
    ("data", "remedy"),
    [
        ({"label": "aprove"}, "'approve'"),
        ({"label": None}, "label = "),
        ({"favourable": "Yes"}, "'yes'"),
        ({"features": ("incom",)}, "'income'"),
        ({"features": ("income", "approve")}, "remove it"),
        ({"features": ("income", "sex")}, "feature = true"),
        ({"drop": {"incom": "x"}}, "'income'"),
        ({"immutable": ("incom",)}, "'income'"),
        ({"missing": {"incom": (1,)}}, "'income'"),
        ({"drop": {"income": "x", "region": "x"}}, "drop fewer"),
    ],
)
def test_contradictions_and_unknown_names(data: dict[str, Any], remedy: str) -> None:
    assert remedy in refused(**data).remedy


def test_infinite_features_are_counted_and_other_columns_may_have_them() -> None:
    income = people()["income"].to_numpy().copy()
    income[[4, 9]] = np.inf, -np.inf
    error = refused(people(income=income))
    assert error.found == "2 infinite, first in row 5"
    assert "'income'" in error.where
    assert made(people(income=income), drop={"income": "broken"}).features == ("region",)


def test_missing_labels_and_single_classes() -> None:
    assert "60 of 120 missing" in refused(people(approve=["yes", None] * 60)).found
    assert refused(people(approve="yes")).expected == "at least two classes"
    assert refused(people(approve=np.linspace(0, 9, ROWS))).expected == "at most 20 classes"


def test_a_leaking_column_is_a_warning_not_an_end() -> None:
    found = made(people(letter_sent=people()["approve"].map({"no": "denial", "yes": "offer"})))
    assert "letter_sent" in found.features
    assert [finding.column for finding in found.findings if finding.text.startswith("leakage?")] == ["letter_sent"]


def test_a_group_of_three_rows_is_kept_for_the_measurement_to_judge() -> None:
    sex = people()["sex"].to_numpy().copy()
    sex[:3] = "x"
    grouping = made(people(sex=sex)).groupings["sex"]
    assert grouping.names == ("f", "m", "x")
    assert (grouping.codes == 2).sum() == 3


def test_an_undeclared_favourable_class_is_noted() -> None:
    assert any("no favourable class" in finding.text for finding in made().findings)
    assert not any("no favourable class" in finding.text for finding in made(favourable="yes").findings)


@pytest.mark.parametrize("source", ["mortgag", "people", "adult2"])
def test_an_unknown_source_names_the_nearest(source: str) -> None:
    with pytest.raises(DataError) as caught:
        load(DataSection(source=source), GroupsSection())
    assert "path" in caught.value.remedy
    if source == "mortgag":
        assert "'mortgage'" in caught.value.remedy


def test_the_named_data_sets_are_found() -> None:
    assert sorted(named()) == ["adult", "digits", "mortgage", "silobank"]
    for one in named().values():
        assert one.title
        assert one.provenance
        assert all((*one.drop.values(), *one.immutable.values(), *one.cautions.values()))


@pytest.mark.parametrize(
    "change",
    [
        lambda: made(people(income=people()["income"] + 1e-9)),
        lambda: made(people().rename(columns={"income": "wage"})),
        lambda: made(favourable="no"),
        lambda: made(immutable=("income",)),
        lambda: made(features=("income",)),
        lambda: made(groups=GroupsSection(attributes={"sex": GroupSection(reference="m")})),
        lambda: made(groups=GroupsSection(attributes={"sex": GroupSection(merge={"a": ("f",)})})),
        lambda: made(people().iloc[::-1]),
    ],
)
def test_every_change_changes_the_fingerprint(change: Callable[[], Dataset]) -> None:
    assert made().fingerprint == made().fingerprint
    assert change().fingerprint != made().fingerprint


def test_the_fingerprint_is_the_same_everywhere() -> None:
    frame = pd.DataFrame({"x": [1.5, -0.0, None, 2.5], "y": [0, 1, 1, 0]})
    found = load(DataSection(source="x", label="y"), GroupsSection(), frame)
    assert found.fingerprint == "8b6b66727be6e9875fb246f52c23b08df8125f790ac83c1666be9d51959b6900"


def test_loading_leaves_the_frame_alone() -> None:
    frame = people()
    made(frame, missing={"region": ("unknown",)})
    assert frame.equals(people())


def test_codes_become_categories_and_dates_days() -> None:
    opened = pd.Timestamp("2020-01-05") + pd.to_timedelta(np.arange(ROWS) % 30, "D")
    frame = people(job=np.tile([11, 23, 47], ROWS // 3), opened=opened, closed=opened)
    data = made(frame, categorical=("job",), days=("opened",))
    job, day = data.table.columns["job"], data.table.columns["opened"]
    assert (job.kind, job.categories) == ("categorical", ("11", "23", "47"))
    assert (day.kind, day.values.tolist()) == ("numeric", [float(place % 30) for place in range(ROWS)])
    assert "closed" not in data.features and "data.days" in data.dropped["closed"]
    assert Finding("note", "opened", "read as days since 2020-01-05") in data.findings
    assert refused(days=("income",)).where == "data.days"


def test_the_weight_and_the_time_are_no_features() -> None:
    frame = people(weight=np.arange(ROWS) % 3 + 1.0, year=2000.5 + np.arange(ROWS) % 7)
    data = made(frame, weight="weight", time="year")
    assert {"weight", "year"}.isdisjoint(data.features)
    assert data.weights is not None and data.weights.mean() == pytest.approx(1.0)
    assert np.allclose(data.weights, (np.arange(ROWS) % 3 + 1) / 2)
    assert data.fingerprint != made(frame, time="year").fingerprint != made(frame).fingerprint


@pytest.mark.parametrize("wrong", [0.0, -1.0, np.nan, np.inf])
def test_a_row_without_a_weight_is_refused(wrong: float) -> None:
    weights = np.where(np.arange(ROWS) == 4, wrong, 2.5)
    assert refused(people(weight=weights), weight="weight").found == "1 rows without one, first in row 5"


def test_label_values_that_differ_in_writing_are_told_and_can_be_joined() -> None:
    said = np.tile(["Yes", "yes", "No"], ROWS // 3)
    apart = made(people(approve=said))
    assert [one.text for one in apart.findings if "in writing" in one.text] == [
        "'Yes' and 'yes' differ in writing only: join them under data.classes"
    ]
    joined = made(people(approve=said), classes={"Yes": ("Yes", "yes")})
    assert joined.classes == ("No", "Yes")
    assert refused(people(approve=said), classes={"Yes": ("Yes", "yess")}).remedy == "use 'yes', if that is meant"
    assert refused(people(approve=said), classes={"all": ("Yes", "yes", "No")}).expected == "at least two classes"


def test_infinite_values_can_be_named_as_missing() -> None:
    values = np.where(np.arange(ROWS) == 7, np.inf, np.arange(ROWS) / 7)
    assert "data.missing" in refused(people(income=values)).remedy
    assert made(people(income=values), missing={"income": ("inf", "-inf")}).table.columns["income"].missing.sum() == 1


def test_na_is_a_value_where_the_study_says_so(tmp_path: Path) -> None:
    frame = people(region=np.tile(["NA", "somewhere", "elsewhere"], ROWS // 3))
    frame.to_csv(tmp_path / "people.csv", index=False)
    source = str(tmp_path / "people.csv")
    taken = load(DataSection(source=source, label="approve"), SEX).table.columns["region"]
    kept = load(DataSection(source=source, label="approve", missing={"region": ()}), SEX).table.columns["region"]
    assert (int(taken.missing.sum()), kept.categories) == (ROWS // 3, ("NA", "elsewhere", "somewhere"))
