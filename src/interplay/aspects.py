"""The aspects of trust: what is pursued, and what is measured."""

from enum import StrEnum


class Aspect(StrEnum):
    """One aspect of trustworthy machine learning.

    The five of Cresswell (2025), section 2.1 to 2.5, have interventions and metrics. Utility and reproducibility
    (section 2.6) are measured and never intervened on.
    """

    FAIRNESS = "fairness"
    PRIVACY = "privacy"
    ROBUSTNESS = "robustness"
    EXPLAINABILITY = "explainability"
    UNCERTAINTY = "uncertainty"
    UTILITY = "utility"
    REPRODUCIBILITY = "reproducibility"

    @property
    def letter(self) -> str:
        """The paper's shorthand.

        Example:
            >>> Aspect.UNCERTAINTY.letter
            'UQ'
        """
        return {"uncertainty": "UQ", "utility": "U", "reproducibility": "Rep"}.get(self.value, self.value[0].upper())


TRUST_ASPECTS = (Aspect.FAIRNESS, Aspect.PRIVACY, Aspect.ROBUSTNESS, Aspect.EXPLAINABILITY, Aspect.UNCERTAINTY)
"""The five aspects of the paper: the sources and targets of the 20 directed interactions."""

RANKED_ASPECTS = (*TRUST_ASPECTS, Aspect.UTILITY)
"""The six aspects a study ranks."""

DIRECTED_PAIRS = tuple((source, target) for source in TRUST_ASPECTS for target in TRUST_ASPECTS if source != target)
"""The 20 ordered pairs A -> B of section 3 of the paper."""
