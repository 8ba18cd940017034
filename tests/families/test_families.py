"""Families of models by name, and what a study may say of them."""

import pytest
from tests.measurement.worlds import bank, study

import interplay as ip
from interplay.auditing.prepare import prepare
from interplay.errors import StudyError
from interplay.families import families
from interplay.study.digest import digest


def test_networks_are_a_family() -> None:
    assert "network" in families()


def test_a_family_that_nobody_has_is_refused_with_the_nearest_name() -> None:
    other = study(model={"kind": "netwrok"})
    with pytest.raises(StudyError) as caught:
        prepare(other, bank(rows=300))
    error = caught.value
    assert (error.expected, error.found) == ("a family of models", "'netwrok'")
    assert "network" in error.remedy and "model.kind" in error.where


def test_the_kind_and_its_options_are_part_of_the_hash_where_they_are_not_the_usual_ones() -> None:
    usual = ip.Study(name="loans", data=ip.DataSection(source="mortgage"))
    other, more = (
        usual.model_copy(update={"model": ip.ModelSection(kind="acme/trees", options=options)})
        for options in ({}, {"depth": 3})
    )
    assert len({digest(one) for one in (usual, other, more)}) == 3
