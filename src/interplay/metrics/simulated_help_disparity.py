"""Simulated help disparity: the largest difference between groups in how much a simulated person gains from sets."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from interplay.aspects import Aspect
from interplay.estimates import NotMeasurable
from interplay.evidence import Evidence, Exhibit, PredictionSets
from interplay.metrics._assisted import Assisted
from interplay.metrics._metric import Direction, DisparityMetric, Rate


@dataclass(frozen=True)
class SimulatedHelpDisparity(DisparityMetric):
    """The largest difference between groups in how often a simulated person who sees prediction sets decides rightly.

    simulated_help_disparity = max over groups a, b of [help(a) - help(b)], help(group) = mean over its rows of [1(label
    in set) * (0.7 + 0.3 * (labels - size) / (labels - 1) / size)], and 0.7 for an empty set

    The person has a label of their own, right with chance 0.7 and otherwise any other one; keeps it where the set holds
    it, and else takes one of the set at random. Without a set the person is right with chance 0.7 in every group, so
    that the difference of levels is the difference of gains. Between 0 and 1; lower is better.

    Reference: Straitouri and Gomez Rodriguez (2024), for people who choose within a set; Cresswell et al. (2025), for
    gains by group.

    Example:
        >>> import numpy as np
        >>> from interplay.evidence import tabulated
        >>> scores = np.array([[[0.9, 0.1], [0.4, 0.3]]])
        >>> sets = PredictionSets(scores, np.array([[[0.5]]]), np.zeros(2, dtype=int), miscoverage=0.1)
        >>> found = SimulatedHelpDisparity("group").measure(tabulated(labels=[1, 0], groups=[0, 1], exhibits=(sets,)))
        >>> round(found.mean, 3)
        0.3

    Does not show: what people do. It is a simulation: other people adopt sets more or less, and know some groups better
    than others. The maximum over groups is biased upward, so tests use the signed contrasts.
    """

    aspect: ClassVar[Aspect] = Aspect.FAIRNESS
    title: ClassVar[str] = "simulated help disparity"
    direction: ClassVar[Direction] = "lower_is_better"
    unit: ClassVar[str] = "share of rows (simulated people)"
    bounds: ClassVar[tuple[float, float]] = (0.0, 1.0)
    tolerance: ClassVar[float] = 0.02
    needs: ClassVar[tuple[type[Exhibit], ...]] = (PredictionSets,)
    reference: ClassVar[str] = "Straitouri and Gomez Rodriguez, 2024"

    def rates(self, evidence: Evidence) -> Mapping[str, Rate] | NotMeasurable:
        sets = evidence.ask(PredictionSets)
        if isinstance(sets, NotMeasurable):
            return sets
        return {"help": Rate(Assisted(sets.scores, evidence.rows.labels, sets.thresholds, sets.part, sets.strict))}
