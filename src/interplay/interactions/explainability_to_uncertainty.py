"""Explainability to uncertainty: an explanation looks certain, and is not."""

from interplay.aspects import Aspect
from interplay.interactions._interaction import Idea, Interaction, Probe

INTERACTION = Interaction(
    source=Aspect.EXPLAINABILITY,
    target=Aspect.UNCERTAINTY,
    section="3.10",
    summary=(
        "Explanations are estimates shown without an interval. They vary with the perturbed rows drawn, and they look "
        "as assured where the model is uncertain as where it is not."
    ),
    probes=(
        Probe(
            name="change of the most important column",
            alias="E->UQ.lime-variance",
            claim="Explaining the same row twice often names another most important column.",
            mechanism=(
                "The explanation is fitted to a random pool of perturbed rows. Where the leading columns matter about "
                "equally, the pool decides their order. Before explanations are released there is nothing to change."
            ),
            interventions=("release_explanations",),
            metric="explanation_uncertainty",
            baseline="absent",
            expects="harm",
            references=(
                "Slack et al., 2021, Advances in Neural Information Processing Systems 34",
                "Zhang et al., 2019, arXiv:1904.12991",
            ),
            positive_control="Two columns with exactly the same effect: either is named first, half of the time.",
            negative_control="A linear score with one dominant column: it is always named first.",
        ),
        Probe(
            name="explanations without intervals",
            alias="E->UQ.no-interval",
            claim=("Explanations name columns whose importance would not stand out in models trained on other rows."),
            mechanism=(
                "An explanation comes as numbers without intervals. How far the same numbers vary over models "
                "trained on other rows is not in it."
            ),
            interventions=("release_explanations",),
            metric="unsupported_importance",
            baseline="absent",
            expects="harm",
            references=(
                "Kindermans et al., 2019, Springer (The (Un)reliability of Saliency Methods)",
                "Bykov et al., 2020, arXiv:2006.09000",
                "Ahn et al., 2023, arXiv:2301.05761",
                "Löfström et al., 2024, Expert Systems with Applications 246",
            ),
            positive_control="Few rows and many columns that matter alike.",
            negative_control="One strong column that every model finds.",
        ),
        Probe(
            name="assured where the model is not",
            alias="E->UQ.false-confidence",
            claim=(
                "Explanations of wrong decisions look as strong as those of right ones, although the model's "
                "confidence would warn."
            ),
            mechanism=(
                "The local model is wide: how strongly it names columns hangs on the region, and hardly on how "
                "certain the model is of the row."
            ),
            interventions=("release_explanations",),
            metric="explanation_warning",
            baseline="same",
            baseline_metric="confidence_warning",
            expects="harm",
            references=(
                "Gosiewska and Biecek, 2019, arXiv:1903.11420",
                "Zhang et al., 2019, arXiv:1904.12991",
                "Slack et al., 2020, AAAI/ACM Conference on AI, Ethics, and Society",
            ),
            positive_control="Rows near a curved boundary, on which confidence is low and importances are large.",
            negative_control="A linear score with one column, of which both confidence and importance are functions.",
        ),
    ),
    ideas=(Idea("more perturbed samples, and intervals on importances", "Slack et al., 2021"),),
)
