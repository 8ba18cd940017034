"""Shares of a harm: by the book, and only of harms that are shown."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats
from tests.contrasts import contrast

from interplay.arrays import Array
from interplay.aspects import Aspect
from interplay.design.comparison import Comparison
from interplay.design.factors import Factors
from interplay.design.treatment import Treatment
from interplay.effects.compare import compare
from interplay.effects.harm_share import HarmShare, harm_shares
from interplay.estimates import NotMeasurable, Sample
from interplay.interventions.clipping_only import ClippingOnly
from interplay.interventions.dp_sgd import DpSgd
from interplay.interventions.longer_dp_sgd import LongerDpSgd
from interplay.measurement.measurements import Cell, Measurements
from interplay.metrics import Metric
from interplay.metrics.accuracy import Accuracy
from interplay.metrics.accuracy_disparity import AccuracyDisparity
from interplay.metrics.balanced_robust_accuracy import BalancedRobustAccuracy
from interplay.metrics.boundary_distance import BoundaryDistance

CONTROL, PRIVATE, LONGER, CLIPPED = (
    Treatment(names) for names in ((), ("dp_sgd",), ("longer_dp_sgd",), ("clipping_only",))
)
BUILT = Factors({"dp_sgd": DpSgd(), "longer_dp_sgd": LongerDpSgd(), "clipping_only": ClippingOnly()}, {})
MEMBERS, DRAWS = 8, 40


def members(mean: float, dice: np.random.Generator, spread: float = 0.004) -> Array:
    """Values that differ between members and not between draws."""
    return np.repeat(mean + spread * dice.normal(size=(MEMBERS, 1)), DRAWS, axis=1)


def world(values: dict[Treatment, Array | NotMeasurable], metric: Metric | None = None) -> Measurements:
    metric = metric or Accuracy()
    samples = {
        Cell(one, "tuned", metric.key): found if isinstance(found, NotMeasurable) else _sample(found, metric)
        for one, found in values.items()
    }
    return Measurements(samples, {metric.key: metric}, {}, {})


def _sample(values: Array, metric: Metric) -> Sample:
    if metric.name == "accuracy_disparity":
        return Sample(np.abs(values), 400, (contrast("b against a", values, 400),))
    return Sample(values, 400)


def shares(measured: Measurements, built: Factors = BUILT, tuning: str = "tuned") -> dict[str, HarmShare]:
    ((key, metric),) = measured.metrics.items()
    planned = Comparison(PRIVATE, CONTROL, key, key, ("dp_sgd",), (Aspect.PRIVACY,), metric.aspect)
    effects = compare(measured, [planned], {}).effects
    found = harm_shares(measured, built, effects)
    return {one.by: one for one in found if effects[one.effect].tuning == tuning}


def planted(seed: int = 0, **means: float) -> dict[Treatment, Array | NotMeasurable]:
    dice = np.random.default_rng(seed)
    given = {CONTROL: 0.90, PRIVATE: 0.80, LONGER: 0.87, CLIPPED: 0.85}
    return {one: members(means.get(one.name, mean), dice) for one, mean in given.items()}


def test_the_interval_is_fiellers() -> None:
    values = planted()
    one = shares(world(values))["longer_dp_sgd"]
    control, private, longer = (np.asarray(values[arm])[:, 0] for arm in (CONTROL, PRIVATE, LONGER))
    undone, whole = longer - private, control - private
    assert one.share == pytest.approx(undone.mean() / whole.mean())
    t = stats.t.ppf(0.95, MEMBERS - 1) ** 2 / MEMBERS
    (a, c), (_, b) = np.cov(undone, whole)
    square, half = whole.mean() ** 2 - t * b, undone.mean() * whole.mean() - t * c
    root = np.sqrt(half**2 - square * (undone.mean() ** 2 - t * a))
    assert (one.low, one.high) == pytest.approx(((half - root) / square, (half + root) / square), abs=1e-6)


def test_a_diagnostic_alone_has_its_own_harm_and_one_that_undoes_has_the_rest() -> None:
    found = shares(world(planted()))
    assert found["longer_dp_sgd"].share == pytest.approx(0.7, abs=0.06)
    assert found["clipping_only"].share == pytest.approx(0.5, abs=0.06)
    assert (found["longer_dp_sgd"].how, found["clipping_only"].how) == ("undone", "alone")
    assert all(one.low < one.share < one.high for one in found.values())
    none, all_of_it = (shares(world(planted(longer_dp_sgd=mean)))["longer_dp_sgd"] for mean in (0.80, 0.90))
    assert (none.share, all_of_it.share) == pytest.approx((0.0, 1.0), abs=0.06)


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    found = [shares(world(planted(seed)))["longer_dp_sgd"] for seed in range(60)]
    held = sum(one.low <= 0.7 <= one.high for one in found)
    assert held >= 47, "90 % of 60 are 54; fewer than 47 has a chance below 1 %"


def test_without_a_shown_harm_there_is_nothing_to_take_apart() -> None:
    assert shares(world(planted(dp_sgd=0.90))) == {}
    assert shares(world(planted(dp_sgd=0.95))) == {}
    assert shares(world(planted()), Factors({"dp_sgd": DpSgd()}, {})) == {}


def test_as_applied_all_arms_have_one_rate() -> None:
    tuned, applied = world(planted(dp_sgd=0.90)), planted(longer_dp_sgd=0.80)
    cells = {Cell(one, "as_applied", "accuracy"): _sample(applied[one], Accuracy()) for one in (PRIVATE, LONGER)}
    measured = replace(tuned, samples={**tuned.samples, **cells})
    assert shares(measured) == {}
    found = shares(measured, tuning="as_applied")
    assert found["longer_dp_sgd"].share == pytest.approx(0.0, abs=0.06)
    assert found["clipping_only"].share == pytest.approx(0.5, abs=0.06), "not re-tuned: its only models serve both"


def test_gaps_are_shared_by_their_magnitude() -> None:
    dice = np.random.default_rng(1)
    gaps = {CONTROL: -0.05, PRIVATE: -0.15, LONGER: -0.08, CLIPPED: -0.10}
    found = shares(world({one: members(gap, dice) for one, gap in gaps.items()}, AccuracyDisparity("race")))
    assert found["longer_dp_sgd"].contrast == "b against a"
    assert found["longer_dp_sgd"].share == pytest.approx(0.7, abs=0.06)


def test_other_parameters_missing_numbers_and_pairs_of_rows_are_reasons() -> None:
    other = replace(BUILT, training={**BUILT.training, "clipping_only": ClippingOnly(max_grad_norm=0.1)})
    told = shares(world(planted()), other)["clipping_only"]
    assert told.share is None
    assert told.reason == "clipping_only was trained with max_grad_norm 0.1 instead of 1.0; declare the same for both"
    missing = shares(world({**planted(), LONGER: NotMeasurable("no attack")}))["longer_dp_sgd"]
    assert missing.reason == "longer_dp_sgd: no attack"
    collapsed = replace(world(planted(), BalancedRobustAccuracy()), collapse={(LONGER, "tuned"): "one decision"})
    assert shares(collapsed)["longer_dp_sgd"].reason == "longer_dp_sgd: collapsed: one decision"
    assert BoundaryDistance().paired
