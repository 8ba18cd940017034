"""Fairness to uncertainty: equal coverage for all groups is paid for with larger or less certain sets."""

from interplay.aspects import Aspect
from interplay.interactions._interaction import Idea, Interaction, Probe

INTERACTION = Interaction(
    source=Aspect.FAIRNESS,
    target=Aspect.UNCERTAINTY,
    section="3.4",
    summary=(
        "Calibrating within each group equalizes coverage but enlarges sets and leaves fewer calibration rows to each "
        "group; mitigation in training moves the probabilities away from the observed rates."
    ),
    probes=(
        Probe(
            name="set size",
            alias="F->UQ.size-cost",
            claim="Group-wise prediction sets are larger on average than marginal ones.",
            mechanism=(
                "The group that marginal sets cover too rarely needs a higher threshold, and what the other groups "
                "give back does not always make up for it. Size means something only at comparable coverage, so it is "
                "read beside coverage and the share of empty sets."
            ),
            interventions=("group_conformal",),
            replaces=("split_conformal",),
            metric="set_size",
            expects="harm",
            references=(
                "Romano et al., 2020b, Advances in Neural Information Processing Systems 33",
                "Gibbs et al., 2025, Journal of the Royal Statistical Society Series B",
                "Ding et al., 2024, Advances in Neural Information Processing Systems 36",
            ),
            positive_control=(
                "Two groups with uniform scores on different ranges, where both thresholds have a formula."
            ),
            negative_control="Groups assigned at random, with many calibration rows in each.",
        ),
        Probe(
            name="calibration of probabilities",
            claim="Mitigation in training moves predicted probabilities away from observed rates.",
            mechanism=(
                "A model fitted to weighted rows, or pulled towards equal mean scores, describes another population "
                "than the one it is used on. When base rates differ, calibration and equal error rates exclude each "
                "other."
            ),
            interventions=("reweighing", "oversampling", "reduction", "parity_penalty"),
            metric="calibration_error",
            expects="harm",
            references=("Pleiss et al., 2017, Advances in Neural Information Processing Systems 30",),
            positive_control="Two groups with base rates far apart and a penalty strong enough to level their scores.",
            negative_control="Groups assigned at random: weights stay near one and the penalty near zero.",
            primary=False,
        ),
        Probe(
            name="few calibration rows",
            alias="F->UQ.ncal",
            claim="With few calibration rows in a group, its realised coverage often falls below the promised level.",
            mechanism=(
                "A threshold for each group is set on the rows of that group alone. The coverage of one draw of n "
                "rows varies as a beta variable does, the more the smaller n is."
            ),
            interventions=("group_conformal",),
            metric="coverage_shortfall",
            replaces=("split_conformal",),
            expects="harm",
            references=("Angelopoulos and Bates, 2021, arXiv:2107.07511",),
            positive_control="A group with fifty calibration rows beside thousands of others.",
            negative_control="Groups with thousands of calibration rows each.",
            primary=False,
        ),
    ),
    ideas=(Idea("coverage conditional on clusters", "Ding et al., 2024"),),
)
