"""Risk-controlled sets: the rank by the binomial tail, the confidence over draws, and what a few rows allow."""

from functools import partial

import numpy as np
import pytest
from scipy import stats

from interplay.conformal.assured import assured_miscoverage
from interplay.conformal.quantile import threshold
from interplay.data.groups import Grouping
from interplay.estimates import NotMeasurable
from interplay.evidence import PredictionSets, Scores, tabulated
from interplay.interventions import HeldOut
from interplay.interventions.risk_controlled_sets import RiskControlledSets
from interplay.interventions.split_conformal import SplitConformal
from interplay.metrics.coverage_shortfall import CoverageShortfall


def released(layer, rows, calibration, seed=0):
    chance = np.random.default_rng(seed)
    labels = chance.integers(2, size=rows)
    odds = chance.normal(size=(1, rows)) + 2.0 * labels - 1.0
    logs = -np.logaddexp(0, np.stack([odds, -odds], axis=2))
    places = np.arange(rows)
    held_out = HeldOut(
        labels=labels,
        favourable=1,
        grouping=None,
        classes=Grouping("y", labels, ("no", "yes"), 0),
        tuning=np.zeros(0, dtype=int),
        calibration=places[:calibration],
        counted=(places >= calibration)[None],
        weights=np.ones((1, rows)),
        minimum_rows=20,
        seed=0,
        miscoverage=0.1,
    )
    return layer.release(partial(asked, logs), held_out), labels, logs


def asked(logs, kind):
    return Scores(logs, logs[..., 1] - logs[..., 0]) if kind is Scores else NotMeasurable("not asked for")


@pytest.mark.parametrize("rows", [22, 60, 200, 999])
@pytest.mark.parametrize("confidence", [0.5, 0.9, 0.99])
def test_the_rank_is_the_smallest_whose_binomial_tail_is_within_one_less_the_confidence(rows, confidence):
    taken = assured_miscoverage(rows, 0.1, confidence)
    # The k-th smallest covers too little when at least k of the n scores lie where new ones do with chance below .9.
    good = [k for k in range(1, rows + 1) if stats.binom.sf(k - 1, rows, 0.9) <= 1 - confidence]
    if not good:
        assert taken == 0
        return
    scores = np.arange(1.0, rows + 1)
    assert threshold(scores, taken)[0] == good[0]
    assert taken <= 0.1 + 0.5 / (rows + 1)


def test_coverage_is_what_was_promised_in_as_many_draws_as_declared():
    chance, rows, draws = np.random.default_rng(0), 150, 4000
    scores = np.sort(chance.random((draws, rows)), axis=1)  # the coverage of a threshold is the threshold itself
    assured, plain = (
        int(np.ceil((rows + 1) * (1 - level))) - 1 for level in (assured_miscoverage(rows, 0.1, 0.9), 0.1)
    )
    assert 0.9 <= (scores[:, assured] >= 0.9).mean() <= 0.97
    assert 0.4 <= (scores[:, plain] >= 0.9).mean() <= 0.65


def test_the_threshold_of_the_sets_is_that_order_statistic():
    sets, labels, logs = released(RiskControlledSets(miscoverage=0.1), 600, 200)
    own = np.sort(-np.expm1(logs[0, np.arange(200), labels[:200]]))
    assert isinstance(sets, PredictionSets)
    assert sets.thresholds[0, 0, 0] == own[185]  # rank 186 by the binomial tail
    assert sets.miscoverage == 0.1 and sets.taken_at == pytest.approx(15.5 / 201)


def test_a_shortfall_is_as_unlikely_as_declared_and_sets_are_larger():
    held = {}
    for layer in (SplitConformal(miscoverage=0.1), RiskControlledSets(miscoverage=0.1, confidence=0.95)):
        sets, labels, _ = released(layer, 600, 200)
        shortfall = CoverageShortfall().measure(tabulated(labels=labels.tolist(), exhibits=(sets,)))
        held[layer.name] = shortfall.mean, sets.held(np.arange(600)).sum()
    (plain, few), (assured, many) = held["split_conformal"], held["risk_controlled_sets"]
    assert assured < 0.05 < plain
    assert many > few


def test_too_few_rows_are_said_beforehand():
    sets = RiskControlledSets(confidence=0.9)
    assert "not even the largest score is enough" in sets.too_few_rows(21, 0.1)
    assert sets.too_few_rows(22, 0.1) == ""
    assert "9 needed" in sets.too_few_rows(8, 0.1)
