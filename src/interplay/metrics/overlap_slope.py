"""Overlap slope: how much more often classes are decided wrongly that reach further towards another class."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from interplay.aspects import Aspect
from interplay.estimates import NotMeasurable, Sample
from interplay.evidence import ClassOverlap, Evidence, Exhibit, Predictions
from interplay.metrics._classes import class_means
from interplay.metrics._metric import Direction, Metric
from interplay.metrics._slope import FEWEST_CLASSES, standardised, why_no_slope


@dataclass(frozen=True)
class OverlapSlope(Metric):
    """How much more often a class is decided wrongly that overlaps by one standard deviation more.

    overlap_slope = slope of the least-squares line through (z(c), error(c)) over classes c,
    error(c) = share of the rows with label c that are decided otherwise, z(c) = (overlap(c) - mean) / SD over classes,
    overlap(c) = max over other classes d of [SD of the rows of c along the line to the mean of d / distance of both means]

    Overlaps are those of the encoded rows of the pool, so that no model enters them. Between -1 and 1; lower is better; 0
    where errors do not rise with overlap. The slope of what a treatment costs each class is its slope less that of the
    control, since both are slopes on the same overlaps. Not measurable with fewer than six classes, or where a class has
    fewer rows than a group needs.

    Reference: Benz et al. (2021), "Robustness may be at odds with fairness", on classes that lie close; the measure is our
    own.

    Example:
        >>> import numpy as np
        >>> from interplay.evidence import tabulated
        >>> labels = [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
        >>> wrong = [0, 0, 1, 1, 2, 2, 3, 0, 4, 0, 5, 0]
        >>> overlap = ClassOverlap(np.array([0.1, 0.1, 0.1, 0.3, 0.3, 0.3]))
        >>> round(OverlapSlope().measure(tabulated(labels, wrong, exhibits=(overlap,))).mean, 9)
        0.25

    Does not show: whether overlap is the cause: among a few classes something else may go with it. Overlap along a
    direction other than those between two means is not seen. Overlaps stay as they are in all row draws.
    """

    aspect: ClassVar[Aspect] = Aspect.FAIRNESS
    title: ClassVar[str] = "errors of classes that overlap"
    direction: ClassVar[Direction] = "lower_is_better"
    unit: ClassVar[str] = "error per SD of overlap"
    bounds: ClassVar[tuple[float, float]] = (-1.0, 1.0)
    tolerance: ClassVar[float] = 0.01
    needs: ClassVar[tuple[type[Exhibit], ...]] = (Predictions, ClassOverlap)
    reference: ClassVar[str] = "Benz et al., 2021"
    fewest_classes: ClassVar[int] = FEWEST_CLASSES

    def measure(self, evidence: Evidence) -> Sample | NotMeasurable:
        predictions, overlap = evidence.ask(Predictions), evidence.ask(ClassOverlap)
        if isinstance(predictions, NotMeasurable):
            return predictions
        if isinstance(overlap, NotMeasurable):
            return overlap
        if (why := why_no_slope(evidence)) is not None:
            return why
        places = standardised(overlap.overlap)
        if places is None:
            return NotMeasurable("all classes overlap alike")
        accuracies = class_means(evidence, predictions.right(evidence.rows))
        if isinstance(accuracies, NotMeasurable):
            return accuracies
        values = -np.tensordot(places, np.stack(accuracies), axes=1) / len(places)
        return Sample(np.asarray(values), evidence.support())
