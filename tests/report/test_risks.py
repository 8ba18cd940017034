"""The register as a picture and as rows of the page."""

from collections import Counter
from typing import Any

from interplay.report.page import render
from interplay.report.reading import AuditReading
from interplay.report.risks import SHOWN, board, source
from tests.report.parsed import parse

Audit = dict[str, Any]


def test_every_assessed_risk_is_counted_in_one_square(audit: Audit) -> None:
    part = audit["register"]
    places = Counter((one["likelihood"], one["severity"]) for one in part["risks"] if one["score"] is not None)
    drawn = board(audit)
    assert len(drawn.squares) == 25
    counted = sum(int(square.words.split()[0]) for square in drawn.squares if square.words != "none")
    assert counted == sum(places.values()) > 5
    for (likelihood, severity), count in places.items():
        line, place = part["likelihoods"][::-1].index(likelihood), part["severities"].index(severity)
        square = drawn.squares[5 * line + place]
        assert square.words == f"{count} risk" + "s" * (count > 1)
        assert square.score == (5 - line) * (place + 1)
        assert f"{square.words} {likelihood} and {severity}" in drawn.spoken


def test_the_darkest_square_is_the_worst_and_the_lightest_the_least(audit: Audit) -> None:
    squares = sorted(board(audit).squares, key=lambda square: square.score)
    levels = [square.level for square in squares]
    assert levels == sorted(levels)
    assert (levels[0], levels[-1]) == (1, 5)


def test_an_empty_register_is_drawn_and_said(audit: Audit) -> None:
    audit["register"] |= {"risks": [], "kept": []}
    assert board(audit).spoken == "no risk"
    parsed = parse(render(audit))
    assert parsed.faults == []


def test_the_picture_is_told_in_words_too(audit: Audit) -> None:
    page = render(audit)
    assert f'aria-label="Risks by likelihood and severity: {board(audit).spoken}"' in page
    for word in (*audit["register"]["likelihoods"], *audit["register"]["severities"]):
        assert word.capitalize() in page


def test_people_are_shown_with_their_decision_and_all_risks_are_on_the_page(audit: Audit) -> None:
    page = render(audit)
    assert "<strong>Mitigate</strong>: a larger clipping bound" in page
    for said in ("Ada", "2026-09-30", "see ticket 7", "T-7", "No longer found", "Entered by hand"):
        assert said in page, said
    risks = [one for one in audit["register"]["risks"] if one["score"] is not None]
    assert len(risks) > SHOWN
    assert all(one["id"] in page for one in risks)
    assert "9.9\xa0% of all people" in page


def test_hostile_people_start_no_formula_and_no_script(hostile: Audit) -> None:
    page = render(hostile)
    start = page.index('<section id="register"')
    section = page[start : page.index("</section>", start)]
    assert "<script" not in section
    assert "<img" not in section
    assert ">=" not in section.replace("<bdi>", "").replace("</bdi>", "")
    assert "&#39;=&lt;script&gt;" in section


def test_a_risk_says_what_stands_beside_its_source(audit: Audit) -> None:
    reading = AuditReading(audit)
    layered = next(one for one in audit["register"]["risks"] if one["treatment"] == "dp_sgd + release_explanations")
    assert source(reading, layered) == "DP-SGD beside released explanations"


def test_expected_and_found_stand_in_every_cell(audit: Audit) -> None:
    page = render(audit)
    start = page.index('<section id="forecast"')
    section = page[start : page.index("</section>", start)]
    assert section.count("<small>expected: ") == 20
    assert section.count("not active") == sum(not cell["active"] for cell in audit["forecast"]["cells"])
    surprises = sum(cell["agreement"] == "surprise" and cell["active"] for cell in audit["forecast"]["cells"])
    assert section.count('class="unexpected"') == section.count("<strong>not as expected</strong>") == surprises > 0
