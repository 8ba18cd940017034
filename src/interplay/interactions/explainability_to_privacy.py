"""Explainability to privacy: what explains a decision also tells about the rows behind it."""

from interplay.aspects import Aspect
from interplay.interactions._interaction import Idea, Interaction, Probe

INTERACTION = Interaction(
    source=Aspect.EXPLAINABILITY,
    target=Aspect.PRIVACY,
    section="3.6",
    summary=(
        "An explanation answers more than the decision alone. It can tell whether a row was in the training data, and "
        "something about the person's other columns."
    ),
    probes=(
        Probe(
            name="membership from explanations",
            alias="E->P.expl-mia",
            claim=(
                "An attacker who sees explanations beside decisions, but no scores, recognises more members of the "
                "training data."
            ),
            mechanism=(
                "A local model describes the network on a wide neighbourhood. How far the score of a row lies from "
                "it shows whether the network bends around the row itself, as it does where the row was learned by "
                "heart. Where scores are released too, membership from the local model is the question to ask."
            ),
            interventions=("release_explanations",),
            metric="explanation_membership_risk",
            baseline="same",
            baseline_metric="decision_membership_risk",
            expects="harm",
            references=(
                "Shokri et al., 2021, AAAI/ACM Conference on AI, Ethics, and Society",
                "Huang et al., 2024, arXiv:2407.17663",
            ),
            positive_control=(
                "A table with flipped labels and a network large enough to learn every one of them by heart."
            ),
            negative_control="Two classes far apart and a small network: nothing has to be learned by heart.",
        ),
        Probe(
            name="membership from the local model",
            alias="E->P.lime-mia",
            claim=(
                "An attacker who sees explanations beside scores recognises more members than one who sees scores "
                "alone."
            ),
            mechanism=(
                "The distance of a score from its local model is one more number, which differs between rows that "
                "were trained on and rows that were not. Coefficients and fidelity of such a wide local model tell "
                "nothing of a single row."
            ),
            interventions=("release_explanations",),
            metric="local_model_membership_exposure",
            baseline="same",
            baseline_metric="score_membership_exposure",
            expects="harm",
            references=(
                "Quan et al., 2022, arXiv:2206.14004",
                "Huang et al., 2024, arXiv:2407.17663",
            ),
            positive_control=(
                "A table with flipped labels and a network large enough to learn every one of them by heart."
            ),
            negative_control="Two classes far apart and a small network: nothing has to be learned by heart.",
        ),
        Probe(
            name="columns of the person",
            alias="E->P.x-leak",
            claim="Someone who sees explanations beside scores guesses the group of a person better.",
            mechanism=(
                "Importances depend on the row. Where they depend on columns that were not shown, they tell "
                "something of these."
            ),
            interventions=("release_explanations",),
            metric="explained_attribute_inference_risk",
            baseline="same",
            baseline_metric="attribute_inference_risk",
            expects="harm",
            references=("Shokri et al., 2021, AAAI/ACM Conference on AI, Ethics, and Society",),
            positive_control="Explanations that name the column of the group, which the attacker does not have.",
            negative_control="A model that does not see the group, and columns that say nothing of it.",
            primary=False,
        ),
    ),
    ideas=(Idea("differentially private or rounded explanations", "Patel et al., 2022"),),
)
