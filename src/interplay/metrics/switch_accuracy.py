"""Switch accuracy: the share of rows decided correctly whatever single category is switched."""

from dataclasses import dataclass
from typing import ClassVar

from interplay.aspects import Aspect
from interplay.estimates import NotMeasurable, Sample
from interplay.evidence import CategoryFlips, Evidence, Exhibit
from interplay.metrics._mean import averaged
from interplay.metrics._metric import Direction, Metric, Rate


@dataclass(frozen=True)
class SwitchAccuracy(Metric):
    """The share of rows decided correctly whatever single category is switched.

    switch_accuracy = mean over attacked rows of [decision = label, as the row is and for every other value of any one
    categorical column]

    Every value is tried, so nothing is left to the strength of an attack. Between 0 and 1; higher is better.

    Reference: Yang et al. (2020), "Greedy attack and Gumbel attack: generating adversarial examples for discrete data",
    for attacks that replace one discrete feature; Cresswell (2025), section 2.3.

    Example:
        >>> import numpy as np
        >>> from interplay.evidence import tabulated
        >>> switched = CategoryFlips(np.array([0, 2]), np.array([[True, False]]))
        >>> SwitchAccuracy().measure(tabulated(labels=[1, 0, 1], exhibits=(switched,))).mean
        0.5

    Does not show: two switches together, nor whether a switch is one a person could make.
    """

    aspect: ClassVar[Aspect] = Aspect.ROBUSTNESS
    title: ClassVar[str] = "switch accuracy"
    direction: ClassVar[Direction] = "higher_is_better"
    unit: ClassVar[str] = "share of rows"
    bounds: ClassVar[tuple[float, float]] = (0.0, 1.0)
    tolerance: ClassVar[float] = 0.03
    needs: ClassVar[tuple[type[Exhibit], ...]] = (CategoryFlips,)
    reference: ClassVar[str] = "Yang et al., 2020"

    def measure(self, evidence: Evidence) -> Sample | NotMeasurable:
        switched = evidence.ask(CategoryFlips)
        if isinstance(switched, NotMeasurable):
            return switched
        return averaged(evidence, Rate(switched.right(evidence.rows), rows=switched.rows))
