"""Uncertainty to robustness: the promise of coverage holds only for rows that nobody changed."""

from interplay.aspects import Aspect
from interplay.interactions._interaction import Idea, Interaction, Probe

INTERACTION = Interaction(
    source=Aspect.UNCERTAINTY,
    target=Aspect.ROBUSTNESS,
    section="3.9",
    summary=(
        "Prediction sets rest on calibration rows that resemble the rows to come. An attacker who changes a row breaks "
        "that, and the promised coverage or the usefulness of the sets goes with it."
    ),
    probes=(
        Probe(
            name="coverage under attack",
            alias="UQ->R.coverage",
            claim="Prediction sets hold the true label less often on attacked rows than on the same rows unchanged.",
            mechanism=(
                "The threshold was set on unchanged rows. An adversarial row raises the true label's conformity score "
                "beyond it, so that the set is confidently wrong."
            ),
            interventions=("split_conformal", "group_conformal", "class_conformal", "risk_controlled_sets"),
            metric="attacked_coverage",
            baseline="same",
            baseline_metric="coverage",
            expects="harm",
            references=("Gendler et al., 2022, International Conference on Learning Representations",),
            positive_control="A linear model, for which the worst change moves every score by a known amount.",
            negative_control="A radius of zero: both coverages are taken on unchanged rows.",
        ),
        Probe(
            name="inflated sets",
            alias="UQ->R.inflate",
            claim="An attacker makes sets larger without changing the decision or losing the true label.",
            mechanism=(
                "An attacker need not turn a decision: moving the score until both labels are within the threshold "
                "makes the set say nothing."
            ),
            interventions=("split_conformal", "group_conformal", "robust_conformal"),
            metric="inflated_sets",
            baseline="absent",
            expects="harm",
            references=("Ghosh et al., 2023, Conference on Uncertainty in Artificial Intelligence",),
            positive_control="A linear score whose margins are small against the radius.",
            negative_control="Margins beyond what the radius can move.",
        ),
        Probe(
            name="coverage calibrated under attack",
            claim=(
                "Sets calibrated on attacked rows hold the true label more often on attacked rows than sets calibrated on "
                "unchanged ones."
            ),
            mechanism=(
                "The threshold is an order statistic of scores that the attack has raised already, so that the score of "
                "a new attacked row exceeds it as seldom as promised."
            ),
            interventions=("robust_conformal",),
            replaces=("split_conformal",),
            metric="attacked_coverage",
            expects="improvement",
            references=(
                "Gendler et al., 2022, International Conference on Learning Representations",
                "Ghosh et al., 2023, Conference on Uncertainty in Artificial Intelligence",
            ),
            positive_control="A linear model with steep scores, which lose coverage within a small radius.",
            negative_control="A radius of zero: both thresholds come from the same rows.",
            primary=False,
        ),
    ),
    ideas=(Idea("scores smoothed by noise, or bounds that hold under any attack", "Gendler et al., 2022"),),
)
