"""The table of reaches: against Newton's method, between its own panels, and where an error is zero."""

import numpy as np
import pytest
from scipy import stats

from interplay.statistics.behrens_fisher import BehrensFisher
from interplay.statistics.isf_table import TOP, IsfTable

ANGLES = np.linspace(0, np.pi / 2, 41)


def pairs(first: float, second: float) -> BehrensFisher:
    shape = ANGLES.shape
    return BehrensFisher(0.03 * np.cos(ANGLES), np.full(shape, first), 0.03 * np.sin(ANGLES), np.full(shape, second))


@pytest.mark.parametrize("first", [3.0, 4.0, 5.0, 8.0, 15.0, 40.0])
@pytest.mark.parametrize("second", [15.0, 98.0, 190.0])
@pytest.mark.parametrize("error", [0.3, TOP, 0.05, 0.009, 0.0078125, 0.004, 0.00101])
def test_it_is_newtons_method(first: float, second: float, error: float) -> None:
    both = pairs(first, second)
    near = 4e-6 if error > 0.008 else 1e-4 if first >= 5 else 1e-3
    assert IsfTable(both).at(error) == pytest.approx(both.isf(error), rel=near)


def test_an_error_that_is_zero_leaves_the_other_alone() -> None:
    alone = BehrensFisher(np.array([2.0, 0.0]), np.full(2, 6.0), np.array([0.0, 3.0]), np.full(2, 98.0))
    assert IsfTable(alone).at(0.01) == pytest.approx([2 * stats.t.isf(0.01, 6), 3 * stats.t.isf(0.01, 98)], rel=1e-12)
    nothing = BehrensFisher(np.zeros(2), np.full(2, 6.0), np.zeros(2), np.full(2, 98.0))
    assert (IsfTable(nothing).at(0.01) == 0).all()


def test_many_degrees_of_freedom_at_once() -> None:
    degrees = np.array([[4.0, 15.0, 4.0], [8.0, 15.0, 23.5]])
    both = BehrensFisher(np.full((2, 3), 0.4), degrees, np.array([[0.1, 1.0, 0.5]] * 2), np.full((2, 3), 98.0))
    for error in (0.05, 0.003):
        assert IsfTable(both).at(error) == pytest.approx(both.isf(error), rel=1e-4)


def test_a_smaller_error_reaches_further() -> None:
    reaches = IsfTable(pairs(7.3, 120.0))
    found = np.array([reaches.at(error) for error in np.geomspace(1e-4, 0.4, 300)])
    assert (np.diff(found, axis=0) < 0).all()
