"""Slopes over classes: against least squares, pair by pair, and where luck would look like a cause."""

from itertools import product

import numpy as np
import pytest
from scipy import stats

from interplay.arrays import Array
from interplay.estimates import NotMeasurable, Sample
from interplay.evidence import ClassOverlap, Evidence, Predictions, RetrainedControl, Rows, present
from interplay.exhibits.class_overlap import overlaps
from interplay.metrics import Metric
from interplay.metrics.difficulty_slope import DifficultySlope
from interplay.metrics.overlap_slope import OverlapSlope

CLASSES = 6


def said(wrong: Array, labels: Array) -> Array:
    """Log-probabilities of members that decide some rows wrongly, as the next label."""
    decided = np.where(wrong, (labels + 1) % CLASSES, labels)
    return np.log(np.where(np.arange(CLASSES) == decided[..., None], 0.9, 0.02))


def evidence(
    labels: Array,
    wrong: Array,
    hard: Array,
    weights: Array | None = None,
    clusters: Array | None = None,
    overlap: Array | None = None,
    counted: Array | None = None,
) -> Evidence:
    """What a metric sees of members that decide some rows wrongly, and of ordinary models that do."""
    rows = Rows(
        labels=labels,
        groupings={},
        counted=np.ones(wrong.shape, dtype=bool) if counted is None else counted,
        weights=np.ones((1, len(labels))) if weights is None else weights,
        classes=CLASSES,
        clusters=clusters,
    )
    logs = said(wrong, labels)
    held = [Predictions(logs, logs.argmax(axis=2)), RetrainedControl(said(hard, labels))]
    held += [] if overlap is None else [ClassOverlap(overlap)]
    return Evidence(rows, {type(exhibit): present(exhibit) for exhibit in held})


def value(metric: Metric, seen: Evidence) -> Array:
    measured = metric.measure(seen)
    assert isinstance(measured, Sample), measured
    return measured.values


def of_class(values: Array, labels: Array, weights: Array) -> Array:
    """Weighted shares by class."""
    return np.array([np.average(values[labels == label], weights=weights[labels == label]) for label in range(CLASSES)])


@pytest.fixture
def random() -> np.random.Generator:
    return np.random.default_rng(4)


def test_errors_on_overlap_are_the_line_of_least_squares(random: np.random.Generator) -> None:
    labels, overlap = random.integers(CLASSES, size=500), random.random(CLASSES)
    wrong = random.random((3, 500)) < 0.1 + 0.3 * overlap[labels]
    weights = np.vstack([np.ones(500), random.exponential(size=(4, 500))])
    slopes = value(OverlapSlope(), evidence(labels, wrong, wrong, weights, overlap=overlap))
    places = (overlap - overlap.mean()) / overlap.std()
    for member, draw in product(range(3), range(5)):
        errors = of_class(wrong[member], labels, weights[draw])
        assert slopes[member, draw] == pytest.approx(np.polyfit(places, errors, 1)[0])
        assert slopes[member, draw] == pytest.approx(stats.linregress(overlap, errors).slope * overlap.std())


def test_errors_on_difficulty_are_the_line_of_least_squares_where_rows_are_many(random: np.random.Generator) -> None:
    labels = np.repeat(np.arange(CLASSES), 4_000)
    hard = random.random((1, len(labels))) < 0.05 + 0.05 * labels
    wrong = hard | (random.random((1, len(labels))) < 0.02 * labels**2)
    errors, difficulty = (of_class(side[0], labels, np.ones(len(labels))) for side in (wrong, hard))
    expected = stats.linregress(difficulty, errors).slope * difficulty.std()
    assert value(DifficultySlope(), evidence(labels, wrong, hard))[0, 0] == pytest.approx(expected, rel=0.01)


@pytest.mark.parametrize("clustered", [False, True])
def test_products_are_means_over_pairs_of_different_rows(random: np.random.Generator, clustered: bool) -> None:
    labels = np.repeat(np.arange(CLASSES), 7)
    hard = random.random((2, len(labels))) < 0.05 + 0.18 * labels
    wrong = random.random((2, len(labels))) < 0.05 + 0.18 * labels
    clusters = random.permutation(len(labels)) // 2 if clustered else None
    weights = np.vstack([np.ones(len(labels)), random.exponential(size=(2, len(labels)))])
    slopes = value(DifficultySlope(), evidence(labels, wrong, hard, weights, clusters))
    of_each = np.arange(len(labels)) if clusters is None else clusters
    apart = np.mean([by_pairs(hard[m], hard[m], labels, weights[0], of_each) for m in range(2)])
    for member, draw in product(range(2), range(3)):
        together = by_pairs(wrong[member], hard[member], labels, weights[draw], of_each)
        assert slopes[member, draw] == pytest.approx(together / np.sqrt(apart))


def by_pairs(first: Array, second: Array, labels: Array, weights: Array, clusters: Array) -> float:
    """A covariance over classes, pair of rows by pair of rows."""
    means, other = of_class(first, labels, weights), of_class(second, labels, weights)
    crossed = np.outer(means, other)
    for label in range(CLASSES):
        top = total = 0.0
        for i, j in product(np.flatnonzero(labels == label), repeat=2):
            if clusters[i] != clusters[j]:
                top += weights[i] * weights[j] * first[i] * second[j]
                total += weights[i] * weights[j]
        crossed[label, label] = top / total
    return float(np.trace(crossed) / CLASSES - crossed.mean())


