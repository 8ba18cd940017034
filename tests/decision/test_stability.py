from typing import Any

import numpy as np
import pytest
from scipy import stats

from interplay.aspects import Aspect
from interplay.estimates import NotMeasurable, Sample
from interplay.study.model import LimitSection

UTILITY = (Aspect.UTILITY,)


def against_a_point(kit: Any, sample: Sample, best: float = 0.95) -> Any:
    """The control against one that is better for sure: the control wins while its loss is not shown."""
    point = Sample(np.full(sample.values.shape, best), 400)
    return kit.decide({("control", "balanced_accuracy"): sample, ("reweighing", "balanced_accuracy"): point}, UTILITY)


@pytest.mark.parametrize("mean", [0.92, 0.91, 0.90])
def test_other_members_by_the_t_distribution(kit: Any, mean: float) -> None:
    """A loss of L with error s from 8 members is shown where L + s t > 0.02 + q s."""
    found = against_a_point(kit, kit.shaped(mean, 0.01, 0.0))
    shown = stats.t(7).sf((0.02 + stats.t(7).ppf(0.95) * 0.01 - (0.95 - mean)) / 0.01)
    won = found.treatment == kit.named("control")
    assert found.stability == pytest.approx(1 - shown if won else shown, abs=0.03)
    assert 0.1 < found.stability < 0.99


def test_other_rows_by_their_draws(kit: Any) -> None:
    """The waves of the kit are uniform; a loss is shown in the share of draws that lift it above the bound."""
    sample = kit.shaped(0.915, 0.0, 0.01)
    waves = 0.915 - sample.values[:, 1:].mean(axis=0)
    freedom = 1 / (1 / (60 - 1) + 1 / 399)
    shown = (0.95 - 0.915 + waves > 0.02 + stats.t(freedom).ppf(0.95) * 0.01).mean()
    assert 1 - against_a_point(kit, sample).stability == pytest.approx(shown, abs=0.02)


def test_what_candidates_share_does_not_count(kit: Any) -> None:
    """Two candidates with the same members and rows move together, however wide each of them is."""
    cells = {
        ("control", "balanced_accuracy"): kit.shaped(0.90, 0.05, 0.05),
        ("dp_sgd", "balanced_accuracy"): kit.shaped(0.80, 0.05, 0.05),
    }
    assert kit.decide(cells, UTILITY).stability == 1.0


def test_nothing_measured_on_two(kit: Any) -> None:
    assert kit.decide({("control", "balanced_accuracy"): 0.9}, UTILITY).stability is None


def test_a_limit_that_is_hardly_kept_is_not_kept_again_for_sure(kit: Any) -> None:
    """The winner's mean has an error of 0.01 from 8 members, and models around it of 0.01 * sqrt(8)."""
    limit = LimitSection(metric="balanced_accuracy", at_least=0.80)
    spread = 0.01 * np.sqrt(8 + 1)
    mean = 0.80 + spread * stats.t(7).ppf(0.95) + 0.004
    cells = {
        ("reweighing", "balanced_accuracy"): kit.shaped(mean, 0.01, 0.0),
        ("control", "balanced_accuracy"): kit.shaped(0.80, 0.0, 0.0),
    }
    cells["control", "balanced_accuracy"] = Sample(np.full((8, 61), mean - 0.03), 400)
    found = kit.decide(cells, UTILITY, [limit], tolerances={"balanced_accuracy": 0.5}, candidates=["reweighing"])
    assert found.treatment == kit.named("reweighing")
    assert found.stability == pytest.approx(stats.t(7).cdf(0.4), abs=0.03)


def test_the_same_two_limits_go_by_the_correction(kit: Any) -> None:
    """Beside a limit that is kept with 0.97, one that is kept for sure alone has to be kept with 0.975."""
    sample = kit.shaped(0.9, 0.01, 0.0)
    spread = 0.01 * np.sqrt(8 + 1)
    wide = LimitSection(metric="balanced_accuracy", at_least=0.9 - spread * stats.t(7).ppf(0.98))
    one = kit.decide({("a", "balanced_accuracy"): sample}, UTILITY, [wide]).stability
    open_too = LimitSection(metric="set_size", at_most=1.2 + spread * stats.t(7).ppf(0.98))
    both = {("a", "balanced_accuracy"): sample, ("a", "set_size"): kit.shaped(1.2, 0.01, 0.0)}
    two = kit.decide(both, UTILITY, [wide, open_too]).stability
    assert one == pytest.approx(
        stats.t(7).cdf((spread / 0.01) * (stats.t(7).ppf(0.98) - stats.t(7).ppf(0.95))), abs=0.03
    )
    moved = stats.t(7).ppf((np.arange(2_000) + 0.5) / 2_000) * 0.01 / spread
    kept = [stats.t(7).cdf(stats.t(7).ppf(0.98) + sign * moved) for sign in (1, -1)]
    wanted = ((np.max(kept, axis=0) >= 0.975) & (np.min(kept, axis=0) >= 0.95)).mean()
    assert two == pytest.approx(wanted, abs=0.03)
    assert two < one - 0.03


def test_nobody_admissible_again(kit: Any) -> None:
    cells = {
        ("a", "balanced_accuracy"): 0.7,
        ("b", "balanced_accuracy"): 0.6,
        ("c", "balanced_accuracy"): NotMeasurable("no test rows"),
    }
    found = kit.decide(cells, UTILITY, [LimitSection(metric="balanced_accuracy", at_least=0.9)])
    assert (found.treatment, found.stability) == (None, 1.0)
    near = kit.decide(
        {("a", "balanced_accuracy"): kit.shaped(0.90, 0.02, 0.0)},
        UTILITY,
        [LimitSection(metric="balanced_accuracy", at_least=0.85)],
    )
    assert near.treatment is None
    assert 0.5 < near.stability < 1
