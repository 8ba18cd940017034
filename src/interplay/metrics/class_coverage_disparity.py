"""Class coverage disparity: the largest difference between classes in how often the prediction set holds the label."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import ClassVar

import numpy as np

from interplay.arrays import Array, Float
from interplay.aspects import Aspect
from interplay.estimates import Contrast, NotMeasurable, Sample
from interplay.evidence import Evidence, Exhibit, PredictionSets
from interplay.metrics._classes import class_means
from interplay.metrics._metric import Direction, Metric
from interplay.metrics._sets import covered

MOST_CLASSES = 10


@dataclass(frozen=True)
class ClassCoverageDisparity(Metric):
    """The largest difference between classes in how often the prediction set holds the label.

    class_coverage_disparity = max over classes a, b of [coverage(a) - coverage(b)],
    coverage(a) = share of the rows with label a whose prediction set holds it

    Between 0 and 1; lower is better; 0 where no class is missed more often than another. Not measurable when a class
    has fewer rows than a group needs, or with more than ten classes.

    Reference: Ding et al. (2024), "Class-conditional conformal prediction with many classes", section 1; Sadinle et al.
    (2019).

    Example:
        >>> from interplay.evidence import tabulated
        >>> scores, marginal = np.array([[[0.9, 0.1], [0.2, 0.8], [0.3, 0.7], [0.1, 0.9]]]), np.array([[[0.5]]])
        >>> sets = PredictionSets(scores, marginal, np.zeros(4, dtype=int), miscoverage=0.1)
        >>> evidence = tabulated(labels=[1, 1, 0, 0], exhibits=(sets,))
        >>> ClassCoverageDisparity().measure(evidence).mean
        0.5

    Does not show: which of the two is missed (see the contrasts), the coverage of either, nor what equal coverage costs
    in set_size. It is not 0 for classes alike either: few rows alone make coverage differ, so tests use the signed
    contrasts.
    """

    aspect: ClassVar[Aspect] = Aspect.UNCERTAINTY
    title: ClassVar[str] = "class coverage disparity"
    direction: ClassVar[Direction] = "lower_is_better"
    unit: ClassVar[str] = "share of rows"
    bounds: ClassVar[tuple[float, float]] = (0.0, 1.0)
    tolerance: ClassVar[float] = 0.03
    needs: ClassVar[tuple[type[Exhibit], ...]] = (PredictionSets,)
    reference: ClassVar[str] = "Ding et al., 2024"

    def measure(self, evidence: Evidence) -> Sample | NotMeasurable:
        sets, rows = evidence.ask(PredictionSets), evidence.rows
        if isinstance(sets, NotMeasurable):
            return sets
        if rows.classes > MOST_CLASSES:
            return NotMeasurable(f"{rows.classes} classes, at most {MOST_CLASSES} are compared two by two")
        means = class_means(evidence, covered(evidence, sets).values)
        if isinstance(means, NotMeasurable):
            return means
        supports = [evidence.support(rows.labels == label) for label in range(rows.classes)]
        if min(supports) < rows.minimum_support:
            fewest = int(np.argmin(supports))
            return NotMeasurable(f"class {fewest} has {supports[fewest]} of at least {rows.minimum_support} rows")
        stacked = np.stack(means)
        return Sample(stacked.max(axis=0) - stacked.min(axis=0), min(supports), tuple(_pairs(means, supports)))


def _pairs(means: Sequence[Float[Array, "member draw"]], supports: Sequence[int]) -> Iterator[Contrast]:
    """Every pair of classes: the coverage of the first less that of the other."""
    for first, other in combinations(range(len(means)), 2):
        support = min(supports[first], supports[other])
        yield Contrast(f"class {other}", means[first] - means[other], support, f"class {first}")
