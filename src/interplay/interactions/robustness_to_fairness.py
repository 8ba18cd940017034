"""Robustness to fairness: the cost of adversarial training is not shared equally."""

from interplay.aspects import Aspect
from interplay.interactions._interaction import Interaction, Probe, Unmeasured

INTERACTION = Interaction(
    source=Aspect.ROBUSTNESS,
    target=Aspect.FAIRNESS,
    section="3.2",
    summary=(
        "Adversarial training lowers accuracy on unchanged rows, which the audit shows under utility, and it lowers it "
        "more for groups and classes that are hard to fit. What robustness it buys goes to the easy ones first."
    ),
    probes=(
        Probe(
            name="accuracy disparity",
            alias="R->F.clean-acc",
            claim="Adversarial training widens the difference in accuracy between groups.",
            mechanism=(
                "A boundary kept away from every row gives up the rows that no margin fits; they come mostly from "
                "groups with overlapping classes or wide spread."
            ),
            interventions=("adversarial_training", "trades"),
            metric="accuracy_disparity",
            expects="harm",
            references=(
                "Nanda et al., 2021, ACM Conference on Fairness, Accountability, and Transparency",
                "Benz et al., 2021, NeurIPS 2020 Workshop on Pre-registration in Machine Learning",
                "Xu et al., 2021, International Conference on Machine Learning",
            ),
            positive_control=(
                "Two Gaussian groups, one with twice the spread: the margin that suits the narrow group costs the wide "
                "one accuracy."
            ),
            negative_control="Two Gaussian groups with the same spread.",
        ),
        Probe(
            name="robust accuracy disparity",
            claim="Adversarial training widens the difference between groups in accuracy under attack.",
            mechanism="The share of rows that a margin can hold rises faster in the group that is easier to fit.",
            interventions=("adversarial_training", "trades"),
            metric="robust_accuracy_disparity",
            expects="harm",
            references=(
                "Nanda et al., 2021, ACM Conference on Fairness, Accountability, and Transparency",
                "Xu et al., 2021, International Conference on Machine Learning",
            ),
            positive_control=(
                "Two Gaussian groups, one with twice the spread, at a radius that the narrow one withstands."
            ),
            negative_control="Two Gaussian groups with the same spread.",
        ),
        Probe(
            name="equal opportunity",
            claim="Adversarial training widens the difference in approval among people who should be approved.",
            mechanism=(
                "Rows given up for the margin are decided by the group's base rate, which differs between groups."
            ),
            interventions=("adversarial_training", "trades"),
            metric="equal_opportunity_difference",
            expects="harm",
            references=("Nanda et al., 2021, ACM Conference on Fairness, Accountability, and Transparency",),
            positive_control="Two Gaussian groups with different spread and different shares of the favourable label.",
            negative_control="Two Gaussian groups that agree in both.",
            primary=False,
        ),
        Probe(
            name="worst group",
            claim="Adversarial training lowers the accuracy of the group that has the least.",
            mechanism="A level beside the differences: a gap can also close because everyone loses.",
            interventions=("adversarial_training", "trades"),
            metric="worst_group_accuracy",
            expects="harm",
            references=("Benz et al., 2021, NeurIPS 2020 Workshop on Pre-registration in Machine Learning",),
            positive_control="Two Gaussian groups, one with twice the spread.",
            negative_control="Rows so far apart that the radius never reaches the boundary.",
            primary=False,
        ),
        Probe(
            name="classes as groups",
            alias="R->F.class-disparity",
            claim="Adversarial training costs some classes more accuracy than others.",
            mechanism=(
                "Classes that lie close to others lose their margin first when every row has to hold within a radius."
            ),
            interventions=("adversarial_training", "trades"),
            metric="worst_class_accuracy",
            expects="harm",
            references=(
                "Benz et al., 2021, NeurIPS 2020 Workshop on Pre-registration in Machine Learning",
                "Xu et al., 2021, International Conference on Machine Learning",
            ),
            positive_control="Classes at unequal distances: the two closest ones lose most.",
            negative_control="Two classes that lie mirrored: both lose alike.",
            primary=False,
        ),
        Unmeasured(
            name="cause: feature distributions",
            alias="R->F.cause-feature",
            claim="Groups whose columns spread more, or whose classes lie closer, lose more.",
            missing="a regression of each group's loss on its spread and class distance, with a permutation test",
            expects="harm",
            references=("Benz et al., 2021, NeurIPS 2020 Workshop on Pre-registration in Machine Learning",),
        ),
        Unmeasured(
            name="cause: difficulty",
            alias="R->F.cause-difficulty",
            claim="Groups that the control already gets wrong lose more.",
            missing="difficulty estimated on one half of the members and the loss on the other half",
            expects="harm",
            references=("Xu et al., 2021, International Conference on Machine Learning",),
        ),
        Unmeasured(
            name="cause: pre-trained representations",
            alias="R->F.cause-pretrain",
            claim="A biased representation learned beforehand carries its bias into the robust model.",
            missing="models on top of a pre-trained representation, beside models trained from scratch",
            expects="harm",
            references=("Nanda et al., 2021, ACM Conference on Fairness, Accountability, and Transparency",),
        ),
    ),
)
