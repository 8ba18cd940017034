"""Alignment of representations: against the formulas of the papers, row by row, and known answers."""

from itertools import permutations

import numpy as np
import pytest

from interplay.arrays import Array
from interplay.estimates import NotMeasurable
from interplay.evidence import Representations, tabulated
from interplay.metrics._alignment import alignment, dependence
from interplay.metrics.representation_change import RepresentationChange


@pytest.fixture
def random() -> np.random.Generator:
    return np.random.default_rng(7)


def gram(values: Array) -> Array:
    products = values @ values.T
    np.fill_diagonal(products, 0.0)
    return products


def song(first: Array, second: Array) -> float:
    """Eq. 5 of Song et al. (2012)."""
    count, ones = len(first), np.ones(len(first))
    between = ones @ first @ ones * (ones @ second @ ones) / ((count - 1) * (count - 2))
    across = 2 / (count - 2) * (ones @ first @ second @ ones)
    return float((np.trace(first @ second) + between - across) / (count * (count - 3)))


def plain(first: Array, second: Array) -> float:
    """Linear CKA with all pairs of rows: |Y.T X|^2 / (|X.T X| |Y.T Y|) of centred columns (Kornblith et al., 2019)."""
    ours, theirs = first - first.mean(axis=0), second - second.mean(axis=0)
    top = np.linalg.norm(theirs.T @ ours) ** 2
    return float(top / (np.linalg.norm(ours.T @ ours) * np.linalg.norm(theirs.T @ theirs)))


def test_at_equal_weights_it_is_the_estimator_of_the_paper(random: np.random.Generator) -> None:
    first, second = gram(random.normal(size=(30, 4))), gram(random.normal(size=(30, 7)))
    ours = dependence(first, second, np.full((1, 30), 2.0))
    assert ours[0] == pytest.approx(song(first, second))
    values = random.normal(size=(30, 4)), random.normal(size=(30, 7))
    of_grams = [[song(gram(one), gram(other)) for one in values] for other in values]
    expected = of_grams[0][1] / np.sqrt(of_grams[0][0] * of_grams[1][1])
    assert alignment(*values, np.ones((1, 30))) == pytest.approx([expected])


def test_with_weights_it_is_a_mean_over_different_rows(random: np.random.Generator) -> None:
    count = 6
    first, second, weights = (
        gram(random.normal(size=(count, 2))),
        gram(random.normal(size=(count, 3))),
        random.random(count),
    )

    def mean(size: int, of: object) -> float:
        chosen = list(permutations(range(count), size))
        total = np.array([np.prod(weights[list(places)]) for places in chosen])
        return float(np.average([of(*places) for places in chosen], weights=total))  # type: ignore[operator]

    expected = (
        mean(2, lambda i, j: first[i, j] * second[i, j])
        - 2 * mean(3, lambda i, j, k: first[i, j] * second[i, k])
        + mean(4, lambda i, j, k, m: first[i, j] * second[k, m])
    )
    assert dependence(first, second, weights[None])[0] == pytest.approx(expected)


def test_many_rows_give_the_plain_alignment(random: np.random.Generator) -> None:
    shared = random.normal(size=(1_500, 3))
    first = shared @ random.normal(size=(3, 5)) + 0.5 * random.normal(size=(1_500, 5))
    second = shared @ random.normal(size=(3, 4)) + 0.5 * random.normal(size=(1_500, 4))
    assert alignment(first, second, np.ones((1, 1_500))) == pytest.approx([plain(first, second)], abs=0.003)


def test_a_turned_and_scaled_layer_is_the_same(random: np.random.Generator) -> None:
    first = random.normal(size=(1, 60, 5))
    turned = 3.0 * first @ np.linalg.qr(random.normal(size=(5, 5)))[0] - 2.0
    seen = tabulated([0, 1] * 30, exhibits=(Representations(np.arange(60), turned, first),))
    assert RepresentationChange().measure(seen).mean == pytest.approx(0.0, abs=1e-9)  # type: ignore[union-attr]


def test_layers_without_anything_in_common_are_not_alike_however_few_the_rows(random: np.random.Generator) -> None:
    """With 40 rows and 20 units, plain alignment says that a third is common."""
    pairs = [random.normal(size=(2, 40, 20)) for _ in range(60)]
    corrected = [float(alignment(*pair, np.ones((1, 40)))[0]) for pair in pairs]  # type: ignore[index]
    assert abs(np.mean(corrected)) < 3 * np.std(corrected) / np.sqrt(len(corrected))
    assert np.mean([plain(*pair) for pair in pairs]) > 0.3


def test_a_layer_that_tells_nothing_is_named() -> None:
    dead = Representations(np.arange(30), np.zeros((1, 30, 4)), np.random.default_rng(0).normal(size=(1, 30, 4)))
    nothing = RepresentationChange().measure(tabulated([0, 1] * 15, exhibits=(dead,)))
    assert isinstance(nothing, NotMeasurable)
    assert "gives all rows the same" in nothing.reason
    few = RepresentationChange().measure(
        tabulated([0, 1], exhibits=(Representations(np.arange(2), dead.own, dead.ordinary),))
    )
    assert isinstance(few, NotMeasurable)
    assert few.reason == "some member has 2 of at least 20 rows to compare representations on"
