"""Robustness to explainability: adversarial training changes what is learned, and with it what explanations say."""

from interplay.aspects import Aspect
from interplay.interactions._interaction import Interaction, Probe

INTERACTION = Interaction(
    source=Aspect.ROBUSTNESS,
    target=Aspect.EXPLAINABILITY,
    section="3.8",
    summary=(
        "Adversarial training learns other representations. On images they are often easier to read; on other data "
        "explanations may follow the model less closely."
    ),
    probes=(
        Probe(
            name="fidelity",
            alias="R->E.fidelity",
            claim="Explanations follow an adversarially trained model less closely.",
            mechanism=(
                "A score held constant around rows turns steeply between them, which a linear explanation cannot "
                "follow. A score can also come nearer to a line and be easier to explain, which the probe reports as an "
                "improvement; one that is flatter only is held against a line as flat."
            ),
            interventions=("adversarial_training", "trades", "noisy_copies"),
            metric="explanation_fidelity",
            context=("release_explanations",),
            expects="either",
            references=(
                "Zhou et al., 2025, Engineering Applications of Artificial Intelligence 140",
                "Ilyas et al., 2019, Advances in Neural Information Processing Systems 32",
                "Jia and Liang, 2017, Conference on Empirical Methods in Natural Language Processing",
                "Carlini and Wagner, 2018, IEEE Security and Privacy Workshops",
            ),
            positive_control="Well separated clusters on a line, where a margin turns a slope into steps.",
            negative_control="Logistic regression: its margin is linear with and without adversarial rows.",
        ),
        Probe(
            name="stability",
            claim="Adversarial training makes repeated explanations of one row agree less.",
            mechanism=(
                "Columns that movable noise could exploit lose weight until several have about the same little of it."
            ),
            interventions=("adversarial_training", "trades", "noisy_copies"),
            metric="explanation_stability",
            context=("release_explanations",),
            expects="harm",
            references=("Zhou et al., 2025, Engineering Applications of Artificial Intelligence 140",),
            positive_control="One strong movable column beside several weak immovable ones, and a large radius.",
            negative_control="A radius of zero.",
            primary=False,
        ),
        Probe(
            name="changed representation",
            alias="R->E.representation",
            claim=(
                "The last hidden layer of an adversarially trained model differs from that of an ordinary model more than those "
                "of two ordinary models do."
            ),
            mechanism=(
                "Columns that a radius can turn round are no longer told apart, and the layer spends its units on others. "
                "Another start alone changes a layer too, which the control shows against an ordinary model from another start; "
                "measured where the study lists another_start. A change is no harm by itself: it says that what people learned "
                "of an ordinary model's layer no longer holds."
            ),
            interventions=("adversarial_training", "trades", "noisy_copies"),
            metric="representation_change",
            expects="either",
            references=(
                "Tsipras et al., 2019, International Conference on Learning Representations",
                "Zhang and Zhu, 2019, International Conference on Machine Learning",
            ),
            positive_control="Two columns that set classes far apart, beside twenty weak ones that the radius turns round.",
            negative_control="The same columns at a radius of nearly zero.",
            primary=False,
        ),
    ),
)
