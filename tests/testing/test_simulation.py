"""The simulated worlds have the values that formulas give them, and intervals that are too short do not pass."""

from dataclasses import dataclass, replace

import numpy as np
import pytest
from scipy import special, stats

from interplay.estimates import NotMeasurable, Sample
from interplay.evidence import Evidence
from interplay.interventions.group_thresholds import GroupThresholds
from interplay.metrics import Metric
from interplay.metrics.accuracy import Accuracy
from interplay.metrics.accuracy_disparity import AccuracyDisparity
from interplay.metrics.boundary_distance import BoundaryDistance
from interplay.metrics.calibration_error import CalibrationError
from interplay.metrics.coverage import Coverage
from interplay.metrics.demographic_parity_difference import DemographicParityDifference
from interplay.metrics.loss_membership_risk import LossMembershipRisk
from interplay.metrics.worst_group_accuracy import WorstGroupAccuracy
from interplay.testing import MetricSuite
from interplay.testing.simulation.audit import AT_TOLERANCE, AT_TWICE, comparisons, measurements, true_value
from interplay.testing.simulation.change import Change
from interplay.testing.simulation.latents import (
    CALIBRATION,
    EVALUATED,
    PATTERN,
    TUNING,
    VARIANCE,
    Latents,
    Shape,
)
from interplay.testing.simulation.truth import FEW, Size, Truth, true_effects, true_levels, truth_of
from interplay.testing.simulation.world import LEVEL, LEVEL_IN_GROUP, World


def _accuracy(level, in_group, favourable):
    """By formula: of rows in so many second groups, decided at the margin where both labels are as likely."""
    mean, sd = level + LEVEL_IN_GROUP * in_group, np.sqrt(VARIANCE)
    rate = favourable - 0.1 * in_group
    cut = -special.logit(rate) * VARIANCE / (2 * mean)
    return rate * stats.norm.sf((cut - mean) / sd) + (1 - rate) * stats.norm.cdf((cut + mean) / sd)


def _latents(rows=PATTERN):
    return Latents.of(0, Shape(1, 1, rows, 1))


def test_accuracies_are_those_of_the_formula():
    codes = {name: _latents().codes(name)[:PATTERN] for name in ("half", "minority")}
    by_place = np.array(
        [_accuracy(LEVEL, sum(code[place] for code in codes.values()), 0.65) for place in range(PATTERN)]
    )
    assert true_levels(Accuracy(), World(), Size(16, 500))[""] == pytest.approx(-by_place.mean(), abs=2e-3)
    gap = by_place[codes["minority"] == 0].mean() - by_place[codes["minority"] == 1].mean()
    (found,) = true_levels(AccuracyDisparity("minority"), World(), Size(16, 500)).values()
    assert found == pytest.approx(abs(gap), abs=4e-3)
    worst = true_levels(WorstGroupAccuracy("half"), World(), Size(16, 500))
    expected = [-by_place[codes["half"] == code].mean() for code in (0, 1)]
    assert list(worst.values()) == pytest.approx(expected, abs=4e-3)


def test_the_control_is_calibrated():
    found = true_levels(CalibrationError(), World(), Size(16, 500))[""]
    assert found < 0.009, "members differ a little in how well their own scale fits"


def test_membership_leaks_as_much_as_the_formula_says():
    known = stats.norm.cdf(0.5 / np.sqrt(2 + 2 + 0.1**2 + 0.4**2))
    assert true_levels(LossMembershipRisk(), World(), Size(16, 500))[""] == pytest.approx(known, abs=0.006)


@pytest.mark.parametrize(("rows", "miscoverage"), [(120, 0.1), (500, 0.1), (500, 0.25)])
def test_sets_cover_as_often_as_the_order_statistic_says(rows, miscoverage):
    count = rows // 2
    reached = np.ceil((count + 1) * (1 - miscoverage)) / (count + 1)
    assert true_levels(Coverage(), World(miscoverage), Size(16, rows))[""] == pytest.approx(-reached, abs=2e-3)


