"""Uncertainty to privacy: a prediction set says more than a label, also to an attacker."""

from interplay.aspects import Aspect
from interplay.interactions._interaction import Interaction, Unmeasured

INTERACTION = Interaction(
    source=Aspect.UNCERTAINTY,
    target=Aspect.PRIVACY,
    section="3.7",
    summary=(
        "Prediction sets tell how certain the model is of a row, and certainty differs between seen and unseen rows."
    ),
    probes=(
        Unmeasured(
            name="membership from sets",
            claim="An attacker who sees prediction sets beside labels recognises more members of the training data.",
            missing="a membership attack that reads the released sets, held against one that reads labels alone",
            expects="harm",
            references=("Zhu et al., 2025, IEEE Transactions on Information Forensics and Security 20",),
        ),
    ),
)
