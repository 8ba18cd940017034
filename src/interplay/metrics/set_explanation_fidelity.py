"""Set explanation fidelity: how well explanations of whole prediction sets describe them near the explained row."""

from dataclasses import dataclass
from typing import ClassVar

from interplay.aspects import Aspect
from interplay.estimates import NotMeasurable, Sample
from interplay.evidence import Evidence, Exhibit, SetExplanations
from interplay.metrics._fidelity import share_of_linear
from interplay.metrics._mean import known
from interplay.metrics._metric import Direction, Metric


@dataclass(frozen=True)
class SetExplanationFidelity(Metric):
    """How well explanations of whole prediction sets describe them, on the scale of explanation_fidelity.

    set_explanation_fidelity = mean over explained rows of [weighted R2 of an explanation of the soft size on fresh
    points around the row] / mean over the same rows of [the same R2 for the score of a linear model of the same scale]
    soft size = sum over labels of 1 / (1 + exp(-(threshold - conformity score) / 0.05))

    The size itself jumps, and no linear explanation follows a jump even where the score is linear; the soft size does
    not. No bound on either side; higher is better; held against explanation_fidelity it says how much harder a set is
    to explain than the score. Rows around which either hardly varies are left out for that member.

    Reference: Yapicioglu et al. (2024), on explaining prediction sets; the soft size is our own.

    Example:
        >>> import numpy as np
        >>> from interplay.evidence import tabulated
        >>> zero, some, line = np.zeros((1, 2)), np.array([[0.4, 0.1]]), np.array([[0.5, 0.3]])
        >>> found = SetExplanations(np.array([0, 1]), some, line)
        >>> round(SetExplanationFidelity().measure(tabulated(labels=[1, 0], exhibits=(found,))).mean, 3)
        0.625

    Does not show: whether explanations of the labels of a set contradict each other. With one probability shared by all
    labels they oppose each other in any model.
    """

    aspect: ClassVar[Aspect] = Aspect.EXPLAINABILITY
    title: ClassVar[str] = "fidelity of explained sets"
    direction: ClassVar[Direction] = "higher_is_better"
    unit: ClassVar[str] = "share of a linear model's R2"
    bounds: ClassVar[tuple[float, float]] = (float("-inf"), float("inf"))
    tolerance: ClassVar[float] = 0.1
    needs: ClassVar[tuple[type[Exhibit], ...]] = (SetExplanations,)
    reference: ClassVar[str] = "Yapicioglu et al., 2024"

    def measure(self, evidence: Evidence) -> Sample | NotMeasurable:
        found = evidence.ask(SetExplanations)
        if isinstance(found, NotMeasurable):
            return found
        return share_of_linear(evidence, known(found.fidelity, found.rows), known(found.reference, found.rows))
