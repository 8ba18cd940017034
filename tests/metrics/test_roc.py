"""Pooled membership attacks against scikit-learn's curves, and what they say when there is nothing to find."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score, roc_curve

from interplay.estimates import NotMeasurable, Sample
from interplay.evidence import Evidence, LossMemberships, Memberships, ReferenceMemberships, Rows
from interplay.metrics import _roc
from interplay.metrics.loss_membership_risk import LossMembershipRisk
from interplay.metrics.membership_exposure import MembershipExposure
from interplay.metrics.membership_risk import MembershipRisk
from interplay.metrics.reference_membership_risk import ReferenceMembershipRisk


def fleet(members=6, rows=300, draws=3, effect=0.5, seed=0, decimals=12, scored=0.9):
    generator = np.random.default_rng(seed)
    inside = generator.random((members, rows)) < 0.5
    scores = (generator.normal(size=inside.shape) + effect * inside).round(decimals)
    memberships = Memberships(scores, -scores, 2 * scores, inside, generator.random(inside.shape) < scored)
    weights = np.concatenate([np.ones((1, rows)), generator.exponential(size=(draws - 1, rows))])
    # No row is counted: membership is measured on pool rows, whatever rows other metrics average over.
    plain = Rows(np.zeros(rows, dtype=int), {}, np.zeros(inside.shape, dtype=bool), weights)
    alone = LossMemberships(memberships.loss, inside, memberships.scored)
    beside = ReferenceMemberships(memberships.rmia, inside, memberships.scored)
    made = {type(exhibit): lambda exhibit=exhibit: exhibit for exhibit in (memberships, alone, beside)}
    return Evidence(plain, made), memberships, weights


def pooled(memberships, weights, keep):
    scored = memberships.scored[keep]
    spread = np.broadcast_to(weights, memberships.scored.shape)[keep][scored]
    return memberships.inside[keep][scored], memberships.lira[keep][scored], spread


def jackknife(memberships, weights, statistic):
    everyone = np.arange(len(memberships.inside))
    whole = statistic(*pooled(memberships, weights, everyone))
    without = np.array([statistic(*pooled(memberships, weights, everyone != member)) for member in everyone])
    return whole + (len(everyone) - 1) * (without.mean() - without)


def sklearn_area(inside, scores, weights):
    return roc_auc_score(inside, scores, sample_weight=weights)


def sklearn_rate_at(target):
    def statistic(inside, scores, weights):
        false, true, _ = roc_curve(inside, scores, sample_weight=weights, drop_intermediate=False)
        return np.interp(target, false, true)

    return statistic


@pytest.mark.parametrize("decimals", [12, 1])
def test_area_equals_that_of_scikit_learn(decimals):
    evidence, memberships, weights = fleet(decimals=decimals)
    found = MembershipRisk().measure(evidence)
    for draw in range(len(weights)):
        expected = jackknife(memberships, weights[draw], sklearn_area)
        np.testing.assert_allclose(found.values[:, draw], expected, atol=1e-10)
    mirrored = LossMembershipRisk().measure(evidence)
    np.testing.assert_allclose(found.values + mirrored.values, 1.0, atol=1e-10)


@pytest.mark.parametrize("decimals", [12, 1])
@pytest.mark.parametrize("target", [0.01, 0.1, 0.5])
def test_true_positive_rate_equals_that_of_scikit_learn(decimals, target):
    evidence, memberships, weights = fleet(decimals=decimals)
    found = MembershipExposure(false_positive_rate=target).measure(evidence)
    # Unit weights put a point of the curve exactly on the target, where a vertical step has two ends.
    for draw in range(1, len(weights)):
        expected = jackknife(memberships, weights[draw], sklearn_rate_at(target))
        np.testing.assert_allclose(found.values[:, draw], expected, atol=1e-9)


def test_on_a_vertical_step_the_upper_end_counts():
    assert single([3.0, 1.0, 2.0, 0.0], [1, 1, 0, 0], 0.5) == 1.0
    assert single([3.0, 1.0, 2.0, 0.0], [1, 1, 0, 0], 0.25 + 0.25) == 1.0


def test_between_two_points_a_straight_line_counts():
    assert single([1.0, 1.0, 1.0, 0.0, 0.0, 0.0], [1, 1, 0, 1, 0, 0], 1 / 3 + 1 / 6 + 1 / 6) == pytest.approx(5 / 6)


def single(scores, inside, target):
    row = np.array([scores])
    memberships = Memberships(row, row, row, np.array([inside], dtype=bool), np.ones(row.shape, dtype=bool))
    rows = Rows(np.zeros(row.shape[1], dtype=int), {}, np.ones(row.shape, dtype=bool), np.ones((1, row.shape[1])))
    evidence = Evidence(rows, {Memberships: lambda: memberships})
    return MembershipExposure(false_positive_rate=target).measure(evidence).mean


def test_quantile_bins_stay_close_to_the_exact_curve():
    evidence, memberships, weights = fleet(members=8, rows=1500, draws=2)
    assert np.unique(memberships.lira[memberships.scored]).size > _roc.EXACT_VALUES
    everyone = np.arange(8)
    area, rate = MembershipRisk().measure(evidence), MembershipExposure().measure(evidence)
    for draw in range(2):
        pool = pooled(memberships, weights[draw], everyone)
        assert area.values[:, draw].mean() == pytest.approx(sklearn_area(*pool), abs=2e-4)
        assert rate.values[:, draw].mean() == pytest.approx(sklearn_rate_at(0.01)(*pool), abs=2e-3)


def test_chunks_of_draws_change_nothing(monkeypatch):
    evidence, _, _ = fleet(draws=5)
    before = MembershipExposure().measure(evidence).values
    monkeypatch.setattr(_roc, "_BUDGET", 1)
    np.testing.assert_array_equal(MembershipExposure().measure(evidence).values, before)


def test_a_score_without_information_gives_one_half():
    areas, rates, errors = [], [], []
    for seed in range(20):
        evidence, _, _ = fleet(members=8, rows=400, draws=1, effect=0.0, seed=seed)
        values = MembershipRisk().measure(evidence).values[:, 0]
        areas.append(values.mean())
        errors.append(values.std(ddof=1) / np.sqrt(len(values)))
        rates.append(MembershipExposure().measure(evidence).mean)
    spread = np.std(areas, ddof=1)
    assert abs(np.mean(areas) - 0.5) < 4 * spread / np.sqrt(20)
    assert 0.5 < np.mean(errors) / spread < 2.0
    assert abs(np.mean(rates) - 0.01) < 4 * np.std(rates, ddof=1) / np.sqrt(20)


def test_the_spread_of_pseudo_values_tells_how_much_the_estimate_varies():
    found = [MembershipExposure().measure(fleet(members=8, rows=400, draws=1, seed=seed)[0]) for seed in range(40)]
    means = np.array([sample.mean for sample in found])
    errors = np.array([sample.values[:, 0].std(ddof=1) for sample in found]) / np.sqrt(8)
    assert 0.7 < np.sqrt((errors**2).mean()) / means.std(ddof=1) < 1.4


def test_a_score_that_tells_members_apart_is_found():
    evidence, _, _ = fleet(effect=4.0)
    assert MembershipRisk().measure(evidence).mean > 0.99
    assert MembershipExposure().measure(evidence).mean > 0.9


def test_equal_scores_are_a_guess():
    evidence, memberships, _ = fleet()
    memberships.lira[:] = 7.0
    np.testing.assert_allclose(MembershipRisk().measure(evidence).values, 0.5, atol=1e-12)
    np.testing.assert_allclose(MembershipExposure().measure(evidence).values, 0.01, atol=1e-12)


def test_infinite_scores_are_ranked_and_missing_ones_refused():
    evidence, memberships, _ = fleet(members=8, rows=1500, draws=1)
    memberships.lira[memberships.inside] = np.inf
    memberships.lira[~memberships.scored] = np.nan
    assert MembershipRisk().measure(evidence).mean == pytest.approx(1.0)
    memberships.lira[:] = np.nan
    assert MembershipRisk().measure(evidence) == NotMeasurable("some membership scores are not numbers")


def test_one_side_without_rows_is_named():
    evidence, memberships, _ = fleet()
    memberships.inside[:] = True
    assert MembershipRisk().measure(evidence) == NotMeasurable("too few scored rows of non-members to attack")
    memberships.inside[:] = False
    assert MembershipRisk().measure(evidence) == NotMeasurable("too few scored rows of members to attack")


def test_members_that_only_one_model_has_cannot_be_jackknifed():
    evidence, memberships, _ = fleet()
    memberships.inside[1:] = False
    assert isinstance(MembershipRisk().measure(evidence), NotMeasurable)


def test_exposure_says_what_the_data_resolve():
    evidence, memberships, _ = fleet(members=2, rows=60, draws=1)
    count = int((memberships.scored & ~memberships.inside).sum())
    found = MembershipExposure().measure(evidence)
    assert found == NotMeasurable(
        f"{count} non-member scores cannot show a false-positive rate of 0.01; at least 100 are needed"
    )
    assert MembershipExposure().resolution(evidence).startswith(f"{count} non-member scores of ")
    assert isinstance(MembershipExposure(false_positive_rate=0.1).measure(evidence), Sample)


def test_exposure_at_another_rate_has_another_key():
    assert MembershipExposure().key == "membership_exposure"
    assert MembershipExposure(false_positive_rate=0.001).key == "membership_exposure/0.001"


def test_the_risk_by_reference_models_reads_its_own_scores():
    evidence, memberships, weights = fleet(decimals=1)
    memberships.rmia[memberships.inside] += 0.5
    here = replace(memberships, lira=memberships.rmia)
    expected = jackknife(here, weights[1], sklearn_area)
    np.testing.assert_allclose(ReferenceMembershipRisk().measure(evidence).values[:, 1], expected, atol=1e-10)
