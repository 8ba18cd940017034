"""Explainability to robustness: the explanation is one more thing that can be attacked."""

from interplay.aspects import Aspect
from interplay.interactions._interaction import Idea, Interaction, Probe

INTERACTION = Interaction(
    source=Aspect.EXPLAINABILITY,
    target=Aspect.ROBUSTNESS,
    section="3.8",
    summary=(
        "A change too small to alter the decision can turn its explanation around, and a model can be built to show "
        "the explainer another face than it shows to people."
    ),
    probes=(
        Probe(
            name="fragile explanations",
            alias="E->R.fragile",
            claim="A small change that keeps the decision replaces the most important columns of its explanation.",
            mechanism=(
                "An explanation names the bins that a row lies in. Small changes that cross the edges of bins "
                "change what it can name, and a search finds those that also change what leads."
            ),
            interventions=("release_explanations",),
            metric="explanation_fragility",
            baseline="same",
            baseline_metric="explanation_fragility_by_chance",
            expects="harm",
            references=("Ghorbani et al., 2019, AAAI Conference on Artificial Intelligence",),
            positive_control="Ten columns that matter alike: which three lead hangs on the bins of the row.",
            negative_control="Three strong columns that nobody can move.",
        ),
        Probe(
            name="misled explainer",
            alias="E->R.fool",
            claim="A wrapped model hides the column that drives its decisions from perturbation-based explanations.",
            mechanism=(
                "Perturbed rows are drawn column by column and look unlike rows of the table. A wrapper that knows "
                "them by that answers them harmlessly, and rows of the table as it likes."
            ),
            interventions=("release_explanations",),
            metric="explanation_concealment",
            baseline="absent",
            expects="harm",
            references=("Slack et al., 2020, AAAI/ACM Conference on AI, Ethics, and Society",),
            positive_control="Columns that hang together, such as amounts and their ratios.",
            negative_control="Independent columns: perturbed rows are like rows of the table.",
        ),
    ),
    ideas=(
        Idea(
            "perturbed rows drawn from the rows of the table, which a wrapper cannot tell apart", "Slack et al., 2020"
        ),
    ),
)
