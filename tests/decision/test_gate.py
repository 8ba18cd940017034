"""From verdicts and limits to cells, and from cells to one outcome."""

from datetime import date

import pytest

from interplay.aspects import Aspect
from interplay.decision.decision import LimitFinding
from interplay.decision.gate import EXIT_CODES, GateCell, change_cells, limit_cells, outcome_of, waived
from interplay.design.treatment import Treatment
from interplay.effects.effect import Effect
from interplay.errors import IntegrityError, StudyError
from interplay.metrics.accuracy import Accuracy
from interplay.metrics.accuracy_disparity import AccuracyDisparity
from interplay.study.model import WaiverSection

METRICS = {"accuracy": Accuracy(), "accuracy_disparity/g": AccuracyDisparity("g")}
TODAY = date(2026, 6, 1)


def effect(verdict, metric="accuracy", contrast="", high=0.03):
    names = Effect.__dataclass_fields__
    blank = dict.fromkeys(names)
    told = {"verdict": verdict, "metric": metric, "contrast": contrast, "tolerance": 0.02, "reason": f"it is {verdict}"}
    return Effect(**{**blank, **told, "high": high, "target": Aspect.UTILITY, "estimate": 0.01, "low": 0.0})


def cell(status, metric="accuracy"):
    return GateCell(metric, metric, Aspect.UTILITY, status, f"it is {status}")


@pytest.mark.parametrize(
    ("verdicts", "status"),
    [
        (["no_material_harm"], "pass"),
        (["improvement"], "pass"),
        (["no_material_harm", "harm"], "fail"),
        (["no_material_harm", "harm_undetermined"], "undecided"),
        (["improvement", "inconclusive"], "undecided"),
        (["withheld"], "undecided"),
        (["not_measurable"], "not_measured"),
        (["no_material_harm", "not_measurable"], "undecided"),
    ],
)
def test_a_cell_is_the_worst_of_its_parts(verdicts, status):
    parts = [effect(one, contrast=f"part {place}") for place, one in enumerate(verdicts)]
    (found,) = change_cells(parts, METRICS, {"accuracy": ("gate",)}, strict=False)
    assert found.status == status
    if status in ("fail", "undecided", "not_measured"):
        assert verdicts[-1] in found.sentence, "the part that is not clear is named"


def test_what_somebody_asked_for_and_cannot_be_measured_is_open():
    for strict, status in ((True, "undecided"), (False, "not_measured")):
        (found,) = change_cells([effect("not_measurable")], METRICS, {"accuracy": ("gate",)}, strict)
        assert found.status == status


def test_only_declared_metrics_are_cells_and_each_knows_its_place():
    effects = [effect("harm"), effect("no_material_harm", "accuracy_disparity/g")]
    (found,) = change_cells(effects, METRICS, {"accuracy_disparity/g": ("gate", "cells", 3)}, strict=False)
    assert found.name == "accuracy_disparity/g" and found.path == ("gate", "cells", 3)


def test_limits_are_cells_of_their_own():
    findings = [
        LimitFinding(Treatment(), "accuracy", "at_least", 0.8, status, 0.5, 0.7, "a reason")
        for status in ("admissible", "inadmissible", "undecided")
    ]
    found = limit_cells(findings, METRICS, {"accuracy": ("limits", 1)})
    assert [one.status for one in found] == ["pass", "fail", "undecided"]
    assert {one.name for one in found} == {"limit: accuracy at least 0.8"} and found[0].path == ("limits", 1)


def waiver(expires="2026-12-31", cell="accuracy"):
    return WaiverSection(cell=cell, reason="it is known", owner="Jane Doe", expires=expires)


@pytest.mark.parametrize("status", ["fail", "undecided"])
def test_a_waiver_lets_a_cell_through_until_its_last_day(status):
    (kept,) = waived([cell(status)], [waiver()], TODAY)
    assert kept.status == "waived" and "Jane Doe until 2026-12-31: it is known" in kept.sentence
    (last,) = waived([cell(status)], [waiver("2026-06-01")], TODAY)
    assert last.status == "waived"
    (ended,) = waived([cell(status)], [waiver("2026-05-31")], TODAY)
    assert ended.status == status and "ended on 2026-05-31, so that it is not waived" in ended.sentence


def test_a_waiver_touches_nothing_else():
    others = [cell("fail", "log_loss"), cell("pass"), cell("not_measured")]
    assert [one.status for one in waived(others, [waiver()], TODAY)] == ["fail", "pass", "not_measured"]
    (grouped,) = waived([cell("fail", "accuracy_disparity/g")], [waiver(cell="accuracy_disparity")], TODAY)
    assert grouped.status == "waived"


@pytest.mark.parametrize(
    ("statuses", "outcome"),
    [
        (["pass", "pass"], "pass"),
        (["pass", "waived", "not_measured"], "pass"),
        (["pass", "undecided"], "undecided"),
        (["undecided", "fail"], "fail"),
        (["not_measured"], "undecided"),
        (["waived"], "pass"),
    ],
)
def test_one_outcome_follows_from_the_cells(statuses, outcome):
    assert outcome_of([cell(one) for one in statuses]) == outcome


def test_exit_codes_are_all_different():
    codes = [*EXIT_CODES.values(), StudyError.exit_code, IntegrityError.exit_code]
    assert sorted(codes) == [0, 1, 2, 3, 4]


def test_no_verdict_of_an_effect_is_forgotten():
    from typing import get_args

    from interplay.effects.effect import Verdict

    for verdict in get_args(Verdict):
        (found,) = change_cells([effect(verdict)], METRICS, {"accuracy": ("gate",)}, strict=False)
        assert found.status in ("pass", "fail", "undecided", "not_measured")
        if verdict not in ("no_material_harm", "improvement"):
            assert found.status != "pass", verdict
