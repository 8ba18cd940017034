"""Uncertainty to privacy: a prediction set says more than a label, also to an attacker."""

from interplay.aspects import Aspect
from interplay.interactions._interaction import Interaction, Probe

INTERACTION = Interaction(
    source=Aspect.UNCERTAINTY,
    target=Aspect.PRIVACY,
    section="3.7",
    summary=(
        "Prediction sets tell how certain the model is of a row, and certainty differs between seen and unseen rows."
    ),
    probes=(
        Probe(
            name="membership from sets",
            alias="UQ->P.set-mia",
            claim=(
                "An attacker who sees prediction sets beside decisions recognises more members of the training data."
            ),
            mechanism=(
                "A set tells how certain the model is of a row, and models are more certain of rows that they were "
                "trained on. The threshold is that of calibration rows which all members share, so that the "
                "attacker knows it."
            ),
            interventions=(
                "split_conformal",
                "group_conformal",
                "class_conformal",
                "private_conformal",
                "risk_controlled_sets",
                "robust_conformal",
            ),
            metric="set_membership_risk",
            baseline="same",
            baseline_metric="decision_membership_risk",
            expects="harm",
            references=("Zhu et al., 2025, IEEE Transactions on Information Forensics and Security 20",),
            positive_control=(
                "A table with flipped labels and a network large enough to learn every one of them by heart."
            ),
            negative_control="Two classes far apart and a small network: nothing has to be learned by heart.",
        ),
        Probe(
            name="exposed calibration rows",
            alias="P->UQ.dcal-exposed",
            claim="The threshold of prediction sets tells who was in the calibration rows.",
            mechanism=(
                "The threshold is the score of one row, or moves to that of its neighbour when a row leaves. A budget spent "
                "in training covers the training rows alone."
            ),
            interventions=(
                "split_conformal",
                "group_conformal",
                "class_conformal",
                "private_conformal",
                "risk_controlled_sets",
                "robust_conformal",
            ),
            metric="calibration_exposure",
            baseline="absent",
            primary=False,
            expects="harm",
            references=("Angelopoulos et al., 2022, Harvard Data Science Review 4(2)",),
            positive_control="Conformity scores without ties: the threshold moves whenever a row below it leaves.",
            negative_control="A private threshold with a small budget and many rows.",
        ),
    ),
)
