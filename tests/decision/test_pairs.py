import numpy as np
import pytest

from interplay.decision.pairs import paired
from interplay.statistics.crossed_interval import Interval, crossed_interval
from interplay.statistics.variance_shrinkage import Prior

FIELDS = (
    "estimate",
    "from_members",
    "from_rows",
    "residual",
    "member_degrees",
    "row_degrees",
    "standard_error",
    "third_from_rows",
    "sign_settled",
)


def drawn(seed: int, members: int) -> np.ndarray:
    random = np.random.default_rng(seed)
    return random.standard_normal((members, 1)) + random.standard_normal(21) + random.standard_normal((members, 21))


@pytest.mark.parametrize("signs", [(1, 1), (1, -1), (-1, 1), (-1, -1)])
def test_every_pair_is_the_crossed_interval_of_its_difference(signs: tuple[int, int]) -> None:
    values, supports = [drawn(seed, members) for seed, members in enumerate((5, 8, 5, 16, 8))], [50, 60, 70, 80, 90]
    found = paired(values, supports).differences(*signs)
    for i, first in enumerate(values):
        for j, second in enumerate(values):
            if i != j:
                both = min(len(first), len(second))
                wanted = crossed_interval(
                    signs[0] * first[:both] - signs[1] * second[:both], min(supports[i], supports[j])
                )
                for name in FIELDS:
                    assert getattr(found, name)[i, j] == pytest.approx(getattr(wanted, name)), name
                assert found.p_above(0.3)[i, j] == pytest.approx(wanted.p_above(0.3))
                assert found.low(0.05)[i, j] == pytest.approx(wanted.low, abs=4e-6 * (wanted.estimate - wanted.low))


def test_the_values_themselves() -> None:
    values = [drawn(0, 5), drawn(1, 8)]
    found = paired(values, [50, 60]).own()
    wanted: Interval = crossed_interval(values[1][:5], 50)
    assert found.standard_error[1, 0] == pytest.approx(wanted.standard_error)
    assert found.standard_error[1, 1] == pytest.approx(crossed_interval(values[1], 60).standard_error)


def test_equal_candidates_are_a_point() -> None:
    values = 1e3 + drawn(0, 5)
    found = paired([values, values + 0.5], [50, 50]).differences()
    assert found.standard_error[1, 0] == 0
    assert (found.p_above(0.4)[1, 0], found.p_above(0.6)[1, 0]) == (0.0, 1.0)


def test_moderated_like_single_intervals() -> None:
    values, prior = [drawn(0, 5), drawn(1, 5)], Prior(variance=2.0, degrees=6.0, cap=30.0)
    found = paired(values, [50, 50]).differences().moderated(prior)
    wanted = crossed_interval(values[0] - values[1], 50).moderated(prior)
    assert found.standard_error[0, 1] == pytest.approx(wanted.standard_error)
    assert found.member_degrees[0, 1] == pytest.approx(wanted.member_degrees)
