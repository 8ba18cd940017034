"""What is fitted on tuning rows is fitted anew in every draw, and its noise is in the intervals."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import minimize

from interplay.drawn import Cuts, Refits
from interplay.evidence import Evidence, Grouping, Predictions, Rows
from interplay.exhibits import cuts_of_refits, refitted_odds
from interplay.interventions import FittingRows, cuts_of_thresholds
from interplay.interventions.group_thresholds import GroupThresholds
from interplay.metrics import Rate, group_rates
from interplay.metrics.accuracy import Accuracy
from interplay.metrics.brier import Brier
from interplay.metrics.demographic_parity_difference import DemographicParityDifference
from interplay.metrics.log_loss import LogLoss
from interplay.statistics.crossed_interval import crossed_interval
from interplay.training.refit import refit, refits_in_draws
from tests.measurement.worlds import bank, facts_of, ready

LAYERS = [GroupThresholds(), GroupThresholds("equal_opportunity"), GroupThresholds(randomised=True)]


def rows_of(labels, groups, weights, members, tuning):
    counted = np.ones((members, len(labels)), dtype=bool)
    counted[:, tuning] = False
    return Rows(labels, {"g": Grouping("g", groups, ("a", "b"), 0)}, counted, weights)


def world(seed, members=8, tuning=600, evaluated=1_600, share=0.15, draws=40):
    """Refitted margins of members on tuning rows, which come first, and evaluated ones; group 1 lies lower."""
    chance = np.random.default_rng(seed)
    count = tuning + evaluated
    groups = (chance.random(count) < share).astype(int)
    base = chance.normal(scale=1.5, size=count) - 0.8 * groups
    labels = (chance.random(count) < 1 / (1 + np.exp(-base))).astype(int)
    weights = np.vstack([np.ones((1, count)), chance.exponential(size=(draws, count))])
    margins = 2.0 * base + 0.7 * chance.normal(size=(members, count)) + 0.5
    fits = [refits_in_draws(mine[:tuning], labels[:tuning] == 1, weights[:1, :tuning]) for mine in margins]
    margins = np.stack([scale * mine + shift for mine, (scale, shift) in zip(margins, fits, strict=True)])
    return margins, labels, groups, weights, np.arange(tuning)


def fitted(margins, labels, groups, weights, tuning, layer=None):
    """The predictions of members whose refits, and thresholds where there is a layer, are those of every draw."""
    refits = refitted_odds(margins, labels == 1, tuning, weights)
    uniform = np.random.default_rng(0).random(len(labels))
    logs = np.stack([-np.logaddexp(0.0, margins), -np.logaddexp(0.0, -margins)], axis=2)
    cuts = cuts_of_refits(refits, 1)
    if layer is not None:
        cuts = cuts_of_thresholds(layer, refits, labels == 1, groups, 2, tuning, weights, uniform)
    return Predictions(logs, cuts.of(0).astype(int), cuts, refits)


def fixed(cuts: Cuts) -> Cuts:
    """The cuts fitted at unit weights, in every draw."""
    low, chance = (np.repeat(values[:, :1], values.shape[1], axis=1) for values in (cuts.low, cuts.chance))
    return replace(cuts, low=low, high=low, chance=chance)


def gaps(seeds, **changes):
    """The gap in approval rates of every repetition, after thresholds fixed and fitted in draws, with its interval."""
    found = {"fixed": [], "in draws": []}
    for seed in seeds:
        given = world(seed, **changes)
        predictions = fitted(*given, layer=GroupThresholds())
        rows = rows_of(given[1], given[2], given[3], len(given[0]), given[4])
        for name, cuts in (("fixed", fixed(predictions.cuts)), ("in draws", predictions.cuts)):
            said = replace(predictions, cuts=cuts)
            sample = DemographicParityDifference("g").measure(Evidence(rows, {Predictions: lambda said=said: said}))
            found[name].append(crossed_interval(sample.contrasts[0].values, sample.contrasts[0].support))
    return found


def summary(intervals):
    """The standard deviation of the estimates, the mean standard error, and the coverage of no gap at nominal 90 %."""
    estimates = np.array([interval.estimate for interval in intervals])
    error = np.sqrt(np.mean([interval.variance for interval in intervals]))
    return float(estimates.std(ddof=1)), float(error), float(np.mean([i.low <= 0 <= i.high for i in intervals]))


@pytest.fixture(scope="module")
def repeated():
    return {name: summary(intervals) for name, intervals in gaps(range(100)).items()}


def test_the_noise_of_fitted_thresholds_is_in_the_interval(repeated):
    """Of a group of 15 % some 90 tuning rows fix the threshold: half of the gap's noise comes from them."""
    spread, error, held = repeated["in draws"]
    assert error == pytest.approx(spread, rel=0.2)
    assert 0.84 <= held <= 0.99


