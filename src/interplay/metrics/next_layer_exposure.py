"""Next-layer exposure: how well a membership attack does on the rows ranked just below the most exposed ones."""

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from interplay.aspects import Aspect
from interplay.estimates import NotMeasurable, Sample
from interplay.evidence import Evidence, Exhibit, Memberships, NextLayer
from interplay.metrics._metric import Direction, Metric
from interplay.metrics._roc import area, pooled_sample


@dataclass(frozen=True)
class NextLayerExposure(Metric):
    """How well a membership attack does on the people who come after the most exposed ones.

    next_layer_exposure = P(score of a member > score of a non-member) + P(the two are equal) / 2, over the rows ranked
    between share and 2 * share of the pool by exposure

    The area under the curve of LiRA within these rows; `share` is that of the rows a study takes out. Between 0 and 1;
    lower is better; 0.5 is guessing. Rows are ranked by members that are set apart and not measured, so that a row ranked
    high by chance is measured without that chance. Scores of all members are pooled; values are jackknife pseudo-values
    over members. It is about fairness, since others may pay for the protection of some.

    Reference: Carlini et al. (2022), "The privacy onion effect: memorization is relative".

    Example:
        >>> from interplay.evidence import tabulated
        >>> scores, inside = np.array([[3.0, 0.0, 2.0, 2.0]]), np.array([[True, False, True, False]])
        >>> seen = Memberships(scores, 0 * scores, 0 * scores, inside, np.full((1, 4), True))
        >>> evidence = tabulated(labels=[1, 1, 0, 0], exhibits=(seen, NextLayer(np.array([0, 1]))))
        >>> NextLayerExposure().measure(evidence).mean
        1.0

    Does not show: who is exposed after that, nor how exposed the very first are; membership_risk and membership_exposure
    read all rows. With few members the ranking is rough, and mixes layers.
    """

    aspect: ClassVar[Aspect] = Aspect.FAIRNESS
    title: ClassVar[str] = "membership risk of the next most exposed"
    direction: ClassVar[Direction] = "lower_is_better"
    unit: ClassVar[str] = "area under the curve"
    bounds: ClassVar[tuple[float, float]] = (0.0, 1.0)
    tolerance: ClassVar[float] = 0.05
    needs: ClassVar[tuple[type[Exhibit], ...]] = (Memberships, NextLayer)
    reference: ClassVar[str] = "Carlini et al., 2022"

    def measure(self, evidence: Evidence) -> Sample | NotMeasurable:
        layer, found = evidence.ask(NextLayer), evidence.ask(Memberships)
        if isinstance(layer, NotMeasurable):
            return layer
        if isinstance(found, NotMeasurable):
            return found
        scored = np.zeros_like(found.scored)
        scored[:, layer.rows] = found.scored[:, layer.rows]
        count, least = evidence.rows.distinct(np.asarray(scored.any(axis=0))), evidence.rows.minimum_support
        if count < least:
            return NotMeasurable(
                f"the next layer has {count} of at least {least} {evidence.rows.counted_in} that are attacked"
            )
        return pooled_sample(evidence, found.lira, replace(found, scored=scored), area)
