import numpy as np
import pytest
from scipy import stats

from interplay.statistics.multiplicity import benjamini_hochberg, holm


@pytest.mark.parametrize("count", [1, 2, 7, 60])
def test_benjamini_hochberg_agrees_with_scipy(count: int) -> None:
    p_values = np.random.default_rng(count).uniform(size=count) ** 2
    assert benjamini_hochberg(p_values) == pytest.approx(stats.false_discovery_control(p_values, method="bh"))


def test_holm_known_answer() -> None:
    p_values = np.array([0.0423, 0.0010, 0.0310, 0.0096, 0.5])
    assert holm(p_values) == pytest.approx([0.0930, 0.0050, 0.0930, 0.0384, 0.5])


def test_holm_against_its_definition() -> None:
    p_values = np.random.default_rng(1).uniform(size=20) ** 3
    adjusted = holm(p_values)
    for level in (0.01, 0.05, 0.2):
        rejected = set()
        for step, place in enumerate(np.argsort(p_values)):
            if p_values[place] > level / (20 - step):
                break
            rejected.add(int(place))
        assert set(np.flatnonzero(adjusted <= level)) == rejected


def test_ties_and_bounds() -> None:
    p_values = np.array([0.9, 0.02, 0.02, 1.0])
    for adjust in (holm, benjamini_hochberg):
        adjusted = adjust(p_values)
        assert adjusted[1] == adjusted[2]
        assert (adjusted >= p_values).all()
        assert (adjusted <= 1).all()


def test_no_tests_at_all() -> None:
    assert holm(np.array([])).shape == benjamini_hochberg(np.array([])).shape == (0,)
