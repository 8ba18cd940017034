"""Metrics of prediction sets and calibration against direct computation."""

from dataclasses import replace

import numpy as np
import pytest

from interplay.estimates import NotMeasurable
from interplay.evidence import Evidence, Predictions, PredictionSets, Rows, tabulated
from interplay.metrics.ambiguous_sets import AmbiguousSets
from interplay.metrics.calibration_error import CalibrationError
from interplay.metrics.coverage import Coverage
from interplay.metrics.empty_sets import EmptySets
from interplay.metrics.set_size import SetSize


def members_of(world, member, draw):
    sets = world.exhibits[PredictionSets]
    limit = sets.thresholds[member, draw, sets.part, None]
    return sets.scores[member] < limit if sets.strict else sets.scores[member] <= limit


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize(
    ("metric", "of"),
    [
        (Coverage(), lambda inside, labels: inside[np.arange(len(labels)), labels]),
        (SetSize(), lambda inside, labels: inside.sum(axis=1)),
        (EmptySets(), lambda inside, labels: ~inside.any(axis=1)),
        (AmbiguousSets(), lambda inside, labels: inside.sum(axis=1) > 1),
    ],
)
def test_sets_are_counted_as_their_thresholds_say(world, metric, of, strict):
    sets = world.exhibits[PredictionSets]
    sets.scores.round(1, out=sets.scores)
    sets.thresholds.round(1, out=sets.thresholds)
    world.exhibits[PredictionSets] = replace(sets, strict=strict)
    found = metric.measure(world.evidence()).values
    for member in range(found.shape[0]):
        for draw in range(found.shape[1]):
            weights = world.rows.weights[draw] * world.rows.counted[member]
            expected = np.average(of(members_of(world, member, draw), world.rows.labels), weights=weights)
            assert found[member, draw] == pytest.approx(expected, abs=1e-12)


def test_strict_sets_cover_less_under_ties(world):
    sets = world.exhibits[PredictionSets]
    sets.scores.round(1, out=sets.scores)
    sets.thresholds.round(1, out=sets.thresholds)
    lenient = Coverage().measure(world.evidence()).mean
    world.exhibits[PredictionSets] = replace(sets, strict=True)
    assert Coverage().measure(world.evidence()).mean < lenient - 0.01


def test_infinite_thresholds_make_full_sets(world):
    world.exhibits[PredictionSets].thresholds[:] = np.inf
    assert Coverage().measure(world.evidence()).mean == 1.0
    assert SetSize().measure(world.evidence()).mean == pytest.approx(3.0)
    assert EmptySets().measure(world.evidence()).mean == 0.0


def test_rows_that_count_for_nobody_are_not_looked_at(world):
    before = SetSize().measure(world.evidence()).values
    world.rows.counted[:, -20:] = False
    fewer = SetSize().measure(world.evidence()).values
    world.exhibits[PredictionSets].scores[:, -20:] = -1.0
    np.testing.assert_array_equal(SetSize().measure(world.evidence()).values, fewer)
    assert not np.allclose(fewer, before)


def binned(confidence, correct, weights):
    """The calibration error from five bins of equal mass, with a plain loop, and the most that its bias can be."""
    ranked, rows = np.sort(confidence), len(confidence)
    edges = [ranked[int(np.ceil(k * (rows - 1) / 5))] for k in range(1, 5)]
    bins = np.array([sum(edge <= one for edge in edges) for one in confidence])
    error, most = 0.0, 0.0
    for number in range(5):
        here = bins == number
        excess, stated = correct[here] - confidence[here], confidence[here]
        spread = np.sqrt(max(((excess - excess.mean()) ** 2).sum(), (stated * (1 - stated)).sum())) / rows
        seen = (weights[here] @ excess) / weights.sum()
        error += abs(seen) - 1.286 * spread * np.exp(-2 * (seen / spread) ** 2)
        most += 0.223 * spread
    return error, most


def test_calibration_error_equals_a_plain_loop(world):
    predictions, most = world.exhibits[Predictions], []
    found = CalibrationError().measure(world.evidence())
    for member, counted in enumerate(world.rows.counted):
        logs = predictions.log_probabilities[member, counted]
        correct = logs.argmax(axis=1) == world.rows.labels[counted]
        for draw, weights in enumerate(world.rows.weights):
            expected, bias = binned(np.exp(logs.max(axis=1)), correct, weights[counted])
            assert found.values[member, draw] == pytest.approx(expected, abs=1e-12)
        most.append(bias)
    assert all(0 <= one <= np.mean(most) for one in found.bias)


def stated(confidence, right, seed=0, rows=40_000):
    """One member that states these confidences and is right with these probabilities."""
    generator = np.random.default_rng(seed)
    labels = (generator.random(rows) < right).astype(int)
    logs = np.log(np.stack([1 - confidence, confidence], axis=1))[None]
    plain = Rows(labels, {}, np.ones((1, rows), dtype=bool), np.ones((1, rows)))
    return Evidence(plain, {Predictions: lambda: Predictions(logs, logs.argmax(axis=2))})


def test_a_calibrated_model_has_almost_no_error_and_an_overconfident_one_its_excess():
    confidence = np.random.default_rng(1).uniform(0.6, 0.9, size=40_000)
    assert CalibrationError().measure(stated(confidence, confidence)).mean < 0.01
    overconfident = CalibrationError().measure(stated(confidence, confidence - 0.1)).mean
    assert overconfident == pytest.approx(0.1, abs=0.01)


def test_equal_confidences_share_one_bin():
    said = tabulated(labels=[1, 0] * 100, probabilities=[[0.5, 0.5]] * 200)
    found = CalibrationError().measure(said)
    error = np.sqrt(0.5 * 0.5 / 200)
    assert found.mean == pytest.approx(-1.286 * error)  # less than the noise would make on average
    assert found.bias == pytest.approx((0.219 * error, 0.223 * error), abs=1e-4)
    sure = CalibrationError().measure(tabulated(labels=[1, 0] * 100, probabilities=[[0.05, 0.95]] * 200))
    assert sure.mean == pytest.approx(0.45) and sure.bias == pytest.approx((0, 0), abs=1e-6)


def test_too_few_rows_have_no_calibration_error():
    found = CalibrationError().measure(tabulated(labels=[1, 0] * 74, probabilities=[[0.5, 0.5]] * 148))
    assert found == NotMeasurable("148 rows; at least 150 are needed to tell calibration from noise")


@pytest.mark.parametrize(("rows", "bins"), [(900, 5), (5_500, 5), (7_100, 7), (40_000, 15)])
def test_the_noise_of_a_bin_is_bounded(rows, bins):
    """At perfect calibration the bias that may be left is .223 standard errors of every bin."""
    confidence = np.full(rows, 0.8)
    confidence += np.linspace(-1e-6, 1e-6, rows)
    found = CalibrationError().measure(stated(confidence, confidence, rows=rows))
    assert max(found.bias) == pytest.approx(0.223 * np.sqrt(0.8 * 0.2 * bins / rows), rel=0.15)


def test_calibration_of_a_diverged_member_is_absent(world):
    world.exhibits[Predictions].log_probabilities[1] = np.nan
    assert CalibrationError().measure(world.evidence()) == NotMeasurable("some member gives no probabilities")