def test_fixed_thresholds_understate_it(repeated):
    spread, error, held = repeated["fixed"]
    assert error < 0.75 * spread and held < 0.82


@pytest.mark.slow
@pytest.mark.parametrize("members", [5, 16])
def test_coverage_with_many_repetitions(members):
    spread, error, held = summary(gaps(range(400), members=members, draws=100)["in draws"])
    assert error == pytest.approx(spread, rel=0.1)
    assert 0.87 <= held <= 0.97


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("kind", ["whole", "any"])
def test_a_draw_decides_as_a_fit_on_rows_repeated_as_often_as_their_weight(layer, kind):
    chance = np.random.default_rng(5)
    margins, labels, groups, weights, tuning = world(7, members=2, tuning=80, evaluated=300, share=0.3, draws=6)
    weights[1:] = chance.integers(0, 4, size=weights[1:].shape) if kind == "whole" else weights[1:] + 0.01
    predictions = fitted(margins, labels, groups, weights, tuning, layer)
    rows = rows_of(labels, groups, weights, 2, tuning)
    uniform = predictions.cuts.uniform
    for draw in range(1, 7):
        times = weights[draw, :80].astype(int) if kind == "whole" else np.ones(80, dtype=int)
        chosen = np.repeat(tuning, times)
        for member in range(2):
            scale, shift = predictions.refits.scale[member, draw], predictions.refits.shift[member, draw]
            if kind == "whole":
                again = refit(np.stack([np.zeros(len(chosen)), margins[member, chosen]], axis=1), labels[chosen])
                assert (again.scale, again.intercepts[1]) == pytest.approx((scale, shift), abs=2e-3)
            mine = scale * margins[member] + shift
            held = np.ones(len(chosen)) if kind == "whole" else weights[draw, :80]
            fitting = FittingRows(mine[chosen], labels[chosen] == 1, groups[chosen], held)
            limits = layer.thresholds(fitting, 2).of_rows(groups, uniform)
            expected = np.where(mine >= limits, 1, 0)
            clear = np.abs(mine - limits) > 1e-9
            np.testing.assert_array_equal(predictions.decisions_of(draw, rows)[member][clear], expected[clear])
            assert clear.mean() > 0.99


def test_refits_in_draws_are_the_exact_weighted_fits():
    chance = np.random.default_rng(1)
    margins = chance.normal(scale=2.0, size=60)
    favourable = chance.random(60) < 1 / (1 + np.exp(-margins))
    weights = chance.exponential(size=(30, 60))
    scale, shift = refits_in_draws(margins, favourable, weights)
    for drawn, size, move in zip(weights, scale, shift, strict=True):
        counted, others = drawn[favourable].sum(), drawn[~favourable].sum()
        target = np.where(favourable, (counted + 1) / (counted + 2), 1 / (others + 2))

        def loss(fit, drawn=drawn, target=target):
            odds = fit[0] * margins + fit[1]
            return float(drawn @ (np.logaddexp(0.0, odds) - target * odds))

        exact = minimize(loss, [1.0, 0.0], method="BFGS", options={"gtol": 1e-10}).x
        assert (size, move) == pytest.approx(tuple(exact), abs=1e-5)


