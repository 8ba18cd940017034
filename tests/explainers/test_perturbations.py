import numpy as np
import pytest
from scipy import stats

from interplay.arrays import Array, Bool, Float
from interplay.errors import DataError
from interplay.explainers.perturbations import fit, truncated_normal

NUMERIC = np.array([False])
CATEGORICAL = np.array([True])


def table(rows: int = 4000) -> tuple[Float[Array, "row feature"], Bool[Array, " feature"]]:
    generator = np.random.default_rng(0)
    skewed = generator.lognormal(size=rows)
    spike = np.where(generator.random(rows) < 0.6, 0.0, generator.normal(5.0, 1.0, rows))
    holes = np.where(generator.random(rows) < 0.2, np.nan, generator.normal(size=rows))
    whole = generator.integers(1, 5, rows).astype(float)
    city = generator.choice([-1.0, 0.0, 7.0], rows, p=[0.1, 0.6, 0.3])
    return np.stack([skewed, spike, holes, whole, city], axis=1), np.array([False, False, False, False, True])


def test_quartile_bins_hold_their_upper_end() -> None:
    discretizer = fit(np.arange(1.0, 6.0)[:, None], NUMERIC)
    # Quartiles 2, 3, 4: (-inf, 2], (2, 3], (3, 4], (4, inf).
    values = np.array([[-9.0], [2.0], [2.1], [3.0], [4.0], [4.1], [99.0]])
    assert discretizer.codes(values)[:, 0].tolist() == [0, 0, 1, 1, 2, 3, 3]


def test_drawn_values_lie_in_their_bins() -> None:
    raw, categorical = table()
    discretizer = fit(raw, categorical)
    pool = discretizer.draw(5000, np.random.default_rng(1))
    np.testing.assert_array_equal(discretizer.codes(pool.raw), pool.bins)
    assert pool.raw.shape == (5000, 5)
    assert (np.nanmin(pool.raw, axis=0) >= np.nanmin(raw, axis=0)).all()
    assert (np.nanmax(pool.raw, axis=0) <= np.nanmax(raw, axis=0)).all()


def test_frequencies_are_those_of_training() -> None:
    raw, categorical = table()
    discretizer = fit(raw, categorical)
    codes, drawn = discretizer.codes(raw), discretizer.draw(40_000, np.random.default_rng(2)).bins
    for feature in range(raw.shape[1]):
        for code in np.unique(codes[:, feature]):
            assert (drawn[:, feature] == code).mean() == pytest.approx((codes[:, feature] == code).mean(), abs=0.01)
    assert np.isnan(discretizer.draw(100, np.random.default_rng(3)).raw[:, 2]).any()


def test_features_are_drawn_independently() -> None:
    first = np.random.default_rng(4).normal(size=3000)
    discretizer = fit(np.stack([first, first], axis=1), np.array([False, False]))
    raw = discretizer.draw(5000, np.random.default_rng(5)).raw
    assert abs(np.corrcoef(raw.T)[0, 1]) < 0.05


def test_the_spike_of_a_column_is_kept() -> None:
    raw, categorical = table()
    drawn = fit(raw, categorical).draw(5000, np.random.default_rng(6)).raw[:, 1]
    assert (drawn == 0.0).mean() == pytest.approx((raw[:, 1] == 0.0).mean(), abs=0.03)


@pytest.mark.parametrize("value", [0.1, -3.0])
def test_a_constant_column_stays_constant(value: float) -> None:
    pool = fit(np.full((50, 1), value), NUMERIC).draw(20, np.random.default_rng(7))
    assert (pool.raw == value).all()
    assert (pool.bins == 0).all()


def test_a_column_without_values_stays_missing() -> None:
    discretizer = fit(np.full((5, 1), np.nan), NUMERIC)
    assert np.isnan(discretizer.draw(4, np.random.default_rng(8)).raw).all()
    assert discretizer.codes(np.array([[np.nan], [1.0]]))[:, 0].tolist() == [1, 0]


def test_truncated_normal_is_that_of_scipy() -> None:
    share = np.linspace(0.001, 0.999, 50)
    found = truncated_normal(share, *(np.full(50, value) for value in (1.0, 2.0, 0.0, 5.0)))
    np.testing.assert_allclose(found, stats.truncnorm.ppf(share, -0.5, 2.0, loc=1.0, scale=2.0), rtol=1e-9)


def test_same_generator_same_pool() -> None:
    discretizer = fit(*table())
    first, second = (discretizer.draw(50, np.random.default_rng(9)) for _ in range(2))
    np.testing.assert_array_equal(first.raw, second.raw)


@pytest.mark.parametrize(
    ("raw", "categorical", "message"),
    [
        (np.empty((0, 1)), NUMERIC, "no row"),
        (np.array([[1.0], [np.inf]]), NUMERIC, "infinite"),
        (np.array([[1.5]]), CATEGORICAL, "whole category numbers"),
        (np.array([[np.nan]]), CATEGORICAL, "-1 where one is missing"),
    ],
)
def test_refuses(raw: Float[Array, "row feature"], categorical: Bool[Array, " feature"], message: str) -> None:
    with pytest.raises(DataError, match=message):
        fit(raw, categorical)
