"""Explainability to privacy: what explains a decision also tells about the rows behind it."""

from interplay.aspects import Aspect
from interplay.interactions._interaction import Interaction, Unmeasured

INTERACTION = Interaction(
    source=Aspect.EXPLAINABILITY,
    target=Aspect.PRIVACY,
    section="3.6",
    summary=(
        "An explanation answers more than the decision alone. It can tell whether a row was in the training data, and "
        "something about the person's other columns."
    ),
    probes=(
        Unmeasured(
            name="membership from explanations",
            claim="An attacker who sees explanations beside scores recognises more members of the training data.",
            missing=(
                "a membership attack that reads the released explanations, with every shadow's explanations of the row"
            ),
            expects="harm",
            references=(
                "Shokri et al., 2021, AAAI/ACM Conference on AI, Ethics, and Society",
                "Huang et al., 2024, arXiv:2407.17663",
            ),
        ),
        Unmeasured(
            name="membership from the local model",
            claim="The local linear model around a training row differs from that around a row never seen.",
            missing=(
                "a membership attack on the error and the coefficients of the local linear model behind an explanation"
            ),
            expects="harm",
            references=(
                "Quan et al., 2022, arXiv:2206.14004",
                "Huang et al., 2024, arXiv:2407.17663",
            ),
        ),
        Unmeasured(
            name="columns of the person",
            claim="An explanation lets someone infer a column of the person that was not shown.",
            missing="an attack that infers a withheld column from scores with and without explanations",
            expects="harm",
            references=("Shokri et al., 2021, AAAI/ACM Conference on AI, Ethics, and Society",),
        ),
    ),
)
