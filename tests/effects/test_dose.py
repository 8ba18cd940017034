"""Dose and response: fitted changes by hand and by least squares, planted trends, noise, and missing strengths."""

import numpy as np
import pytest
from tests.contrasts import contrast

from interplay.design.factors import Factors
from interplay.design.strength import Strength
from interplay.design.strength_scale import strength_scale
from interplay.design.treatment import Treatment
from interplay.effects.dose import dose_curves
from interplay.estimates import NotMeasurable, Sample
from interplay.interventions.dp_sgd import DpSgd
from interplay.interventions.release_explanations import ReleaseExplanations
from interplay.measurement.measurements import Cell, Measurements
from interplay.metrics.accuracy_disparity import AccuracyDisparity
from interplay.metrics.balanced_accuracy import BalancedAccuracy
from interplay.metrics.balanced_robust_accuracy import BalancedRobustAccuracy
from interplay.metrics.brier import Brier
from interplay.metrics.explanation_fidelity import ExplanationFidelity
from interplay.metrics.set_size import SetSize

DRAWS = 60


def factors(values=(1.0, 2.0, 4.0), layers=None):
    other = [Strength("dp_sgd", "privacy_epsilon", value, DpSgd(privacy_epsilon=value)) for value in values]
    return Factors({"dp_sgd": DpSgd(privacy_epsilon=8.0)}, layers or {}, {one.name: one for one in other})


def treatment(value):
    return Treatment(() if value is None else ("dp_sgd",) if value == 8.0 else (f"dp_sgd privacy_epsilon={value:g}",))


def noisy(mean, dice, spread=0.002, members=8):
    rows = np.r_[0.0, dice.normal(size=DRAWS)] * spread / 2
    return mean + dice.normal(size=(members, 1)) * spread + rows


def world(means, metric=None, spread=0.002, seed=0, collapse=None):
    metric, dice = metric or BalancedAccuracy(), np.random.default_rng(seed)
    samples = {
        Cell(treatment(value), "tuned", metric.key): mean
        if isinstance(mean, NotMeasurable)
        else Sample(noisy(mean, dice, spread), 900)
        for value, mean in means.items()
    }
    return Measurements(samples, {metric.key: metric}, collapse or {}, {})


def curve(means, built=None, **more):
    (found,) = dose_curves(world(means, **more), built or factors(), {})
    return found


RISING = {None: 0.9, 1.0: 0.80, 2.0: 0.83, 4.0: 0.86, 8.0: 0.89}


def test_points_are_held_against_the_control_and_the_line_is_exact():
    found = curve(RISING, spread=0.0)
    assert [one.strength for one in found.points] == [1.0, 2.0, 4.0, 8.0]
    assert [one.estimate for one in found.points] == pytest.approx([0.10, 0.07, 0.04, 0.01])
    assert found.scale.kind == "doublings"
    assert found.trend.change == pytest.approx(-0.09), "a larger budget is better: three doublings of 0.03"
    assert found.trend.strengths == (1.0, 2.0, 4.0, 8.0)
    assert found.moved


def test_the_change_is_the_slope_of_least_squares_times_the_range():
    means = {None: 0.9, 1.0: 0.80, 2.0: 0.85, 4.0: 0.84, 8.0: 0.89}
    measured = world(means)
    (found,) = dose_curves(measured, factors(), {})
    values = [
        measured.samples[Cell(treatment(v), "tuned", "balanced_accuracy")].values[:, 0].mean() for v in (1, 2, 4, 8.0)
    ]
    slope = np.polyfit([0, 1, 2, 3], values, 1)[0]
    assert found.trend.change == pytest.approx(-3 * slope)


def test_units_where_the_strengths_span_little_or_reach_zero():
    assert strength_scale([8, 2.1]).kind == "units" and strength_scale([8, 2.0]).kind == "doublings"
    assert strength_scale([-1, 5]).kind == "units"
    means = {None: 0.9, 6.0: 0.86, 7.0: 0.87, 8.0: 0.88}
    found = curve(means, factors((6.0, 7.0)), spread=0.0)
    assert found.scale.kind == "units" and found.trend.change == pytest.approx(-0.02)


