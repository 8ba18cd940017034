"""Groups: merged values, bins, intersections, references, and what is refused."""

from typing import Any

import numpy as np
import pytest

from interplay import evidence
from interplay.data.groups import Grouping, build
from interplay.data.sections import GroupSection, GroupsSection
from interplay.data.table import numbers, table, texts
from interplay.errors import DataError

PEOPLE = table(
    [
        texts("race", ["black", "white", "white", "asian", None, "white"]),
        texts("sex", ["f", "m", "f", None, "m", "m"]),
        numbers("age", [17, 25, 39.5, 40, float("nan"), 80]),
        numbers("rich", [0, 1, 1, 0, 0, 0]),
        numbers("score", [1.5, 2.5, 3.5, 1.5, 2.5, 3.5]),
    ],
    "people",
)


def groups(intersections: tuple[tuple[str, ...], ...] = (), **attributes: dict[str, Any]) -> dict[str, Grouping]:
    sections = {name: GroupSection(**section) for name, section in attributes.items()}
    return build(PEOPLE, GroupsSection(attributes=sections, intersections=intersections))


def refused(intersections: tuple[tuple[str, ...], ...] = (), **attributes: dict[str, Any]) -> DataError:
    with pytest.raises(DataError) as caught:
        groups(intersections, **attributes)
    return caught.value


def test_values_are_groups_and_the_largest_is_the_reference() -> None:
    race = groups(race={})["race"]
    assert race.names == ("asian", "black", "white")
    assert race.codes.tolist() == [1, 2, 2, 0, -1, 2]
    assert race.names[race.reference] == "white"


def test_a_declared_reference_and_another_column() -> None:
    found = groups(gender={"column": "sex", "reference": "f"})["gender"]
    assert (found.name, found.names[found.reference]) == ("gender", "f")


def test_values_are_merged() -> None:
    race = groups(race={"merge": {"other": ("asian", "black")}})["race"]
    assert race.names == ("other", "white")
    assert race.codes.tolist() == [0, 1, 1, 0, -1, 1]
    assert groups(race={"merge": {"white": ("white", "asian")}})["race"].names == ("white", "black")


def test_boolean_and_few_valued_numbers_are_groups_and_can_be_named() -> None:
    assert groups(rich={"merge": {"rich": ("1",), "poor": ("0",)}})["rich"].names == ("poor", "rich")
    assert groups(score={})["score"].names == ("1.5", "2.5", "3.5")


def test_bins_cut_numbers_and_an_edge_belongs_to_the_upper_group() -> None:
    age = groups(age={"bins": (25, 40)})["age"]
    assert age.names == ("under 25", "25 to under 40", "40 and over")
    assert age.codes.tolist() == [0, 1, 1, 2, -1, 2]
    assert groups(age={"bins": (39.5,)})["age"].names == ("under 39.5", "39.5 and over")


def test_intersections_hold_the_combinations_that_occur() -> None:
    crossed = groups((("race", "sex"),), race={}, sex={"merge": {"female": ("f",), "male": ("m",)}})["race x sex"]
    assert crossed.names == ("black & female", "white & female", "white & male")
    assert crossed.codes.tolist() == [0, 2, 1, -1, -1, 2]
    assert crossed.names[crossed.reference] == "white & male"


def test_the_reference_of_an_intersection_joins_the_references() -> None:
    crossed = groups((("race", "sex"),), race={}, sex={"reference": "f"})["race x sex"]
    assert crossed.names[crossed.reference] == "white & f"


def test_unknown_names_are_refused_with_the_nearest() -> None:
    assert "'race'" in refused(rase={}).remedy
    assert "'white'" in refused(race={"reference": "White"}).remedy
    assert "'asian'" in refused(race={"merge": {"other": ("asain",)}}).remedy
    assert "'race'" in refused((("rac", "sex"),), race={}, sex={}).remedy
    with pytest.raises(DataError) as caught:
        build(PEOPLE, GroupsSection(attributes={"race": GroupSection()}, mitigate="rac"))
    assert "'race'" in caught.value.remedy


@pytest.mark.parametrize(
    "section",
    [
        {"merge": {"a": ("asian",), "b": ("asian", "black")}},
        {"merge": {"white": ("asian", "black")}},
        {"bins": (1, 2)},
    ],
)
def test_contradictions_are_refused(section: dict[str, Any]) -> None:
    assert refused(race=section).where.startswith("groups.attributes.race")


@pytest.mark.parametrize("bins", [(40, 25), (25, 25), (float("nan"),), (float("inf"),)])
def test_edges_must_ascend(bins: tuple[float, ...]) -> None:
    assert refused(age={"bins": bins}).expected == "finite edges in ascending order"


def test_many_numbers_need_bins_and_a_missing_attribute_has_no_groups() -> None:
    people = table([numbers("age", np.arange(30.0)), numbers("gone", [float("nan")] * 30)], "people")
    for name, expected in (("age", "at most 20 values, or bins, in 'age'"), ("gone", "groups in 'gone'")):
        with pytest.raises(DataError) as caught:
            build(people, GroupsSection(attributes={name: GroupSection()}))
        assert caught.value.expected == expected


@pytest.mark.parametrize("names", [("race",), ("race", "race"), ()])
def test_an_intersection_needs_different_attributes(names: tuple[str, ...]) -> None:
    assert refused((names,), race={}, sex={}).expected == "two or more different attributes"


def test_an_intersection_without_a_row_is_refused() -> None:
    people = table([texts("a", ["x", None]), texts("b", [None, "y"])], "people")
    sections = GroupsSection(attributes={"a": GroupSection(), "b": GroupSection()}, intersections=(("a", "b"),))
    with pytest.raises(DataError, match="rows with all attributes known"):
        build(people, sections)


def test_evidence_speaks_of_the_same_grouping() -> None:
    assert evidence.Grouping is Grouping
