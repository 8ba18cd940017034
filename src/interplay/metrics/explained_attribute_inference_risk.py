"""Attribute inference (explanations) risk: how much better a person's group is guessed from scores and explanations."""

from dataclasses import dataclass
from typing import ClassVar

from interplay.aspects import Aspect
from interplay.estimates import NotMeasurable, Sample
from interplay.evidence import Evidence, Exhibit, ExplainedAttributeInference
from interplay.metrics._mean import averaged
from interplay.metrics._metric import Direction, Metric, Rate


@dataclass(frozen=True)
class ExplainedAttributeInferenceRisk(Metric):
    """How much better a person's group is guessed by someone who sees scores and explanations.

    explained_attribute_inference_risk = mean over rows of [guess with them is right] - mean over rows of [guess
    without the model is right]

    The guess is a logistic regression on the encoded columns, the label, the log-odds and the importances of all
    columns, on rows left out of its fit; without the model on columns and label. The group is the reference group,
    against all others, of the attribute that fairness interventions act on. Between -1 and 1; lower is better; 0
    where the model says nothing of the group beyond the columns.

    Reference: Jayaraman and Evans (2022), "Are attribute inference attacks just imputation?".

    Example:
        >>> import numpy as np
        >>> from interplay.evidence import tabulated
        >>> found = ExplainedAttributeInference(np.array([0, 1]), np.array([[1.0, 0.0]]))
        >>> ExplainedAttributeInferenceRisk().measure(tabulated(labels=[1, 0], exhibits=(found,))).mean
        0.5

    Does not show: what a stronger attacker guesses, nor other columns than the group. An attack that finds little shows
    no harm found by this attack at this sample size.
    """

    aspect: ClassVar[Aspect] = Aspect.PRIVACY
    title: ClassVar[str] = "attribute inference (explanations)"
    direction: ClassVar[Direction] = "lower_is_better"
    unit: ClassVar[str] = "share of rows"
    bounds: ClassVar[tuple[float, float]] = (-1.0, 1.0)
    tolerance: ClassVar[float] = 0.02
    needs: ClassVar[tuple[type[Exhibit], ...]] = (ExplainedAttributeInference,)
    reference: ClassVar[str] = "Jayaraman and Evans, 2022"

    def measure(self, evidence: Evidence) -> Sample | NotMeasurable:
        found = evidence.ask(ExplainedAttributeInference)
        return found if isinstance(found, NotMeasurable) else averaged(evidence, Rate(found.gains, rows=found.rows))
