"""Explainability to fairness: an explanation can be better for some than for others, or hide what they suffer."""

from interplay.aspects import Aspect
from interplay.interactions._interaction import Interaction, Probe

INTERACTION = Interaction(
    source=Aspect.EXPLAINABILITY,
    target=Aspect.FAIRNESS,
    section="3.3",
    summary=(
        "Once explanations are released, their quality is a benefit that groups may receive unequally, and a faithless "
        "explanation can conceal that a decision rests on the group."
    ),
    probes=(
        Probe(
            name="fidelity disparity",
            alias="E->F.fidelity-gap",
            claim="Released explanations follow the model more closely for some groups than for others.",
            mechanism=(
                "A linear explanation is only as good as the score is locally linear, and that differs where the "
                "groups' rows lie. Before anything is released there is no such difference."
            ),
            interventions=("release_explanations",),
            metric="fidelity_disparity",
            baseline="absent",
            expects="harm",
            references=(
                "Balagopalan et al., 2022, ACM Conference on Fairness, Accountability, and Transparency",
                "Dai et al., 2022, AAAI/ACM Conference on AI, Ethics, and Society",
            ),
            positive_control=(
                "A score that is linear on the rows of one group and strongly curved on those of the other."
            ),
            negative_control=(
                "A linear model, which every group's explanations follow as well as they can; or groups assigned at random."
            ),
        ),
        Probe(
            name="other disparities in quality",
            alias="E->F.quality-gap",
            claim="Explanations of some groups are less stable than those of others.",
            mechanism=(
                "Where the score is flat around a group's rows, which columns lead hangs on the perturbed rows that "
                "happened to be drawn."
            ),
            interventions=("release_explanations",),
            metric="stability_disparity",
            baseline="absent",
            expects="harm",
            references=("Dai et al., 2022, AAAI/ACM Conference on AI, Ethics, and Society",),
            positive_control="A group whose score follows many columns a little, and another whose score follows one.",
            negative_control="A linear score, and groups drawn at random.",
            primary=False,
        ),
        Probe(
            name="concealed reliance",
            alias="E->F.hide-bias",
            claim="Explanations leave out that the decision rests on the group or on a stand-in for it.",
            mechanism=(
                "A wide local model may name other columns than those that a decision hangs on. Where what is not "
                "named stands in for the group, the explanation hides what would have to be asked about."
            ),
            interventions=("release_explanations",),
            metric="concealed_reliance",
            baseline="absent",
            expects="harm",
            references=(
                "Lakkaraju and Bastani, 2020, AAAI/ACM Conference on AI, Ethics, and Society",
                "Slack et al., 2020, AAAI/ACM Conference on AI, Ethics, and Society",
            ),
            positive_control=(
                "A score that hangs on the product of a stand-in and another column, which no linear explanation shows."
            ),
            negative_control="A linear score: what matters most leads the explanation.",
            primary=False,
        ),
    ),
)
