from typing import Any

import numpy as np
import pytest
from scipy import stats

from interplay.aspects import Aspect
from interplay.estimates import Sample

UTILITY = (Aspect.UTILITY,)


def against_a_point(kit: Any, sample: Sample, best: float = 0.95) -> Any:
    """The control against one that is better for sure: the control wins while its loss is not shown."""
    point = Sample(np.full(sample.values.shape, best), 400)
    return kit.decide({("control", "accuracy"): sample, ("reweighing", "accuracy"): point}, UTILITY)


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
        ("control", "accuracy"): kit.shaped(0.90, 0.05, 0.05),
        ("dp_sgd", "accuracy"): kit.shaped(0.80, 0.05, 0.05),
    }
    assert kit.decide(cells, UTILITY).stability == 1.0


def test_nothing_measured_on_two(kit: Any) -> None:
    assert kit.decide({("control", "accuracy"): 0.9}, UTILITY).stability is None
