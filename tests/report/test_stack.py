import copy
import re
from typing import Any

import pytest

from interplay.report.doses import HEIGHT, WIDTH, doses, trend_words
from interplay.report.page import render
from interplay.report.reading import AuditReading
from interplay.report.stack import DRAWN, LISTED, stack, words
from tests.report.parsed import parse

Audit = dict[str, Any]


def section(audit: Audit, name: str) -> Any:
    return next(e for e in parse(render(audit)).all("section") if e.attributes["id"] == name)


def test_the_first_sentence_counts_what_is_flagged(audit: Audit) -> None:
    effects = audit["joint"]["effects"]
    joined = [e for e in effects if e["estimate"] is not None and e["kind"] in ("two_way", "three_way", "overlay")]
    shown = [e for e in joined if e["verdict"] in ("worse", "better")]
    worse = sum(e["verdict"] == "worse" for e in shown)
    said = stack(AuditReading(audit)).sentence
    assert said.startswith(f"{len(shown)} of {len(joined)} joint contrasts show, beyond twice the tolerance")
    assert f": {worse} for the worse, {len(shown) - worse} for the better." in said
    for effect in effects:
        effect["verdict"] = "not_flagged" if effect["estimate"] is not None else effect["verdict"]
    none = stack(AuditReading(audit)).sentence
    assert none.startswith(f"None of {len(joined)} joint contrasts shows") and none.endswith(", 0 lie beyond it.")


def test_every_flag_and_every_overlay_penalty_of_a_headline_metric_is_drawn(audit: Audit) -> None:
    found = stack(AuditReading(audit))
    drawn = [id(line.effect) for block in found.blocks for line in block.lines]
    for effect in audit["joint"]["effects"]:
        overlay = effect["kind"] == "overlay" and effect["estimate"] is not None
        headline = AuditReading(audit).metrics[effect["metric"]]["headline"]
        assert (id(effect) in drawn) == (effect["verdict"] in ("worse", "better") or (overlay and headline))
    assert len(drawn) == len(set(drawn))
    text = section(audit, "joint").text
    assert "Reweighing + DP-SGD + adversarial training, against the sum of each" in text
    assert "Distance to the boundary" in text and "Withheld" not in text


def test_what_is_not_flagged_has_no_verdict(audit: Audit) -> None:
    tones = {
        line.effect["verdict"]: line.bar.tone for block in stack(AuditReading(audit)).blocks for line in block.lines
    }
    assert tones == {"worse": "worse", "better": "better", "not_flagged": "none"}


def test_long_blocks_and_long_tables_are_cut_and_say_so(audit: Audit) -> None:
    flagged = next(e for e in audit["joint"]["effects"] if e["kind"] == "two_way" and e["verdict"] == "worse")
    quiet = next(e for e in audit["joint"]["effects"] if e["metric"] == "boundary_distance")
    audit["joint"]["effects"] += [copy.deepcopy(flagged) for _ in range(DRAWN)]
    audit["joint"]["effects"] += [copy.deepcopy(quiet) for _ in range(LISTED)]
    found = stack(AuditReading(audit))
    assert len(found.blocks[0].lines) == DRAWN and found.blocks[0].more >= 1
    assert found.left_out > LISTED and "boundary_distance" not in dict(found.listed)
    text = section(audit, "joint").text
    assert "more in the table" in text and "more are in audit.json" in text


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"kind": "main", "factors": ["dp_sgd"]}, "DP-SGD, on average"),
        ({"kind": "in_stack", "factors": ["dp_sgd"]}, "DP-SGD, added last"),
        ({"at": "baseline"}, "reweighing \N{MULTIPLICATION SIGN} DP-SGD, with the others off"),
        (
            {"aliases": [["adversarial_training", "x"]]},
            "reweighing \N{MULTIPLICATION SIGN} DP-SGD, or adversarial training \N{MULTIPLICATION SIGN} x",
        ),
        ({"context": "split_conformal"}, "reweighing \N{MULTIPLICATION SIGN} DP-SGD, with prediction sets"),
    ],
)
def test_what_is_contrasted_in_words(audit: Audit, change: dict[str, Any], said: str) -> None:
    effect = {"kind": "two_way", "at": "averaged", "factors": ["reweighing", "dp_sgd"], "aliases": [], "context": ""}
    assert words(AuditReading(audit), {**effect, **change}) == said