def test_planted_trends_are_found_with_their_direction():
    better, worse = curve(RISING), curve({None: 0.9, 1.0: 0.9, 2.0: 0.87, 4.0: 0.84, 8.0: 0.81})
    assert better.trend.shown and better.trend.falling_p < 0.001 < 0.5 < better.trend.rising_p
    assert worse.trend.shown and worse.trend.rising_p < 0.001 and worse.trend.change > 0
    assert worse.trend.low <= worse.trend.change <= worse.trend.high
    assert worse.trend.p_value == pytest.approx(2 * worse.trend.rising_p)


def test_noise_seldom_shows_a_trend():
    flat = dict.fromkeys((None, 1.0, 2.0, 4.0, 8.0), 0.9)
    shown = sum(curve(flat, seed=seed, spread=0.01).trend.shown for seed in range(100))
    assert shown <= 10, "5 % of 100 are 5; more than 10 has a chance below 2 %"


def test_intervals_hold_the_truth_of_independent_treatments():
    held = 0
    for seed in range(100):
        trend = curve(RISING, seed=seed, spread=0.01).trend
        held += trend.low <= -0.09 <= trend.high
    assert held >= 82, "90 % intervals"


def test_collapsed_and_unmeasured_strengths_say_so_and_the_line_goes_without_them():
    means = {**RISING, 2.0: NotMeasurable("no attack")}
    found = curve(means, metric=BalancedRobustAccuracy(), collapse={(treatment(1.0), "tuned"): "one class"})
    assert found.points[0].estimate is None and found.points[0].reason.endswith("collapsed: one class")
    assert found.points[1].reason.endswith("no attack")
    assert found.trend is None and found.reason == "2 strengths with a number; a trend needs 3"
    found = curve({**RISING, 1.0: NotMeasurable("no attack")})
    assert found.trend.strengths == (2.0, 4.0, 8.0)


def test_a_control_without_a_number_leaves_the_trend():
    found = curve({**RISING, None: NotMeasurable("none")})
    assert {one.estimate for one in found.points} == {None} and found.points[0].reason == "control: none"
    assert found.trend is not None


def test_ratios_multiply_along_the_line():
    built = Factors(factors().training, {}, factors().strengths)
    (found,) = dose_curves(
        world({None: 1.0, 1.0: 1.0, 2.0: 1.1, 4.0: 1.21, 8.0: 1.331}, metric=SetSize(), spread=0.0), built, {}
    )
    assert found.trend.change == pytest.approx(0.331)
    assert found.points[3].estimate == pytest.approx(0.331)


def test_gaps_are_followed_by_their_magnitude():
    metric, dice = AccuracyDisparity("race"), np.random.default_rng(0)
    gaps = {None: -0.05, 1.0: -0.20, 2.0: -0.15, 4.0: -0.10, 8.0: -0.05}
    samples = {}
    for value, gap in gaps.items():
        values = noisy(gap, dice, 0.001)
        cell = Cell(treatment(value), "tuned", metric.key)
        samples[cell] = Sample(np.abs(values), 90, (contrast("x against y", values, 90),))
    (found,) = dose_curves(Measurements(samples, {metric.key: metric}, {}, {}), factors(), {})
    assert found.contrast == "x against y" and found.trend.change == pytest.approx(-0.15, abs=0.01)
    assert found.trend.settled


def test_only_headline_metrics_are_followed_and_released_ones_under_their_layer():
    built = factors(layers={"release_explanations": ReleaseExplanations()})
    dice, metrics = np.random.default_rng(0), {one.key: one for one in (Brier(), ExplanationFidelity())}
    samples = {
        Cell(
            Treatment((*treatment(value).interventions, "release_explanations")), "tuned", "explanation_fidelity"
        ): Sample(noisy(0.5, dice), 300)
        for value in RISING
    }
    found = dose_curves(Measurements(samples, metrics, {}, {}), built, {})
    assert [(one.metric, one.context) for one in found] == [("explanation_fidelity", "release_explanations")]
    assert all(point.estimate is not None for point in found[0].points)


def test_without_strengths_there_is_no_curve():
    assert dose_curves(world(RISING), Factors({"dp_sgd": DpSgd()}, {}), {}) == ()
