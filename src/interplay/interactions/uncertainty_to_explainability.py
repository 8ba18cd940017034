"""Uncertainty to explainability: it is harder to explain a set than a label."""

from interplay.aspects import Aspect
from interplay.interactions._interaction import Interaction, Unmeasured

INTERACTION = Interaction(
    source=Aspect.UNCERTAINTY,
    target=Aspect.EXPLAINABILITY,
    section="3.10",
    summary=(
        "Someone who receives a set of labels may ask why the model is uncertain, and why these labels. Both are "
        "harder to answer than why one label leads."
    ),
    probes=(
        Unmeasured(
            name="explained uncertainty",
            claim="Explanations of the model's uncertainty follow it less closely than explanations of its score.",
            missing="explanations of the uncertainty of a row, beside those of the favourable score",
            expects="harm",
            references=("Antoran et al., 2021, International Conference on Learning Representations",),
        ),
        Unmeasured(
            name="explained sets",
            claim="One explanation of a whole set is less faithful, longer, and contradicts itself between labels.",
            missing=(
                "explanations of whole prediction sets, with a measure of contradiction between the labels of a set"
            ),
            expects="harm",
            references=("Yapicioglu et al., 2024, Springer (Explainable Artificial Intelligence)",),
        ),
    ),
)