def test_a_fraction_says_what_it_mixes_and_one_intervention_that_nothing_is_combined(audit: Audit) -> None:
    audit["joint"]["design"]["statements"] = ["dp_sgd x a is mixed with b x c"]
    assert "DP-SGD x a is mixed with b x c" in section(audit, "joint").text
    audit["joint"]["effects"], audit["joint"]["design"]["factors"] = [], ["dp_sgd"]
    text = section(audit, "joint").text
    assert "No joint contrast could be tested." in text and "One intervention acts in training" in text


def test_charts_of_what_moved_and_a_table_of_what_did_not(audit: Audit) -> None:
    (found,) = doses(AuditReading(audit))
    assert found.title == "DP-SGD, privacy epsilon"
    assert [chart.curve["metric"] for chart in found.charts] == [
        "accuracy",
        "accuracy_disparity/race",
        "membership_risk",
    ]
    assert [curve["metric"] for curve in found.still] == ["robust_accuracy"]
    text = section(audit, "strengths").text
    assert "From 1 to 32, each doubling counting the same: 6.3\N{NO-BREAK SPACE}points higher (" in text
    accuracy, gap = found.charts[0], found.charts[1]
    below, above = accuracy.runs[0][0], gap.runs[0][0]
    assert below.middle > accuracy.zero and above.middle < gap.zero, "worse is below for an accuracy, above for a gap"
    assert accuracy.limits[0] > accuracy.zero and gap.limits[0] < gap.zero, "the tolerance is on the side that is worse"
    assert "1: collapsed: one decision" in text
    assert "no trend is shown" in trend_words(found.still[0], found.entry, AuditReading(audit))


def test_charts_are_true_to_scale(audit: Audit) -> None:
    (found,) = doses(AuditReading(audit))
    chart = found.charts[0]
    (run,) = chart.runs
    assert [tick.text for tick in chart.across] == ["1", "3", "8", "32"]
    assert (run[3].across - run[2].across) == pytest.approx(0.4 * (run[3].across - run[0].across), abs=0.2), (
        "two of five"
    )
    points = chart.curve["points"]
    slope = (run[0].middle - run[3].middle) / (points[0]["estimate"] - points[3]["estimate"])
    for dot, point in zip(run, points, strict=True):
        assert dot.high < dot.middle < dot.low, "up is worse"
        assert dot.middle - chart.zero == pytest.approx(slope * point["estimate"], abs=0.2)
        assert 0 < dot.across < WIDTH and 0 < dot.high < dot.low < HEIGHT
    assert chart.limits[0] - chart.zero == pytest.approx(slope * 0.02, abs=0.2)


def test_a_strength_without_a_number_breaks_the_line(audit: Audit) -> None:
    points = audit["strengths"][0]["curves"][0]["points"]
    points[1] |= {"estimate": None, "low": None, "high": None, "reason": "collapsed"}
    chart = doses(AuditReading(audit))[0].charts[0]
    assert [len(run) for run in chart.runs] == [1, 2] and len(chart.absent) == 1
    drawing = re.search(r'<svg viewBox="0 0 300 170".*?</svg>', render(audit), re.S)
    assert drawing is not None and drawing[0].count("<circle") == 3


def test_without_strengths_there_is_no_section(audit: Audit) -> None:
    audit["strengths"] = []
    assert 'id="strengths"' not in render(audit)


def test_other_strengths_are_called_by_their_title_and_have_no_row_in_the_table(audit: Audit) -> None:
    reading = AuditReading(audit)
    assert reading.called(["dp_sgd privacy_epsilon=3", "unknown thing"]) == [
        "DP-SGD privacy_epsilon=3",
        "unknown thing",
    ]
    extra = copy.deepcopy(next(one for one in audit["treatments"] if one["name"] == "dp_sgd"))
    audit["treatments"].append({**extra, "name": "x", "interventions": ["dp_sgd privacy_epsilon=3"]})
    grid = next(e for e in parse(render(audit)).all("table") if e.attributes.get("class") == "grid")
    assert "privacy_epsilon=3" not in grid.text


def test_shares_of_harms_are_told_and_hidden_without_diagnostics(audit: Audit) -> None:
    text = section(audit, "origins").text
    assert "62\N{NO-BREAK SPACE}%" in text
    assert "\N{MINUS SIGN}4 to 131\N{NO-BREAK SPACE}%" in text
    assert "collapsed: one decision" in text
    assert "the share of a harm of DP-SGD that is gone with it" in text
    audit["origins"]["shares"] = []
    assert "Nothing is shown to be worse on a headline metric" in section(audit, "origins").text
    audit["origins"]["diagnostics"] = []
    assert 'id="origins"' not in render(audit)