def test_the_luck_of_rows_is_no_cause() -> None:
    """Every class loses a tenth of its rows in truth, hard rows first: the plain slope takes luck for a cause."""
    random, audits, own = np.random.default_rng(1), 600, 0.3
    labels, total = np.repeat(np.arange(CLASSES), 20), np.sqrt(1 + own**2)
    level = np.linspace(-1.8, -0.6, CLASSES)
    shift = total * stats.norm.ppf(stats.norm.cdf(level / total) + 0.1) - level
    row = random.normal(size=(audits, len(labels))) + level[labels]
    ordinary, control, treated = (
        row + own * random.normal(size=row.shape) + moved > 0 for moved in (0.0, 0.0, shift[labels])
    )
    slopes = [value(DifficultySlope(), evidence(labels, side, ordinary)) for side in (treated, control, ordinary)]
    corrected, deviation = (slopes[0] - slopes[1])[:, 0], slopes[2].mean()
    by_class = [side.reshape(audits, CLASSES, -1).mean(axis=2) for side in (ordinary, treated, control)]
    difficulty, loss = by_class[0], by_class[1] - by_class[2]
    plain = np.array([np.cov(*pair, ddof=0)[0, 1] for pair in zip(difficulty, loss, strict=True)]) / deviation
    luck = plain - corrected
    assert abs(corrected.mean()) < 3 * corrected.std() / np.sqrt(audits)
    assert luck.mean() > max(5 * luck.std() / np.sqrt(audits), 0.003)


def test_a_loss_that_rises_with_difficulty_is_its_slope(random: np.random.Generator) -> None:
    labels = np.repeat(np.arange(CLASSES), 3_000)
    rates, cost = np.linspace(0.02, 0.22, CLASSES), 0.5
    hard, control = (random.random((2, len(labels))) < rates[labels] for _ in range(2))
    treated = control | (random.random(control.shape) < cost * rates[labels])
    slopes = [value(DifficultySlope(), evidence(labels, side, hard)).mean() for side in (treated, control)]
    true_loss = (1 - rates) * cost * rates
    expected = np.polyfit(rates, true_loss, 1)[0] * rates.std()
    assert slopes[0] - slopes[1] == pytest.approx(expected, abs=0.004)
    assert slopes[1] == pytest.approx(rates.std(), abs=0.004)


def test_reasons_are_given(random: np.random.Generator) -> None:
    labels = random.integers(CLASSES, size=600)
    wrong = random.random((2, 600)) < 0.2
    alike = DifficultySlope().measure(evidence(labels, wrong, random.random((2, 600)) < 0.2))
    assert isinstance(alike, NotMeasurable)
    assert "no class harder than another" in alike.reason
    flat = OverlapSlope().measure(evidence(labels, wrong, wrong, overlap=np.full(CLASSES, 0.4)))
    assert isinstance(flat, NotMeasurable)
    assert flat.reason == "all classes overlap alike"
    counted = np.ones(wrong.shape, dtype=bool)
    counted[1, np.flatnonzero(labels == 2)[1:]] = False
    lonely = DifficultySlope().measure(evidence(labels, wrong, wrong, counted=counted))
    assert isinstance(lonely, NotMeasurable)
    assert "class 2 has fewer than two rows" in lonely.reason


@pytest.mark.parametrize("metric", [DifficultySlope(), OverlapSlope()])
def test_two_classes_give_no_verdict(metric: Metric) -> None:
    from interplay.testing import random_evidence

    few = metric.measure(random_evidence(classes=5))
    assert isinstance(few, NotMeasurable)
    assert few.reason == "5 classes give a scatter, no verdict: a slope over classes needs at least 6"


def test_overlap_is_the_spread_towards_the_nearest_class_over_its_distance(random: np.random.Generator) -> None:
    """Gaussian classes on a line, the first twice as wide; a third column without classes is as wide as it likes."""
    centres, widths = np.array([0.0, 4.0, 5.0]), np.array([2.0, 1.0, 1.0])
    labels = np.repeat(np.arange(3), 20_000)
    inputs = np.column_stack([centres[labels] + widths[labels] * random.normal(size=60_000), np.zeros(60_000)])
    inputs = np.column_stack([inputs, 30.0 * (np.arange(60_000) % 2 - 0.5)])
    measured = overlaps(inputs, labels, np.ones(60_000), 3)
    np.testing.assert_allclose(measured, [2 / 4, 1.0, 1.0], rtol=0.03)


def test_overlap_by_loops(random: np.random.Generator) -> None:
    inputs, labels, weights = random.normal(size=(80, 3)), np.arange(80) % 4, random.random(80)
    expected = []
    for own in range(4):
        candidates = []
        for other in set(range(4)) - {own}:
            here, there = (
                np.average(inputs[labels == label], axis=0, weights=weights[labels == label]) for label in (own, other)
            )
            line = (there - here) / np.linalg.norm(there - here)
            along = inputs[labels == own] @ line
            mean = np.average(along, weights=weights[labels == own])
            spread = np.sqrt(np.average((along - mean) ** 2, weights=weights[labels == own]))
            candidates.append(spread / np.linalg.norm(there - here))
        expected.append(max(candidates))
    np.testing.assert_allclose(overlaps(inputs, labels, weights, 4), expected)
