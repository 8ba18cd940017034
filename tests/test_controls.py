"""Some planted worlds and their twins, with one seed; `make controls` measures all of them."""

import json

import pytest
from benchmarks import controls

from interplay import catalogue
from tests.needs import slow


def test_every_probe_with_a_planted_world_is_one_of_the_catalogue() -> None:
    names = [controls.probe_of(case.probe)[0] for case in controls.CASES]
    assert len(set(names)) == len(names)
    pairs = {name.partition("/")[0] for name in names}
    once_empty = {
        "explainability_to_privacy",
        "explainability_to_robustness",
        "uncertainty_to_privacy",
        "uncertainty_to_explainability",
    }
    assert once_empty <= pairs <= set(catalogue.interactions())


def test_the_page_has_a_line_for_every_one_of_them() -> None:
    text = controls.PAGE.read_text(encoding="utf-8")
    recorded = json.loads(controls.PATH.read_text(encoding="utf-8"))["rows"]
    assert [row["probe"] for row in recorded] == [case.probe for case in controls.CASES]
    assert "\n".join(controls.table(recorded)) in text


ROBUST = "uncertainty_to_robustness/coverage calibrated under attack"


@pytest.mark.parametrize(
    "probe", ["E->R.fool", "P->UQ.private-sets", *(slow(probe) for probe in ("E->R.fragile", ROBUST))]
)
def test_a_planted_world_is_flagged_and_its_twin_is_not(probe: str) -> None:
    cases = [case for case in controls.CASES if case.probe == probe]
    (row,) = controls.measured(cases, [0], lambda _: None)
    assert row["planted"]["flagged"] == 1, row
    assert row["twin"]["flagged"] == 0, row
