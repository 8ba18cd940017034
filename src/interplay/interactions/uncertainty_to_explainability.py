"""Uncertainty to explainability: it is harder to explain a set than a label."""

from interplay.aspects import Aspect
from interplay.interactions._interaction import Idea, Interaction, Probe

INTERACTION = Interaction(
    source=Aspect.UNCERTAINTY,
    target=Aspect.EXPLAINABILITY,
    section="3.10",
    summary=(
        "Someone who receives a set of labels may ask why the model is uncertain, and why these labels. Both are "
        "harder to answer than why one label leads."
    ),
    probes=(
        Probe(
            name="explained uncertainty",
            alias="UQ->E.explain-uncertainty",
            claim="Explanations of the model's uncertainty follow it less closely than explanations of its score.",
            mechanism=(
                "Entropy is highest between the classes and falls on either side, so that a linear explanation of "
                "it holds less far than one of the score, which rises throughout."
            ),
            interventions=(
                "split_conformal",
                "group_conformal",
                "class_conformal",
                "private_conformal",
                "risk_controlled_sets",
                "robust_conformal",
            ),
            metric="uncertainty_fidelity",
            context=("release_explanations",),
            baseline="same",
            baseline_metric="explanation_fidelity",
            expects="harm",
            references=("Antoran et al., 2021, International Conference on Learning Representations",),
            positive_control=(
                "Two balanced groups of rows around two centres, where uncertainty is a ridge between them."
            ),
            negative_control=(
                "Probabilities between one half and one throughout, of which entropy is a falling function."
            ),
            primary=False,
        ),
        Probe(
            name="explained sets",
            alias="UQ->E.set-vs-top1",
            claim="One explanation of a whole set is less faithful than one of the score.",
            mechanism=(
                "The size of a set is large where the score is near one half and small on either side, so that no "
                "linear explanation follows it."
            ),
            interventions=("split_conformal",),
            metric="set_explanation_fidelity",
            context=("release_explanations",),
            baseline="same",
            baseline_metric="explanation_fidelity",
            expects="harm",
            references=("Yapicioglu et al., 2024, Springer (Explainable Artificial Intelligence)",),
            positive_control="Two balanced groups of rows around two centres: sets grow on the ridge between them.",
            negative_control=(
                "Probabilities between one half and one throughout, of which the soft size is a falling function."
            ),
        ),
    ),
    ideas=(Idea("explain the score, and say beside it how uncertain it is", "Antoran et al., 2021"),),
)
