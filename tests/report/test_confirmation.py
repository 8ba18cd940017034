"""The confirmation as people see it: the sentence, the drawing, the page and the terminal."""

import io
import re

import pytest
from rich.console import Console

from interplay.report.confirmation import CAUSES, MARGIN, WIDTH, mark, sentence
from interplay.report.confirmed import confirmed
from interplay.report.page import render
from interplay.report.reading import AuditReading
from interplay.report.schema import inconsistencies


def _printed(audit, width=100):
    out = io.StringIO()
    Console(file=out, width=width).print(confirmed(audit, {"audit": "runs/x/audit.json"}))
    return out.getvalue()


def _section(audit):
    return re.search(r'<section id="confirmation".*?</section>', render(audit), re.DOTALL)[0]


def test_the_sentence_names_what_broke(audit):
    said = sentence(AuditReading(audit))
    assert "is not confirmed by 5 fresh models on 119 held-back rows: they break the limit on accuracy and" in said
    assert "they do not settle the limit on accuracy disparity (race), membership risk." in said
    assert "What the run found on privacy is beyond a confirmation." in said


def test_the_sentence_of_a_decision_that_stands(audit):
    audit["confirmation"] |= {"outcome": "stands", "causes": [], "unconfirmed": []}
    said = sentence(AuditReading(audit))
    assert (
        "stands: 5 fresh models on 119 held-back rows keep all 4 hard limits, and show no harm beyond a tolerance."
        in said
    )


@pytest.mark.parametrize("cause", ["collapsed", "harm_shown", "no_better_than_constant", "not_measured"])
def test_every_cause_has_words(audit, cause):
    audit["confirmation"] |= {"limits": [], "causes": [cause]}
    assert CAUSES[cause] in sentence(AuditReading(audit))


def test_without_a_confirmation_the_page_says_so(audit):
    audit["confirmation"] = None
    section = _section(audit)
    assert "has not been confirmed" in section
    assert "interplay confirm" in section
    audit["decision"] |= {"treatment": None, "unresolved": "nothing_admissible"}
    assert "no decision to confirm" in _section(audit)


def test_a_choice_that_moved_on_is_said_to_be_unconfirmed(audit):
    audit["confirmation"]["treatment"] = "dp_sgd"
    assert "now decides otherwise" in sentence(AuditReading(audit))


def test_the_section_tells_numbers_sides_and_use(audit):
    section = _section(audit)
    assert section.count("<svg") == section.count('role="img"') + section.count('aria-hidden="true"')
    assert section.count('role="img"') == 3
    assert "87.0" in section
    assert "outside" in section
    assert "not settled" in section
    assert "they had not been used before" in section
    assert "epsilon 7.90" in section


def test_the_drawing_keeps_the_order_of_its_numbers(audit):
    limit = audit["confirmation"]["limits"][0]
    at = mark(limit)
    assert at.deployed[0] < at.interval[0] < at.estimate < at.interval[1] < at.declared < at.earlier < at.deployed[1]
    assert (at.kept_from, at.kept_to) == (at.declared, WIDTH - MARGIN)
    assert all(MARGIN <= place <= WIDTH - MARGIN for place in (*at.deployed, at.declared, at.earlier))


def test_a_drawing_of_a_point_has_no_division_by_zero():
    point = dict.fromkeys(("declared", "low", "high", "estimate", "earlier"), 0.0)
    at = mark({**point, "deployed": None, "bound": "at_most"})
    assert at.declared == at.estimate == WIDTH / 2


def test_a_second_use_says_so_with_the_reason(audit):
    audit["confirmation"] |= {"first_use": False, "again": "the first run used a wrong column"}
    assert "not a first use" in _section(audit)
    assert "Not a first use" in _printed(audit)
    assert "wrong column" in _printed(audit)


def test_the_terminal_tells_every_limit_and_metric(audit):
    said = " ".join(_printed(audit).split())
    assert "Accuracy at least 90.0" in said
    assert "broken, 87.0" in said
    assert "lies outside" in said
    assert "harm, size unclear" in said
    assert "they are used up now" in said


def test_hostile_text_reaches_neither_page_nor_terminal(hostile):
    section = _section(hostile)
    assert "<script" not in section
    assert "<img" not in section
    shown = _printed(hostile)
    assert "\x1b[31m" not in shown
    assert "\u202e" not in shown + section
    assert "\x00" not in shown + section


def test_a_confirmation_that_contradicts_itself_is_told(audit):
    assert inconsistencies(audit) == []
    audit["confirmation"] |= {"treatment": "ghost", "again": "for no reason"}
    audit["confirmation"]["limits"][0]["low"] = 0.99
    audit["confirmation"]["causes"] = []
    text = "\n".join(inconsistencies(audit))
    for said in (
        "unknown treatment 'ghost'",
        "reason for a first use",
        "stands and says why not",
        "confirmation.limits[0] has an estimate outside",
    ):
        assert said in text