@pytest.mark.slow
def test_changes_make_a_metric_worse_by_one_and_by_two_tolerances():
    for metric in (Accuracy(), AccuracyDisparity("half"), BoundaryDistance(), Coverage()):
        for times, treatment in enumerate((AT_TOLERANCE, AT_TWICE), start=1):
            worse = max(true_value(metric, treatment, Size()).values())
            assert worse == pytest.approx(times * metric.tolerance, rel=0.1), metric.key


def test_nothing_changed_is_no_effect():
    for metric in (Accuracy(), DemographicParityDifference("minority")):
        assert set(true_effects(metric, World(), Change(), Size(16, 500, FEW)).values()) == {0.0}


def test_thresholds_on_top_close_the_gap_they_are_for():
    metric = DemographicParityDifference("minority")
    bare, fitted = (
        max(true_levels(metric, world, Size()).values())
        for world in (World(), World(rule=GroupThresholds(), by_group="minority"))
    )
    assert bare > 0.04 and fitted < 0.01


def test_shares_of_groups_and_parts_hold_among_the_first_rows_too():
    for latents in (_latents(2_000), _latents(2_000).first(1, 200)):
        assert np.bincount(latents.part).tolist() == [latents.rows, latents.rows // 2, latents.rows // 4]
        assert latents.codes("half")[: latents.rows].mean() == 0.5
        assert latents.codes("minority")[: latents.rows].mean() == 0.15
    assert (EVALUATED, CALIBRATION, TUNING) == (0, 1, 2)


def test_the_first_members_and_rows_are_a_part_of_all():
    whole = Latents.of(3, Shape(2, 6, 400, 5))
    few = whole.first(2, 100)
    for name in ("score", "own"):
        every = getattr(whole, name)("decision")
        np.testing.assert_array_equal(getattr(few, name)("decision")[:, :, :100], every[:, :2, :100])
    np.testing.assert_array_equal(few.weights[:, :100], whole.weights[:, :100])
    np.testing.assert_array_equal(few.labels[:100], whole.labels[:100])


def test_treatments_of_an_audit_share_members_and_rows():
    latents = Latents.of(1, Shape(3, 4, 300, 20))
    found = measurements(latents, [Accuracy()])
    values = [sample.values for sample in found.samples.values() if isinstance(sample, Sample)]
    assert len(values) == 3 == len(list(comparisons([Accuracy()])))
    assert np.corrcoef(values[0][:, 1:].mean(axis=0), values[1][:, 1:].mean(axis=0))[0, 1] > 0.7


@dataclass(frozen=True)
class Overconfident(Accuracy):
    """Accuracy with half of the noise of its rows and members left out."""

    def measure(self, evidence: Evidence) -> Sample | NotMeasurable:
        found = super().measure(evidence)
        if isinstance(found, NotMeasurable):
            return found
        centre = found.values[:, :1].mean()
        return replace(found, values=centre + 0.3 * (found.values - centre))


@dataclass(frozen=True)
class Unmoved(Accuracy):
    """Nothing changes it."""

    def measure(self, evidence: Evidence) -> Sample | NotMeasurable:
        return Sample(np.full((len(evidence.rows.counted), len(evidence.rows.weights)), 0.5), 100)


def _law(metric: Metric) -> None:
    MetricSuite().test_its_intervals_hold_the_truth_of_simulated_audits(metric)


def test_intervals_that_are_too_short_do_not_pass():
    with pytest.raises(AssertionError, match="90 % intervals of .* hold the truth in"):
        _law(Overconfident())


def test_a_metric_that_no_simulated_change_moves_needs_a_world_of_its_own():
    assert isinstance(truth_of(Accuracy()), Truth)
    with pytest.raises(AssertionError, match="needs a world of its own"):
        _law(Unmoved())
