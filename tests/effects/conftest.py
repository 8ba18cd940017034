"""Samples with planted effects: row values with a member part, a row part and a residual, under weighted draws."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pytest

from interplay.arrays import Array
from interplay.aspects import Aspect
from interplay.design.comparison import Comparison
from interplay.design.treatment import Treatment
from interplay.estimates import Contrast, NotMeasurable, Sample
from interplay.measurement.measurements import Cell, Measurements, Tuning
from interplay.metrics import Metric
from interplay.metrics.accuracy import Accuracy
from interplay.metrics.accuracy_disparity import AccuracyDisparity
from interplay.metrics.membership_risk import MembershipRisk
from interplay.metrics.set_size import SetSize

CONTROL, TREATED = Treatment(), Treatment(("dp_sgd",))


@dataclass(frozen=True)
class Planter:
    """Makes paired values (member, draw) that share rows and draws, as common random numbers do."""

    seed: int = 0
    members: int = 8
    rows: int = 200
    draws: int = 100

    def values(self, *means: float, member: float = 0.0, row: float = 0.0, residual: float = 0.0) -> list[Array]:
        """One array for each mean; the first has the three random parts on top, the others share none of them."""
        random = np.random.default_rng(self.seed)
        weights = np.vstack([np.ones(self.rows), random.exponential(size=(self.draws, self.rows))])
        level = random.standard_normal(self.rows) - 0.0
        noise = (
            member * random.standard_normal((self.members, 1))
            + row * random.standard_normal(self.rows)
            + residual * random.standard_normal((self.members, self.rows))
        )
        base = 0.05 * level
        share = weights.T / weights.sum(axis=1)
        first, *others = means
        return [(base + noise + first) @ share, *(np.repeat((base + mean)[None] @ share, self.members, 0) for mean in others)]


def sample(values: Array, support: int = 200) -> Sample:
    """A sample without contrasts."""
    return Sample(values, support)


def gaps(support: int = 200, **values: Array) -> Sample:
    """A disparity whose contrasts have these values."""
    contrasts = tuple(Contrast(f"{name} against white", value, support) for name, value in values.items())
    return Sample(np.max(np.abs([one.values for one in contrasts]), axis=0), support, contrasts)


METRICS: Mapping[str, Metric] = {
    metric.key: metric for metric in (Accuracy(), AccuracyDisparity("race"), MembershipRisk(), SetSize())
}


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

    planter: type[Planter] = Planter
    sample: Callable[..., Sample] = staticmethod(sample)
    gaps: Callable[..., Sample] = staticmethod(gaps)
    measurements: Callable[..., Measurements] = staticmethod(measurements)
    comparison: Callable[..., Comparison] = staticmethod(comparison)


@pytest.fixture
def kit() -> Kit:
    return Kit()
