"""The decision section: who else would win, and limits that do what is said of them."""

import re
from typing import Any

import pytest

from interplay.quantities import Scale
from interplay.report import decided
from interplay.report.page import render
from interplay.report.reading import AuditReading
from tests.report.parsed import parse

Audit = dict[str, Any]
POINTS, PLAIN = Scale(100, 1, "points"), Scale(1, 3, "")


def section(audit: Audit) -> str:
    found = next(one for one in parse(render(audit)).all("section") if one.attributes["id"] == "decision")
    return re.sub(r"\s+", " ", found.text)


def test_bars_are_shares_and_the_choice_is_marked(audit: Audit) -> None:
    chosen, other = decided.orders(AuditReading(audit))
    assert (chosen.told, other.told) == ("480 of 720", "240 of 720")
    assert (chosen.chosen, other.chosen) == (True, False)
    assert chosen.length == pytest.approx(2 * other.length, abs=0.1)
    assert [bar.told for bar in decided.front(AuditReading(audit))] == ["94 %", "40 %"]


def test_the_section_says_what_would_change_the_choice(audit: Audit) -> None:
    text = section(audit)
    assert "would choose the same treatment with probability 87 %, the limits included" in text
    assert "at most 17.8 points (10.0 points declared)" in text
    assert "balanced accuracy at most 3.0 points below the control's" in text
    assert re.search(r"below the control's ?1\.2.points ?0\.4 to 2\.0", text)
    assert "With a tolerance of 7.0 points on accuracy disparity" in text and "(2.0 points declared)" in text
    assert "About 1,200 rows would settle it" in text or "about 1,200 rows would settle it" in text


def test_nothing_admissible_names_what_to_try(audit: Audit) -> None:
    empty: Audit = {"runner_up": None, "pareto": [], "orders": [], "tolerance_flips": [], "open_questions": []}
    audit["decision"] |= {
        "treatment": None,
        "unresolved": "nothing_admissible",
        "residual": [],
        "stability": 0.75,
        "flips": [],
        **empty,
    }
    text = section(audit)
    assert "would again find no treatment admissible with probability 75 %" in text
    assert "What to try next" in text and "Against privacy harming fairness: a larger budget" in text


@pytest.mark.parametrize(
    ("one", "written"),
    [
        ({"bound": "at_most", "admits": "a", "needed": 0.0941}, 0.095),
        ({"bound": "at_least", "admits": "a", "needed": 0.9009}, 0.900),
        ({"bound": "at_most", "admits": None, "needed": 0.0949}, 0.094),
        ({"bound": "at_most", "admits": None, "needed": 0.094}, 0.093),
        ({"bound": "at_least", "admits": None, "needed": 0.9}, 0.901),
        ({"bound": "at_most", "needed": 0.095}, 0.095),
    ],
)
def test_a_written_limit_does_what_is_said_of_it(one: dict[str, Any], written: float) -> None:
    """One that admits is rounded to the loose side, one that bars the winner beyond what it reaches."""
    for scale in (POINTS, PLAIN):
        assert decided.limit_beyond(one, scale) == pytest.approx(written)


def test_a_written_tolerance_does_so_too() -> None:
    assert decided.tolerance_beyond({"needed": 0.0301, "declared": 0.02}, POINTS) == pytest.approx(0.031)
    assert decided.tolerance_beyond({"needed": 0.0119, "declared": 0.02}, POINTS) == pytest.approx(0.011)
    assert decided.tolerance_beyond({"needed": 0.0004, "declared": 0.02}, POINTS) == 0.0004


def test_names_from_data_stay_text(audit: Audit) -> None:
    script = "<script>alert(1)</script>"
    audit["decision"]["open_questions"][0]["sentence"] = script
    audit["decision"]["runner_up"]["differences"][0]["contrast"] = script
    page = render(audit)
    assert "<script" not in page and "&lt;script&gt;" in page
