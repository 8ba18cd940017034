"""Candidates with exactly known values and errors."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pytest
from tests.contrasts import contrast

from interplay.aspects import Aspect
from interplay.decision import Decision, decide
from interplay.design.treatment import Treatment
from interplay.estimates import NotMeasurable, Sample
from interplay.evidence import PrivacyGuarantee as Guarantee
from interplay.measurement.measurements import Cell, Measurements
from interplay.metrics import Metric
from interplay.metrics.accuracy_disparity import AccuracyDisparity
from interplay.metrics.balanced_accuracy import BalancedAccuracy
from interplay.metrics.equal_opportunity_difference import EqualOpportunityDifference
from interplay.metrics.membership_exposure import MembershipExposure
from interplay.metrics.privacy_budget import PrivacyBudget
from interplay.metrics.set_size import SetSize
from interplay.study.model import LimitSection, PrioritiesSection

CONTROL = Treatment()
DISPARITY, OPPORTUNITY = "accuracy_disparity/race", "equal_opportunity_difference/race"
METRICS: Mapping[str, Metric] = {
    metric.key: metric
    for metric in (
        BalancedAccuracy(),
        BalancedAccuracy(),
        AccuracyDisparity("race"),
        EqualOpportunityDifference("race"),
        MembershipExposure(),
        PrivacyBudget(),
        SetSize(),
    )
}


def named(name: str) -> Treatment:
    """A treatment from its name; "control" is the empty one."""
    return Treatment(() if name == "control" else tuple(name.split(" + ")))


def shaped(mean: float, from_members: float = 0.001, from_rows: float = 0.001, seed: int = 0) -> Sample:
    """Eight members whose mean has exactly these two standard errors; the draws wander in a seeded order."""
    ladder = np.linspace(-1, 1, 8)
    waves = np.linspace(-1, 1, 60)
    waves = np.r_[0.0, np.random.default_rng(seed).permutation(waves / waves.std(ddof=1))]
    ladder = ladder * np.sqrt(8) / ladder.std(ddof=1)
    return Sample(mean + from_members * ladder[:, None] + from_rows * waves, 400)


def gap(mean: float, *errors: float) -> Sample:
    """A disparity with one contrast."""
    values = shaped(mean, *errors).values
    return Sample(np.abs(values), 100, (contrast("black against white", values, 100),))


Cells = Mapping[tuple[str, str], Sample | NotMeasurable | float]


def two_sided() -> dict[tuple[str, str], float]:
    """Reweighing has the smallest gap, DP-SGD the smallest exposure, the control the best accuracy."""
    return {
        ("control", DISPARITY): 0.20,
        ("reweighing", DISPARITY): 0.05,
        ("dp_sgd", DISPARITY): 0.21,
        ("control", "membership_exposure"): 0.10,
        ("reweighing", "membership_exposure"): 0.10,
        ("dp_sgd", "membership_exposure"): 0.01,
        ("control", "balanced_accuracy"): 0.90,
        ("reweighing", "balanced_accuracy"): 0.85,
        ("dp_sgd", "balanced_accuracy"): 0.80,
    }


@dataclass(frozen=True)
class Kit:
    """Runs a decision on candidates given by name; a bare number is a value with a small error."""

    shaped: Callable[..., Sample] = staticmethod(shaped)
    gap: Callable[..., Sample] = staticmethod(gap)
    named: Callable[[str], Treatment] = staticmethod(named)
    two_sided: Callable[[], dict[tuple[str, str], float]] = staticmethod(two_sided)

    def measurements(
        self,
        cells: Cells,
        collapse: Mapping[str, str] | None = None,
        budgets: Sequence[str] = (),
        constant: Mapping[str, float] | None = None,
    ) -> Measurements:
        samples = {}
        for (name, metric), value in cells.items():
            planted = (gap if "/" in metric else shaped)(value) if isinstance(value, float) else value
            samples[Cell(named(name), "tuned", metric)] = planted
        collapsed = {(named(name), "tuned"): why for name, why in (collapse or {}).items()}
        spent = {named(name): Guarantee(8.0, 1e-4, 4.0, 1.0) for name in budgets}
        return Measurements(samples, METRICS, collapsed, spent, constant or {})  # type: ignore[arg-type]

    def decide(
        self,
        cells: Cells,
        ranking: Sequence[Aspect] = (Aspect.FAIRNESS, Aspect.PRIVACY, Aspect.UTILITY),
        limits: Sequence[LimitSection] = (),
        candidates: Sequence[str] | None = None,
        tolerances: Mapping[str, float] | None = None,
        measured_on: Mapping[tuple[Treatment, str], Treatment] | None = None,
        set_by: str = "the board",
        **more: object,
    ) -> Decision:
        names = candidates or list(dict.fromkeys(name for name, _ in cells))
        measured = self.measurements(cells, **more)  # type: ignore[arg-type]
        priorities = PrioritiesSection(ranking=tuple(ranking), set_by=set_by)
        return decide([named(name) for name in names], measured, priorities, limits, tolerances or {}, measured_on)


@pytest.fixture
def kit() -> Kit:
    return Kit()
