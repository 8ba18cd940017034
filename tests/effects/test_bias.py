"""What bias may be left in a value widens everything that is said about it, either way."""

from dataclasses import replace

import numpy as np
import pytest

from interplay.arrays import Array
from interplay.decision.prediction import predict
from interplay.decision.relative import beyond_control
from interplay.design.treatment import Treatment
from interplay.effects.combination import Combination, Response, combine, responses
from interplay.effects.contrast import Difference, paired_differences
from interplay.effects.sample_size import what_would_settle
from interplay.estimates import NotMeasurable, Sample
from interplay.metrics.accuracy import Accuracy
from interplay.metrics.brier import Brier
from interplay.metrics.set_size import SetSize


def values(level: float, seed: int = 0) -> Array:
    random = np.random.default_rng(seed)
    return level + 0.005 * random.standard_normal((8, 1)) + 0.005 * random.standard_normal((8, 40))


TREATED = Sample(values(0.15, 1), 500, bias=(0.002, 0.004))
CONTROL = Sample(values(0.12, 2), 500, bias=(0.001, 0.003))


def difference(metric: object, treated: Sample = TREATED, control: Sample | None = CONTROL) -> Difference:
    found = paired_differences(treated, control, metric)[""]  # type: ignore[arg-type]
    assert isinstance(found, Difference)
    return found


def plain(sample: Sample) -> Sample:
    return replace(sample, bias=(0.0, 0.0))


@pytest.mark.parametrize(("metric", "below", "above"), [(Brier(), 0.005, 0.005), (Accuracy(), 0.005, 0.005)])
def test_bounds_and_p_values_take_the_worse_end(metric: object, below: float, above: float) -> None:
    """The treated value may be .004 too high and that of the control .001 too low."""
    found, unbiased = difference(metric), difference(metric, plain(TREATED), plain(CONTROL))
    assert found.bias == pytest.approx((below, above)) and found.estimate == unbiased.estimate
    assert found.low == pytest.approx(unbiased.low - above) and found.high == pytest.approx(unbiased.high + below)
    assert found.p_above(0.02) == pytest.approx(unbiased.p_above(0.02 + above))
    assert found.p_below(0.04) == pytest.approx(unbiased.p_below(0.04 - below))
    ends = [unbiased.probability_above(0.02 + one) for one in (-below, above)]
    assert found.probability_above(0.02) == pytest.approx(np.mean(ends))
    assert found.smallest_detectable(0.02) == pytest.approx(unbiased.smallest_detectable(0.02) + below + above)
    assert found.chance_settled(0.02, 16) <= unbiased.chance_settled(0.02, 16) + 1e-12
    assert found.moderated(None, 0.01).bias == found.bias


def test_the_direction_of_a_bias_turns_with_that_of_the_metric() -> None:
    lopsided = replace(TREATED, bias=(0.0, 0.01))
    assert difference(Brier(), lopsided, plain(CONTROL)).bias == (0.0, 0.01)
    assert difference(Accuracy(), lopsided, plain(CONTROL)).bias == (0.01, 0.0)
    assert difference(Brier(), plain(TREATED), replace(CONTROL, bias=(0.0, 0.01))).bias == (0.01, 0.0)
    assert difference(Brier(), lopsided, None).bias == (0.0, 0.01)


def test_values_that_are_all_the_same_differ_by_nothing() -> None:
    found = difference(Brier(), TREATED, TREATED)
    assert (found.bias, found.low, found.high, found.p_below(0.001)) == ((0.0, 0.0), 0.0, 0.0, 0.0)
    a, b = Treatment(("a",)), Treatment(("b",))
    known = dict.fromkeys((a, b), responses(TREATED, Brier())[""])
    summed = combine(known, {a: 1.0, b: -1.0})  # type: ignore[arg-type]
    assert isinstance(summed, Combination) and (summed.low, summed.high) == (0.0, 0.0)


def test_a_ratio_of_biased_values_is_absent() -> None:
    found = paired_differences(TREATED, CONTROL, SetSize())[""]
    assert isinstance(found, NotMeasurable) and "biased" in found.reason


def test_more_rows_are_asked_for_where_bias_is_left() -> None:
    # A known case: without error, rows shrink a bias of .02 that keeps an effect of .03 from a tolerance of .02.
    wide = Sample(values(0.15, 1), 500, bias=(0.0, 0.04))
    with_bias, without = difference(Brier(), wide), difference(Brier(), plain(wide))
    needs = [what_would_settle(one, 0.02, "").need for one in (with_bias, without)]
    assert needs[0].count is None or (needs[1].count is not None and needs[0].count > needs[1].count)


def test_a_weighted_sum_adds_the_biases_of_its_parts() -> None:
    a, b = Treatment(("a",)), Treatment(("b",))
    known = {a: responses(TREATED, Brier())[""], b: responses(CONTROL, Brier())[""]}
    assert all(isinstance(one, Response) for one in known.values())
    found = combine(known, {a: 2.0, b: -1.0})  # type: ignore[arg-type]
    none = {one: replace(known[one], bias=(0.0, 0.0)) for one in known}  # type: ignore[type-var]
    without = combine(none, {a: 2.0, b: -1.0})  # type: ignore[arg-type]
    assert isinstance(found, Combination) and isinstance(without, Combination)
    assert found.bias == pytest.approx((2 * 0.002 + 0.003, 2 * 0.004 + 0.001))
    assert found.low == pytest.approx(without.low - 0.009) and found.high == pytest.approx(without.high + 0.007)
    assert found.p_beyond(0.02) == pytest.approx(without.p_beyond(0.029))
    turned = responses(TREATED, Accuracy())[""]
    assert isinstance(turned, Response) and turned.bias == (0.004, 0.002)


def test_a_limit_is_kept_only_at_the_worse_end() -> None:
    found, without = predict(TREATED), predict(plain(TREATED))
    assert found.chance("at_most", 0.16) == pytest.approx(without.chance("at_most", 0.158))
    assert found.chance("at_least", 0.14) == pytest.approx(without.chance("at_least", 0.144))
    assert found.reachable("at_most") == pytest.approx(without.reachable("at_most") + 0.002)
    assert found.reachable("at_least") == pytest.approx(without.reachable("at_least") - 0.004)
    assert found.chance("at_most", found.reachable("at_most")) == pytest.approx(0.95)
    limit = without.quantile(0.04)
    assert without.refutes("at_most", limit) and not found.refutes("at_most", limit)
    assert found.refutes("at_most", limit - 0.004)
    moved = found.chances("at_most", 0.16, np.zeros((2, 1)))
    assert moved == pytest.approx(np.full(2, found.chance("at_most", 0.16)))


def test_a_distance_from_the_control_adds_both_biases() -> None:
    above = beyond_control(TREATED, CONTROL, "at_most_above_control")
    below = beyond_control(TREATED, CONTROL, "at_most_below_control")
    assert isinstance(above, Sample) and isinstance(below, Sample)
    assert above.bias == pytest.approx((0.005, 0.005)) and below.bias == pytest.approx((0.005, 0.005))
