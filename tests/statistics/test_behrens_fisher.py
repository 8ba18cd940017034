"""The error of a mean with two sources: against integrals of scipy's t, its own limits, and the errors that it keeps."""

import numpy as np
import pytest
from scipy import integrate, stats

from interplay.statistics.behrens_fisher import BehrensFisher

WORLDS = [
    (0.6, 4.0, 0.8, 50.0),
    (1.0, 15.0, 1.0, 98.0),
    (0.1, 7.0, 1.0, 190.0),
    (2.0, 20.0, 0.3, 30.0),
    (1.0, 2.0, 0.5, 60.0),
]


@pytest.mark.parametrize("world", WORLDS)
def test_the_tail_is_that_of_two_independent_t(world: tuple[float, float, float, float]) -> None:
    first, v, second, w = world
    (small, own), (large, other) = sorted([(first, v), (second, w)])
    for distance in (0.0, 0.7, 2.0, 4.0):
        wanted, _ = integrate.quad(
            lambda x, far=distance: stats.t.pdf(x, own) * stats.t.sf((far - small * x) / large, other),
            -np.inf,
            np.inf,
            epsabs=1e-13,
        )
        assert BehrensFisher(*world).sf(distance) == pytest.approx(wanted, rel=1e-6)
        assert BehrensFisher(*world).sf(-distance) == pytest.approx(1 - wanted, rel=1e-6)


def test_the_tail_is_that_of_draws() -> None:
    random = np.random.default_rng(0)
    draws = 0.6 * random.standard_t(4, 400_000) + 0.8 * random.standard_t(50, 400_000)
    for distance in (0.5, 1.7, 3.0):
        assert BehrensFisher(0.6, 4.0, 0.8, 50.0).sf(distance) == pytest.approx((draws > distance).mean(), abs=0.002)


@pytest.mark.parametrize("error", [0.05, 0.025, 1e-4])
def test_one_error_alone_is_students_t(error: float) -> None:
    assert BehrensFisher(2.0, 6.0, 0.0, 90.0).isf(error) == pytest.approx(2 * stats.t.isf(error, 6))
    assert BehrensFisher(0.0, 6.0, 3.0, 90.0).isf(error) == pytest.approx(3 * stats.t.isf(error, 90))
    assert BehrensFisher(0.0, 6.0, 0.0, 90.0).isf(error) == 0
    assert BehrensFisher(0.0, 6.0, 0.0, 90.0).sf(0.1) == 0


@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize("error", [0.05, 0.01, 1e-4])
def test_the_reach_undoes_the_tail(world: tuple[float, float, float, float], error: float) -> None:
    found = BehrensFisher(*world)
    assert found.sf(found.isf(error)) == pytest.approx(error, rel=1e-9)
    assert found.kept_isf(error) == pytest.approx(float(found.isf(error)), rel=1e-3 * (error < 1e-3) or 1e-6)


def test_arrays_are_what_their_entries_are() -> None:
    first, second = np.array([[0.0, 0.5], [1.0, 0.1]]), np.array([[1.0, 0.5], [0.0, 2.0]])
    degrees, others = np.array([[4.0, 15.0], [4.0, 8.0]]), np.full((2, 2), 98.0)
    found = BehrensFisher(first, degrees, second, others)
    for at in np.ndindex(2, 2):
        one = BehrensFisher(float(first[at]), float(degrees[at]), float(second[at]), 98.0)
        assert found.sf(1.3)[at] == pytest.approx(float(one.sf(1.3)))
        assert found.isf(0.01)[at] == pytest.approx(float(one.isf(0.01)))


def test_far_out_it_is_longer_than_one_t_and_keeps_its_error() -> None:
    """Members who differ, five of them, and rows: far out Satterthwaite's t is exceeded twice as often as it says."""
    random, count, error = np.random.default_rng(1), 400_000, 5e-4
    own, rows = random.chisquare(4, count) / 4, random.chisquare(98, count) / 98 * 0.15
    distance = np.sqrt(1.15) * random.standard_normal(count)
    degrees = (own + rows) ** 2 / (own**2 / 4 + rows**2 / 98)
    by_one = (stats.t.sf(distance / np.sqrt(own + rows), degrees) < error).mean()
    far = np.flatnonzero(distance > 1.5)
    found = BehrensFisher(np.sqrt(own[far]), np.full(len(far), 4.0), np.sqrt(rows[far]), np.full(len(far), 98.0))
    by_both = (found.sf(distance[far]) < error).sum() / count
    assert by_one > 1.5 * error
    assert by_both < 1.2 * error
