"""Explainability to uncertainty: an explanation looks certain, and is not."""

from interplay.aspects import Aspect
from interplay.interactions._interaction import Interaction, Probe, Unmeasured

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
        Unmeasured(
            name="explanations without intervals",
            claim="The sign and rank in one explanation disagree with what repeated fits and models agree on.",
            missing="explanations repeated over members and bootstrap fits, and the shares of variance that each adds",
            expects="harm",
            references=(
                "Kindermans et al., 2019, Springer (The (Un)reliability of Saliency Methods)",
                "Bykov et al., 2020, arXiv:2006.09000",
                "Ahn et al., 2023, arXiv:2301.05761",
                "Löfström et al., 2024, Expert Systems with Applications 246",
            ),
        ),
        Unmeasured(
            name="assured where the model is not",
            claim="Explanations look as strong on rows the model is uncertain of as on the others.",
            missing="a metric of how well the strength of an explanation warns of uncertain or wrong decisions",
            expects="harm",
            references=(
                "Gosiewska and Biecek, 2019, arXiv:1903.11420",
                "Zhang et al., 2019, arXiv:1904.12991",
                "Slack et al., 2020, AAAI/ACM Conference on AI, Ethics, and Society",
            ),
        ),
    ),
)
