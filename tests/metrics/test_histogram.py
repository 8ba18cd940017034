import numpy as np

from interplay.metrics._histogram import histograms


def test_it_equals_a_weighted_bincount():
    generator = np.random.default_rng(0)
    bins = generator.integers(7, size=(3, 50))
    amounts = generator.normal(size=(3, 50)) * (generator.random((3, 50)) < 0.6)
    weights = generator.exponential(size=(4, 50))
    found = histograms(bins, amounts, weights, 7)
    for member in range(3):
        for draw in range(4):
            expected = np.bincount(bins[member], weights=amounts[member] * weights[draw], minlength=7)
            np.testing.assert_allclose(found[member, :, draw], expected, atol=1e-12)


def test_a_member_without_rows_has_an_empty_histogram():
    assert not histograms(np.zeros((1, 4), dtype=int), np.zeros((1, 4)), np.ones((2, 4)), 3).any()
