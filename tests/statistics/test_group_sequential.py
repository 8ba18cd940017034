import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interplay.statistics.group_sequential import Looks


@pytest.mark.parametrize(("looks", "two_sided"), [(2, 0.0294), (3, 0.0221), (4, 0.0182), (5, 0.0158), (10, 0.0106)])
def test_equal_steps_give_the_published_levels_of_pocock(looks: int, two_sided: float) -> None:
    """Pocock, 1977, Table 1, for a two-sided level of .05; one side has half of it."""
    planned = Looks(tuple(range(1, looks + 1)))
    assert 2 * planned.nominal(0.025) == pytest.approx(two_sided, abs=0.0002)


def test_all_looks_together_keep_the_level() -> None:
    random, planned = np.random.default_rng(0), Looks((5, 8, 12, 16, 20))
    sums = random.standard_normal((200_000, 20)).cumsum(axis=1)
    scores = np.stack([sums[:, count - 1] / np.sqrt(count) for count in planned.members])
    from scipy import stats

    p_values = stats.norm.sf(scores).min(axis=0)
    for level in (0.05, 0.005):
        assert np.mean(p_values <= planned.nominal(level)) == pytest.approx(level, rel=0.06)
        assert np.mean(planned.adjusted(p_values) <= level) == pytest.approx(level, rel=0.06)


def test_adjusting_undoes_the_nominal_level_and_keeps_the_order() -> None:
    planned = Looks((5, 8, 12, 16, 20))
    for level in (1e-9, 1e-4, 0.05, 0.3):
        assert planned.adjusted(np.array([planned.nominal(level)]))[0] == pytest.approx(level, rel=1e-3)
    p_values = np.logspace(-14, -0.001, 300)
    found = planned.adjusted(p_values)
    assert (np.diff(found) >= 0).all() and (found >= p_values * 0.999).all() and (found <= 1).all()


def test_a_single_look_changes_nothing() -> None:
    p_values = np.array([1e-20, 0.04, 1.0])
    assert Looks.once().nominal(0.05) == 0.05
    assert Looks.once().adjusted(p_values).tolist() == p_values.tolist()


@settings(max_examples=8, deadline=None)
@given(st.lists(st.integers(1, 40), min_size=2, max_size=4, unique=True), st.sampled_from([0.001, 0.01, 0.05]))
def test_a_level_lies_between_that_of_bonferroni_and_that_of_one_look(members: list[int], level: float) -> None:
    planned = Looks(tuple(sorted(members)))
    assert level / len(members) * 0.999 <= planned.nominal(level) <= level * 1.001
    longer = Looks((*planned.members, max(members) + 1))
    assert longer.nominal(level) <= planned.nominal(level) * 1.001, "one look more is paid for"


@pytest.mark.parametrize("members", [(), (0, 5), (5, 5), (8, 5), (-1,)])
def test_looks_that_do_not_grow_are_refused(members: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="growing numbers of members"):
        Looks(members)
