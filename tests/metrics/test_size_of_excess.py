import numpy as np
import pytest

from interplay.metrics._size_of_excess import bias, bias_left, size


@pytest.mark.parametrize("true", [0.0, 0.3, 0.7, 1.0, 1.5, 2.5, 4.0])
def test_the_bias_is_that_of_many_repetitions(true: float) -> None:
    seen = true + np.random.default_rng(0).standard_normal(400_000)
    assert size(seen).mean() - true == pytest.approx(float(bias(np.array(true))), abs=0.006)
    assert -0.22 < float(bias(np.array(true))) < 0.225


def test_the_bias_left_holds_that_of_every_true_excess_near_the_one_seen() -> None:
    seen = np.array([0.0, 1.0, 2.5, 4.0, 6.0])
    below, above = bias_left(seen)
    for at, one in enumerate(seen):
        near = bias(np.linspace(max(one - 2, 0), one + 2, 401))
        assert below[at] >= -near.min() - 1e-3 and above[at] >= near.max() - 1e-3
    assert (np.diff(below) <= 0).all() and (np.diff(above) <= 0).all()
    assert max(below[-1], above[-1]) < 0.002
