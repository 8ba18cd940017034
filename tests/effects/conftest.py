"""Samples with an exactly known estimate and error, and measurements made of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pytest
from tests.contrasts import contrast

from interplay.arrays import Array
from interplay.aspects import Aspect
from interplay.design.comparison import Comparison
from interplay.design.treatment import Treatment
from interplay.estimates import NotMeasurable, Sample
from interplay.measurement.measurements import Cell, Measurements, Tuning
from interplay.metrics import Metric
from interplay.metrics.accuracy import Accuracy
from interplay.metrics.accuracy_disparity import AccuracyDisparity
from interplay.metrics.balanced_accuracy import BalancedAccuracy
from interplay.metrics.collapse import Collapse
from interplay.metrics.membership_risk import MembershipRisk
from interplay.metrics.set_size import SetSize

CONTROL, TREATED = Treatment(), Treatment(("dp_sgd",))
METRICS: Mapping[str, Metric] = {
    metric.key: metric
    for metric in (
        Accuracy(),
        AccuracyDisparity("race"),
        BalancedAccuracy(),
        Collapse(),
        MembershipRisk(),
        SetSize(),
    )
}


def shaped(mean: float, from_members: float = 0.0, from_rows: float = 0.0, members: int = 8, draws: int = 60) -> Array:
    """Values whose mean has exactly these two standard errors."""
    ladder = np.linspace(-1, 1, members)
    waves = np.r_[0.0, np.linspace(-1, 1, draws)]
    ladder = ladder * from_members * np.sqrt(members) / ladder.std(ddof=1)
    return mean + ladder[:, None] + waves * from_rows / waves[1:].std(ddof=1)


def plain(*shape: float, support: int = 400) -> Sample:
    """A sample without contrasts."""
    return Sample(shaped(*shape), support)


def gap(*shape: float, support: int = 68) -> Sample:
    """A disparity with one contrast."""
    values = shaped(*shape)
    return Sample(np.abs(values), support, (contrast("black against white", values, support),))


def measurements(
    cells: Mapping[tuple[Treatment, Tuning, str], Sample | NotMeasurable],
    collapse: Mapping[tuple[Treatment, Tuning], str] | None = None,
) -> Measurements:
    """Measurements of these cells."""
    return Measurements({Cell(*place): found for place, found in cells.items()}, METRICS, collapse or {}, {})


def comparison(metric: str = "accuracy", target: Aspect = Aspect.UTILITY, **changes: object) -> Comparison:
    """DP-SGD against the control on one metric."""
    given: dict[str, object] = {
        "treatment": TREATED,
        "baseline": CONTROL,
        "metric": metric,
        "baseline_metric": metric,
        "applied": ("dp_sgd",),
        "source": (Aspect.PRIVACY,),
        "target": target,
    }
    return Comparison(**{**given, **changes})  # type: ignore[arg-type]


@dataclass(frozen=True)
class Kit:
    """The makers above, handed to tests."""

    control: Treatment = CONTROL
    treated: Treatment = TREATED
    plain: Callable[..., Sample] = staticmethod(plain)
    gap: Callable[..., Sample] = staticmethod(gap)
    measurements: Callable[..., Measurements] = staticmethod(measurements)
    comparison: Callable[..., Comparison] = staticmethod(comparison)

    def pair(
        self, treated: Sample | NotMeasurable, control: Sample, metric: str = "accuracy", **more: object
    ) -> Measurements:
        """Measurements of one metric on both treatments, re-tuned."""
        cells = {(TREATED, "tuned", metric): treated, (CONTROL, "tuned", metric): control}
        return measurements(cells, **more)  # type: ignore[arg-type]


@pytest.fixture
def kit() -> Kit:
    return Kit()