def test_a_refit_never_turns_the_order_round_and_ends_for_separated_and_for_constant_margins():
    favourable = np.arange(12) % 2 == 0
    weights = np.random.default_rng(2).exponential(size=(50, 12))
    for margins in (np.where(favourable, -2.0, 2.0), np.where(favourable, 2.0, -2.0), np.full(12, 0.3)):
        scale, shift = refits_in_draws(margins, favourable, weights)
        assert (scale > 0).all() and np.isfinite(shift).all()
    # A constant score becomes the smoothed share of the draw.
    counted, others = weights @ favourable, weights @ ~favourable
    share = (counted * (counted + 1) / (counted + 2) + others / (others + 2)) / (counted + others)
    np.testing.assert_allclose(1 / (1 + np.exp(-(scale * 0.3 + shift))), share, atol=1e-7)
    broken = refits_in_draws(np.full(12, np.nan), favourable, weights)
    assert (broken[0] == 1).all() and (broken[1] == 0).all()
    assert refits_in_draws(np.arange(12.0), favourable, weights[:0])[0].shape == (0,)


@pytest.mark.parametrize("layer", [None, *LAYERS])
def test_means_over_rows_are_those_of_every_draws_own_decisions_and_probabilities(layer):
    margins, labels, groups, weights, tuning = world(3, members=3, tuning=60, evaluated=400, share=0.3, draws=8)
    groups = np.where(np.arange(len(groups)) % 17 == 0, -1, groups)
    predictions = fitted(margins, labels, groups, weights, tuning, layer)
    rows = rows_of(labels, groups, weights, 3, tuning)
    evidence = Evidence(rows, {Predictions: lambda: predictions})
    accuracy, loss, brier = (metric.measure(evidence).values for metric in (Accuracy(), LogLoss(), Brier()))
    rates = group_rates(evidence, "g", Rate(predictions.decided(1, rows)))
    assert len({tuple(map(tuple, predictions.decisions_of(draw, rows))) for draw in range(9)}) == 9
    for draw in range(9):
        decisions, logs = predictions.decisions_of(draw, rows), predictions.log_probabilities_of(draw, rows)
        use = rows.counted * weights[draw]
        total = use.sum(axis=1)
        own = np.take_along_axis(logs, labels[None, :, None], axis=2)[..., 0]
        away = ((np.exp(logs) - (np.arange(2) == labels[:, None])) ** 2).sum(axis=2)
        np.testing.assert_allclose(accuracy[:, draw], ((decisions == labels) * use).sum(axis=1) / total, atol=1e-12)
        np.testing.assert_allclose(loss[:, draw], -(own * use).sum(axis=1) / total, atol=1e-12)
        np.testing.assert_allclose(brier[:, draw], (away * use).sum(axis=1) / total, atol=1e-12)
        for code in (0, 1):
            here = use * (groups == code)
            expected = ((decisions == 1) * here).sum(axis=1) / here.sum(axis=1)
            np.testing.assert_allclose(rates.means[code][:, draw], expected, atol=1e-12)


@pytest.fixture(scope="module")
def bare():
    return facts_of(ready(bank(rows=900), "group_thresholds"))


@pytest.mark.parametrize("layer", [None, *LAYERS])
def test_at_unit_weights_decisions_are_those_of_the_fit(bare, layer):
    facts = bare if layer is None else bare.layered(layer)
    rows = bare.setting.rows
    for said in (facts.predictions, facts.attacked):
        np.testing.assert_array_equal(said.cuts.of(0), said.decisions == rows.favourable)
    entitled = rows.labels[facts.switched.rows] == rows.favourable
    np.testing.assert_array_equal(facts.switched.cuts.of(0) == entitled, facts.switched.withstood)
    assert any((facts.predictions.cuts.of(draw) != facts.predictions.cuts.of(0)).any() for draw in (1, 2, 3))
    np.testing.assert_array_equal(facts.predictions.log_probabilities_of(0, rows), facts.predictions.log_probabilities)


@pytest.mark.parametrize("favourable", [0, 1])
def test_a_tie_is_decided_as_the_most_likely_label_is(favourable):
    cuts = cuts_of_refits(Refits(np.zeros((1, 2)), np.ones((1, 2)), np.zeros((1, 2))), favourable)
    assert (np.where(cuts.of(0), favourable, 1 - favourable) == 0).all()


def test_with_more_labels_values_are_of_the_fits_at_unit_weights():
    frame = bank(rows=900)
    frame["y"] = np.digitize(frame.x0 + 0.6 * frame.x1, [-0.6, 0.6])
    facts = facts_of(ready(frame, "group_thresholds"))
    assert facts.predictions.cuts is None and facts.predictions.refits is None
