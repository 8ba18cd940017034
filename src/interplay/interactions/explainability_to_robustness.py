"""Explainability to robustness: the explanation is one more thing that can be attacked."""

from interplay.aspects import Aspect
from interplay.interactions._interaction import Interaction, Unmeasured

INTERACTION = Interaction(
    source=Aspect.EXPLAINABILITY,
    target=Aspect.ROBUSTNESS,
    section="3.8",
    summary=(
        "A change too small to alter the decision can turn its explanation around, and a model can be built to show "
        "the explainer another face than it shows to people."
    ),
    probes=(
        Unmeasured(
            name="fragile explanations",
            claim="A small change that keeps the decision replaces the most important columns of its explanation.",
            missing="an attack on the explanation itself, held against random changes of the same size",
            expects="harm",
            references=("Ghorbani et al., 2019, AAAI Conference on Artificial Intelligence",),
        ),
        Unmeasured(
            name="misled explainer",
            claim="A wrapped model hides the column that drives its decisions from perturbation-based explanations.",
            missing="a wrapper that detects the explainer's perturbed rows and answers them with a harmless model",
            expects="harm",
            references=("Slack et al., 2020, AAAI/ACM Conference on AI, Ethics, and Society",),
        ),
    ),
)
