"""Robustness to uncertainty: a model that keeps its distance from every row is less certain of all of them."""

from interplay.aspects import Aspect
from interplay.interactions._interaction import Idea, Interaction, Probe

INTERACTION = Interaction(
    source=Aspect.ROBUSTNESS,
    target=Aspect.UNCERTAINTY,
    section="3.9",
    summary=(
        "Adversarial training flattens the scores. Prediction sets on unchanged rows grow, although under attack they "
        "may vary less than those of an ordinary model."
    ),
    probes=(
        Probe(
            name="set size",
            alias="R->UQ.size",
            claim="Prediction sets of an adversarially trained model are larger on unchanged rows.",
            mechanism=(
                "Scores drawn towards each other, and lost accuracy, both raise how many labels the threshold admits."
            ),
            interventions=("adversarial_training", "trades", "noisy_copies"),
            metric="set_size",
            context=("split_conformal",),
            expects="harm",
            references=("Liu et al., 2024, International Conference on Machine Learning",),
            positive_control="Two overlapping clusters and a radius about as large as their distance.",
            negative_control="A radius of zero.",
        ),
        Probe(
            name="sets calibrated under attack",
            claim="Sets that keep their promise for attacked rows are larger on unchanged rows.",
            mechanism=(
                "A threshold that covers rows after an attack lies above that of the rows themselves, and admits more labels."
            ),
            interventions=("robust_conformal",),
            metric="set_size",
            replaces=("split_conformal",),
            expects="harm",
            references=(
                "Gendler et al., 2022, International Conference on Learning Representations",
                "Ghosh et al., 2023, Conference on Uncertainty in Artificial Intelligence",
            ),
            positive_control="A linear model with steep scores, whose margins are small against the radius.",
            negative_control="A radius of zero: both thresholds come from the same rows.",
        ),
        Probe(
            name="calibration of probabilities",
            claim="Adversarial training moves predicted probabilities away from observed rates.",
            mechanism=(
                "Probabilities fitted to adversarial rows describe those rows; on unchanged ones they are too cautious."
            ),
            interventions=("adversarial_training", "trades", "noisy_copies"),
            metric="calibration_error",
            expects="harm",
            references=("Liu et al., 2024, International Conference on Machine Learning",),
            positive_control="Labels drawn from a known logistic model, trained at a radius that moves most margins.",
            negative_control="A radius of zero.",
            primary=False,
        ),
        Probe(
            name="varying sets under attack",
            alias="R->UQ.vary",
            claim="Adversarial training keeps an attacker from changing prediction sets.",
            mechanism="Scores that move less within the radius leave sets as they are.",
            interventions=("adversarial_training", "trades", "noisy_copies"),
            metric="set_change_under_attack",
            context=("split_conformal",),
            expects="improvement",
            references=("Romano et al., 2020b, Advances in Neural Information Processing Systems 33",),
            positive_control=(
                "A network with small margins, and the same network trained within the radius of the attack."
            ),
            negative_control="Margins beyond what the radius can move, with and without the training.",
            primary=False,
        ),
    ),
    ideas=(Idea("adversarial training that weighs uncertain rows", "Liu et al., 2024"),),
)
