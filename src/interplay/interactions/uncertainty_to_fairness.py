"""Uncertainty to fairness: sets help less where they are larger, and they are larger for some groups."""

from interplay.aspects import Aspect
from interplay.interactions._interaction import Idea, Interaction, Probe

INTERACTION = Interaction(
    source=Aspect.UNCERTAINTY,
    target=Aspect.FAIRNESS,
    section="3.4",
    summary=(
        "People decide better with small prediction sets. Groups that the model predicts worse receive larger sets, "
        "and equalizing coverage can widen that difference."
    ),
    probes=(
        Probe(
            name="set size disparity",
            alias="UQ->F.size-disparity",
            claim="Released prediction sets are larger for some groups than for others.",
            mechanism=(
                "One threshold for everyone admits more labels where the model is less certain. Before sets are "
                "released everyone receives exactly one label."
            ),
            interventions=("split_conformal",),
            metric="set_size_disparity",
            baseline="absent",
            expects="harm",
            references=(
                "Cresswell et al., 2025, International Conference on Learning Representations",
                "Cresswell et al., 2024, International Conference on Machine Learning",
            ),
            positive_control=(
                "Two Gaussian groups with different noise, for which the expected set sizes have a formula."
            ),
            negative_control="Groups assigned at random.",
        ),
        Probe(
            name="cost of equal coverage",
            alias="UQ->F.eqcov-worse",
            claim="Group-wise sets differ more in size between groups than marginal ones.",
            mechanism=(
                "Raising the coverage of the group that had too little of it enlarges the sets that were largest."
            ),
            interventions=("group_conformal",),
            replaces=("split_conformal",),
            metric="set_size_disparity",
            expects="harm",
            references=("Cresswell et al., 2025, International Conference on Learning Representations",),
            positive_control=(
                "Two Gaussian groups with different noise: the noisy one is covered too rarely by one threshold."
            ),
            negative_control="Groups assigned at random, with many calibration rows in each.",
        ),
        Probe(
            name="coverage disparity",
            alias="F->UQ.marginal-gap",
            claim="Released marginal sets hold the true label more often for some groups than for others.",
            mechanism=(
                "The promise holds on average over everyone; the errors it allows fall on the groups predicted worse."
            ),
            interventions=("split_conformal",),
            metric="coverage_disparity",
            baseline="absent",
            expects="harm",
            references=(
                "Romano et al., 2020a, Harvard Data Science Review 2(2)",
                "Vovk et al., 2003, Technical Report (Mondrian confidence machine)",
            ),
            positive_control="Two Gaussian groups with different noise.",
            negative_control=(
                "Groups assigned at random; the spread that chance alone makes grows as groups get smaller."
            ),
            primary=False,
        ),
        Probe(
            name="decisions of people",
            alias="UQ->F.human",
            claim=(
                "People who see prediction sets decide better for some groups than for others; people are simulated "
                "here."
            ),
            mechanism=(
                "Where sets are smaller they help more, and they are smaller for groups that the model fits better. "
                "What people do with a set is simulated, with one rule that is the same for every group."
            ),
            interventions=(
                "split_conformal",
                "group_conformal",
                "class_conformal",
                "risk_controlled_sets",
                "robust_conformal",
            ),
            metric="simulated_help_disparity",
            baseline="absent",
            expects="harm",
            references=(
                "Straitouri and Gomez Rodriguez, 2024, International Conference on Machine Learning",
                "Cresswell et al., 2024, International Conference on Machine Learning",
                "Cresswell et al., 2025, International Conference on Learning Representations",
            ),
            positive_control="Two groups of which one has much noisier labels.",
            negative_control="Groups drawn at random.",
            primary=False,
        ),
    ),
    ideas=(Idea("sets of equal size instead of equal coverage", "Cresswell et al., 2025"),),
)
