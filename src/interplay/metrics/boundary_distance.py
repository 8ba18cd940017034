"""Boundary distance: how far rightly decided rows lie from the nearest row that is decided otherwise."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from interplay.aspects import Aspect
from interplay.estimates import NotMeasurable, Sample
from interplay.evidence import Distances, Evidence, Exhibit, RightlyDecided
from interplay.metrics._classes import FEWEST, class_means
from interplay.metrics._metric import Direction, Metric


@dataclass(frozen=True)
class BoundaryDistance(Metric):
    """How far rightly decided rows lie from the nearest point found that is decided otherwise, averaged over classes.

    boundary_distance = mean over classes c of [mean over rightly decided rows with label c of min(distance, largest)]

    Two treatments are compared on the rows that both decide rightly, so that a model which says one thing more often
    gains nothing by it. In standard deviations of the encoded columns; at least 0; higher is better; differences are
    judged as ratios. A row that never flips counts with the largest distance tried, so that values are comparable only
    between runs with the same limit. A class with fewer than 50 such rows a member is not judged, and then neither is
    the mean.

    Reference: Tran et al. (2024), "On the effects of fairness to adversarial vulnerability"; Cresswell (2025), section
    3.2.

    Example:
        >>> from interplay.evidence import tabulated
        >>> labels = [0] * 50 + [1] * 150
        >>> found = Distances(np.arange(200), np.array([[0.5] * 50 + [4.0] * 150]), largest=4.0)
        >>> BoundaryDistance().measure(tabulated(labels=labels, decisions=labels, exhibits=(found,))).mean
        2.25

    Does not show: how many rows are decided rightly at all, nor the true distance: a stronger attack may flip a row
    nearer by.
    """

    aspect: ClassVar[Aspect] = Aspect.ROBUSTNESS
    title: ClassVar[str] = "boundary distance"
    direction: ClassVar[Direction] = "higher_is_better"
    unit: ClassVar[str] = "standard deviations"
    bounds: ClassVar[tuple[float, float]] = (0.0, float("inf"))
    tolerance: ClassVar[float] = 0.1
    needs: ClassVar[tuple[type[Exhibit], ...]] = (Distances, RightlyDecided)
    relative: ClassVar[bool] = True
    paired: ClassVar[bool] = True
    reference: ClassVar[str] = "Tran et al., 2024"

    def measure(self, evidence: Evidence) -> Sample | NotMeasurable:
        found, decided = evidence.ask(Distances), evidence.ask(RightlyDecided)
        if isinstance(found, NotMeasurable):
            return found
        if isinstance(decided, NotMeasurable):
            return decided
        right = decided.right[:, found.rows]
        means = class_means(evidence, np.minimum(found.distances, found.largest), found.rows, right, FEWEST)
        if isinstance(means, NotMeasurable):
            return NotMeasurable(f"rightly decided rows with a distance: {means.reason}")
        return Sample(np.mean(means, axis=0), evidence.support(right, found.rows))
