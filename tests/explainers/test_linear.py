"""The linear model of the same scale, against least squares and against models that are linear."""

import numpy as np
import pytest
from scipy.special import expit
from sklearn.linear_model import LinearRegression

from interplay.arrays import Array
from interplay.explainers.linear import linear_models


def rows(seed: int = 0, count: int = 400) -> Array:
    """Three numbers and a category of three values as three columns, which add up to one."""
    draw = np.random.default_rng(seed)
    return np.column_stack([draw.normal(size=(count, 3)), np.eye(3)[draw.integers(3, size=count)]])


def test_a_margin_that_is_linear_is_its_own_line():
    columns = rows()
    margin = 0.7 + columns @ [1.0, -2.0, 0.0, 0.5, -0.5, 3.0]
    found = linear_models(columns, margin[None])
    np.testing.assert_allclose(found.at(columns)[0], expit(margin), atol=1e-9)
    other = rows(1)
    expected = expit(0.7 + other @ [1.0, -2.0, 0.0, 0.5, -0.5, 3.0])
    np.testing.assert_allclose(found.at(other)[0], expected, atol=1e-9)


def test_it_is_the_line_of_scikit_learn_made_as_steep_as_the_margin():
    columns = rows()
    margins = np.stack([np.tanh(columns[:, 0]) + columns[:, 1] * columns[:, 2], columns[:, 1] ** 3 + 2.0])
    found = linear_models(columns, margins)
    for margin, given in zip(margins, found.at(columns), strict=True):
        line = LinearRegression().fit(columns, margin).predict(columns)
        steep = margin.mean() + (line - line.mean()) * margin.std() / line.std()
        np.testing.assert_allclose(given, expit(steep), atol=1e-9)


@pytest.mark.parametrize("factor", [0.01, 100.0])
def test_a_flatter_model_has_a_flatter_line(factor):
    columns = rows()
    margin = np.sin(3 * columns[:, 0]) + columns[:, 1]
    one, other = (linear_models(columns, given[None]).slopes for given in (margin, factor * margin))
    np.testing.assert_allclose(other, factor * one, rtol=1e-9)


def test_a_constant_margin_has_no_slope():
    found = linear_models(rows(), np.full((1, 400), -1.5))
    assert not found.slopes.any()
    np.testing.assert_allclose(found.at(rows(1)), expit(-1.5))


def test_models_do_not_leak_into_each_other():
    columns = rows()
    margins = np.stack([columns[:, 0] ** 2 + columns[:, 1], columns[:, 2]])
    both, alone = linear_models(columns, margins), linear_models(columns, margins[1:])
    np.testing.assert_allclose(both.slopes[1], alone.slopes[0], atol=1e-12)
