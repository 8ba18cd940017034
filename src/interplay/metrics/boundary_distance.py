"""Boundary distance: the mean distance to the nearest row found that is decided otherwise."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from interplay.aspects import Aspect
from interplay.estimates import NotMeasurable, Sample
from interplay.evidence import Distances, Evidence
from interplay.metrics._mean import averaged
from interplay.metrics._metric import Direction, Metric, Rate


@dataclass(frozen=True)
class BoundaryDistance(Metric):
    """The mean distance to the nearest row found that is decided otherwise.

    boundary_distance = mean over attacked rows of min(smallest attack radius that flips the decision, largest)

    In units of the attack's radius; at least 0; higher is better; differences are judged as ratios. The mean is
    censored: a row that never flips counts with the largest radius tried, so the mean is a lower bound of what the
    attack would find without that limit, and comparable only between runs with the same limit.

    Reference: Tran et al. (2024), "On the effects of fairness to adversarial vulnerability"; Cresswell (2025), section
    3.2.

    Example:
        >>> from interplay.evidence import tabulated
        >>> found = Distances(np.array([0, 1]), np.array([[0.5, 4.0]]), largest=4.0)
        >>> BoundaryDistance().measure(tabulated(labels=[1, 0], exhibits=(found,))).mean
        2.25

    Does not show: whether the decision was right in the first place, nor the true distance: a stronger attack may flip
    a row nearer by.
    """

    aspect: ClassVar[Aspect] = Aspect.ROBUSTNESS
    title: ClassVar[str] = "boundary distance"
    direction: ClassVar[Direction] = "higher_is_better"
    unit: ClassVar[str] = "attack radius"
    bounds: ClassVar[tuple[float, float]] = (0.0, float("inf"))
    tolerance: ClassVar[float] = 0.1
    needs: ClassVar[tuple[type, ...]] = (Distances,)
    relative: ClassVar[bool] = True
    reference: ClassVar[str] = "Tran et al., 2024"

    def measure(self, evidence: Evidence) -> Sample | NotMeasurable:
        found = evidence.ask(Distances)
        if isinstance(found, NotMeasurable):
            return found
        return averaged(evidence, Rate(np.minimum(found.distances, found.largest), rows=found.rows))
