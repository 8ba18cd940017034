"""Changes are told in the metric's own direction: what is said is what the two values show."""

from typing import Any

import numpy as np
import pytest
from tests.contrasts import contrast

from interplay.effects.contrast import Difference, paired_differences
from interplay.effects.wording import measured, tolerated
from interplay.estimates import Sample
from interplay.metrics import Metric
from interplay.metrics.accuracy import Accuracy
from interplay.metrics.accuracy_disparity import AccuracyDisparity
from interplay.metrics.boundary_distance import BoundaryDistance
from interplay.metrics.membership_risk import MembershipRisk
from interplay.metrics.set_size import SetSize
from interplay.quantities import Quantity


def difference(metric: Metric, treated: Sample, control: Sample) -> Difference:
    (found,) = paired_differences(treated, control, metric).values()
    assert isinstance(found, Difference)
    return found


@pytest.mark.parametrize(
    ("metric", "treated", "control", "said"),
    [
        (Accuracy(), 0.6, 0.792, "19.2 points lower"),
        (Accuracy(), 0.792, 0.6, "19.2 points higher"),
        (MembershipRisk(), 0.51, 0.57, ".060 lower"),
        (SetSize(), 1.1, 1.0, "10.0 % larger"),
        (BoundaryDistance(), 1.2, 1.0, "20.0 % larger"),
        (BoundaryDistance(), 0.8, 1.0, "20.0 % smaller"),
    ],
)
def test_what_is_said_is_what_the_values_show(
    kit: Any, metric: Metric, treated: float, control: float, said: str
) -> None:
    found = difference(metric, kit.plain(treated, 0.001, 0.001), kit.plain(control))
    own = Quantity.of(metric).own(found.estimate)
    shown = found.treated / found.control - 1 if metric.relative else found.treated - found.control
    assert own == pytest.approx(shown, abs=1e-3)
    assert measured(found, Quantity.of(metric)).startswith(f"{said} (")


@pytest.mark.parametrize(("treated", "said"), [(0.02, "14.0 points smaller ("), (-0.30, "14.0 points larger (")])
def test_of_a_gap_the_size_changes(treated: float, said: str) -> None:
    """From a gap of 16 points; the one that turns its sign is 14 points larger, not 46 smaller."""
    metric = AccuracyDisparity("race")
    noise = 0.001 * np.random.default_rng(0).standard_normal((8, 61))
    treated_gap, gap = (
        Sample(np.abs(mean + noise), 90, (contrast("a against b", mean + noise, 90),)) for mean in (treated, 0.16)
    )
    assert measured(difference(metric, treated_gap, gap), Quantity.of(metric, gap=True)).startswith(said)


def test_an_interval_over_zero_names_both_directions(kit: Any) -> None:
    found = difference(Accuracy(), kit.plain(0.8, 0.005), kit.plain(0.8))
    assert measured(found, Quantity.of(Accuracy())) == "0.0 points (0.9 lower to 0.9 higher)"


def test_a_tolerated_ratio_is_told_as_the_change_it_allows() -> None:
    assert tolerated(0.1, Quantity.of(BoundaryDistance())) == "9.1 % (a factor of 1.10)"
    assert tolerated(0.05, Quantity.of(SetSize())) == "5.0 %"
    assert tolerated(0.02, Quantity.of(Accuracy())) == "2.0 points"


@pytest.mark.parametrize("metric", [Accuracy(), SetSize(), BoundaryDistance(), MembershipRisk()])
@pytest.mark.parametrize("worse", [-0.4, -0.02, 0.02, 0.4])
def test_a_change_for_the_worse_is_never_told_in_the_direction_that_is_better(metric: Metric, worse: float) -> None:
    own = Quantity.of(metric).own(worse)
    assert (own > 0) is ((worse > 0) is (metric.direction == "lower_is_better"))
    low, high = Quantity.of(metric).ends(worse - 0.01, worse + 0.01)
    assert low is not None and high is not None and low < own < high
