"""Privacy to explainability: noise in training, or in the explanation, clouds what drives a decision."""

from interplay.aspects import Aspect
from interplay.interactions._interaction import Interaction, Probe, Unmeasured

INTERACTION = Interaction(
    source=Aspect.PRIVACY,
    target=Aspect.EXPLAINABILITY,
    section="3.6",
    summary=(
        "Noise in the gradients clouds the relation between columns and outcome, so explanations follow the model less "
        "closely; noise in the explanations themselves makes each request answer differently."
    ),
    probes=(
        Probe(
            name="fidelity",
            alias="P->E.fidelity",
            claim="Explanations follow a model trained with DP-SGD less closely.",
            mechanism=(
                "Noise leaves the score with variation that no column accounts for. A strongly regularised model may "
                "also be nearer to a line and easier to explain, which the probe reports as an improvement; a score that "
                "is flatter only is held against a line as flat."
            ),
            interventions=("dp_sgd", "group_clipping"),
            metric="explanation_fidelity",
            context=("release_explanations",),
            expects="harm",
            references=(
                "Patel et al., 2022, ACM Conference on Fairness, Accountability, and Transparency",
                "Saifullah et al., 2024, Frontiers in Artificial Intelligence 7",
            ),
            positive_control=(
                "A linear truth and a wide hidden layer: noise bends a score that ordinary training keeps straight."
            ),
            negative_control="Logistic regression: its margin is linear with and without noise.",
        ),
        Probe(
            name="stability",
            claim="DP-SGD makes repeated explanations of one row agree less.",
            mechanism=(
                "Noise gives many columns similar small weights, whose order depends on the perturbed rows drawn."
            ),
            interventions=("dp_sgd", "group_clipping"),
            metric="explanation_stability",
            context=("release_explanations",),
            expects="harm",
            references=("Saifullah et al., 2024, Frontiers in Artificial Intelligence 7",),
            positive_control="One useful column among many useless ones, and a small budget.",
            negative_control="A budget so large that the noise vanishes.",
            primary=False,
        ),
        Unmeasured(
            name="noise in the explanation",
            alias="P->E.dp-explain",
            claim="An explanation that is itself differentially private changes with every request for the same row.",
            missing=(
                "nothing for the explanations of this version: their local models are fitted on perturbed rows, drawn from "
                "quartiles and shares of the table, so that noise of their own would protect no row of anybody"
            ),
            expects="harm",
            references=("Patel et al., 2022, ACM Conference on Fairness, Accountability, and Transparency",),
        ),
    ),
)
