"""A given model beside reference models: a planted leak, a twin without one, and rows that differ for another reason."""

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier
from tests.families.given_files import NUMBERS, logistic
from tests.families.test_fitted import measured, study, value
from tests.measurement.worlds import bank

import interplay as ip
from interplay.auditing.prepare import prepare
from interplay.estimates import NotMeasurable, Sample
from interplay.statistics.crossed_interval import crossed_interval

FRAME = bank(rows=1000, seed=4)
BY_LOT = np.random.default_rng(0).random(1000) < 0.5
ELSEWHERE = bank(rows=500, seed=11)
"""Rows of the same kind, none of which is in the table."""
UNMOVED = {"immutable": tuple(NUMBERS)}


def forest(frame):
    return RandomForestClassifier(40, random_state=0).fit(frame[NUMBERS], frame.y)


def risk(model, marked, frame=FRAME):
    """What is measured of a model whose training rows are said to be these."""
    return measured(prepare(study(data=UNMOVED), frame, network=ip.fitted(model, trained_on=marked)))


def sample(found, metric="reference_membership_risk"):
    return next(one for cell, one in found.samples.items() if cell.metric == metric)


def ends(found):
    """The interval with the bias that may be left, as a report shows it."""
    one = sample(found)
    assert isinstance(one, Sample), one
    interval = crossed_interval(one.values, one.support)
    return interval.low - one.bias[1], interval.high + one.bias[0]


def test_a_planted_leak_is_found_and_more_of_it_than_by_the_loss_alone():
    found = risk(forest(FRAME[BY_LOT]), BY_LOT)
    assert ends(found)[0] > 0.6
    assert value(found, "reference_membership_risk") > value(found, "loss_membership_risk") + 0.02


def test_a_model_of_other_rows_than_those_marked_is_not_accused():
    low, high = ends(risk(forest(ELSEWHERE), BY_LOT))
    assert low < 0.5 < high and high - low < 0.12


def test_rows_that_differ_by_more_than_training_are_refused_with_what_was_measured():
    """Nothing leaks; the marked rows are those that any model finds easy."""
    agrees = (FRAME.x0 + 0.6 * FRAME.x1 > 0) == (FRAME.y == 1)
    easier = np.random.default_rng(1).random(1000) < np.where(agrees, 0.6, 0.3)
    found = risk(forest(ELSEWHERE), easier)
    assert value(found, "loss_membership_risk") > 0.55, "a threshold on the loss falls for it"
    refused = sample(found)
    assert isinstance(refused, NotMeasurable)
    assert "differ by more than training" in refused.reason and "with an AUC of 0.6" in refused.reason
    assert "same time and source" in refused.reason


@pytest.mark.parametrize(("rows", "enough"), [(120, False), (300, True)])
def test_few_rows_are_enough_for_a_sign_and_fewer_are_refused(rows, enough):
    marked = np.arange(rows) % 2 == 0
    found = sample(risk(logistic(ELSEWHERE), marked, FRAME[:rows]))
    assert isinstance(found, Sample if enough else NotMeasurable), found
    assert enough or "too few rows to check" in found.reason


def test_training_rows_that_are_not_declared_have_a_reason():
    assert "trained_on under [data]" in sample(risk(logistic(FRAME), None)).reason


def test_what_the_reference_models_tell_apart_is_stated_as_bias():
    from interplay.evidence import ReferenceMemberships, tabulated
    from interplay.metrics.reference_membership_risk import ReferenceMembershipRisk

    inside = np.arange(200)[None] % 2 == 0
    expected = np.arange(200.0)[None] + 1.5 * inside  # .5 of a row further up, on average, than lot alone would have it
    evidence = tabulated(
        labels=[0, 1] * 100, exhibits=(ReferenceMemberships(0 * expected, inside, np.full((1, 200), True), expected),)
    )
    found = ReferenceMembershipRisk().measure(evidence)
    assert isinstance(found, Sample) and found.mean == 0.5
    below, above = found.bias
    assert below == 0.0 and 0.0 < above < 0.02


def test_a_report_shows_the_attack_its_value_and_its_interval(tmp_path):
    frame = FRAME[:500]
    given = ip.fitted(forest(frame[BY_LOT[:500]]), trained_on=BY_LOT[:500])
    audit = ip.run(study(data=UNMOVED), tmp_path, frame=frame, network=given)
    (shown,) = next(one for one in audit.content["metrics"] if one["key"] == "reference_membership_risk")["values"]
    assert 0.5 < shown["low"] < shown["mean"] < shown["high"]
    page = audit.report.read_text()
    assert "og-odds less those of reference models" in page and "membership risk (reference models)" in page.lower()
