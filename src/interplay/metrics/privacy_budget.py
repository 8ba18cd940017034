"""Privacy budget: the differential privacy budget that training spent."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from interplay.aspects import Aspect
from interplay.estimates import NotMeasurable, Sample
from interplay.evidence import Evidence, Exhibit
from interplay.evidence import PrivacyGuarantee as Guarantee
from interplay.metrics._metric import Direction, Metric


@dataclass(frozen=True)
class PrivacyBudget(Metric):
    """The differential privacy budget that training spent.

    privacy_budget = the smallest epsilon such that for all data sets that differ in one row and all sets S of outcomes
    P(outcome in S | data) <= exp(epsilon) * P(outcome in S | other data) + delta

    At the size a member is trained on, as the accountant of the treatment states it; the same for every member and
    draw. At least 0; lower is better; below about 1 is strong, above 10 says little. Without a guarantee the budget is
    unbounded, which is not measurable.

    Reference: Dwork et al. (2006), "Calibrating noise to sensitivity"; Cresswell (2025), Eq. 2.

    Example:
        >>> from interplay.evidence import tabulated
        >>> spent = Guarantee(8.0, privacy_delta=1e-4, privacy_epsilon_full_data=3.6, noise_multiplier=1.0)
        >>> PrivacyBudget().measure(tabulated(labels=[1, 0], exhibits=(spent,))).mean
        8.0

    Does not show: what an attack finds, which is often far less; nor rows used outside training, such as for encoders,
    weights, thresholds and conformal scores.
    """

    aspect: ClassVar[Aspect] = Aspect.PRIVACY
    title: ClassVar[str] = "privacy budget"
    direction: ClassVar[Direction] = "lower_is_better"
    unit: ClassVar[str] = "epsilon"
    bounds: ClassVar[tuple[float, float]] = (0.0, float("inf"))
    tolerance: ClassVar[float] = 0.5
    needs: ClassVar[tuple[type[Exhibit], ...]] = (Guarantee,)
    reference: ClassVar[str] = "Dwork et al., 2006"

    def measure(self, evidence: Evidence) -> Sample | NotMeasurable:
        budget = evidence.ask(Guarantee)
        if isinstance(budget, NotMeasurable) or not np.isfinite(budget.privacy_epsilon):
            return NotMeasurable("no differential privacy guarantee: the budget is unbounded")
        shape = (len(evidence.rows.counted), len(evidence.rows.weights))
        return Sample(np.full(shape, float(budget.privacy_epsilon)), evidence.support())
