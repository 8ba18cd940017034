"""Robustness to fairness: the cost of adversarial training is not shared equally."""

from interplay.aspects import Aspect
from interplay.interactions._interaction import Idea, Interaction, Probe

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
            interventions=("adversarial_training", "trades", "noisy_copies"),
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
            interventions=("adversarial_training", "trades", "noisy_copies"),
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
            interventions=("adversarial_training", "trades", "noisy_copies"),
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
            interventions=("adversarial_training", "trades", "noisy_copies"),
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
            interventions=("adversarial_training", "trades", "noisy_copies"),
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
        Probe(
            name="cause: feature distributions",
            alias="R->F.cause-feature",
            claim="Adversarial training costs a class the more accuracy the further its rows reach towards another class.",
            mechanism=(
                "A margin around rows that lie between two classes belongs to both of them; where a class is narrow and far "
                "from the others there is room for it. What a class loses is held against its overlap in the table, which "
                "no model enters."
            ),
            interventions=("adversarial_training", "trades", "noisy_copies"),
            metric="overlap_slope",
            expects="harm",
            references=("Benz et al., 2021, NeurIPS 2020 Workshop on Pre-registration in Machine Learning",),
            positive_control="Pairs of classes at unequal distances, at a radius that the closest pair does not withstand.",
            negative_control="Classes that overlap as unequally because labels are drawn by lot, which no margin makes dearer.",
            primary=False,
        ),
        Probe(
            name="cause: difficulty",
            alias="R->F.cause-difficulty",
            claim="Adversarial training costs a class the more accuracy the harder it is for an ordinary model.",
            mechanism=(
                "A class that an ordinary model gets wrong has many rows near a boundary, and a margin takes these first. "
                "Difficulty is that of an ordinary model from another start on other rows of the class, so that no luck "
                "stands on both sides; measured where the study lists another_start."
            ),
            interventions=("adversarial_training", "trades", "noisy_copies"),
            metric="difficulty_slope",
            expects="harm",
            references=("Xu et al., 2021, International Conference on Machine Learning",),
            positive_control="Pairs of classes at unequal distances: those that lie close are hard, and lose most.",
            negative_control="Classes as unequally hard because labels are drawn by lot, which no margin makes dearer.",
            primary=False,
        ),
        Probe(
            name="cause: pre-trained representations",
            alias="R->F.cause-pretrain",
            claim="Hidden layers learned on the largest group widen the difference between groups in accuracy under attack.",
            mechanism=(
                "Adversarial training builds its margin from the features that a network has. Where these were learned on one "
                "group, what matters to the others is not among them."
            ),
            interventions=("pretrained",),
            context=("adversarial_training",),
            metric="robust_accuracy_disparity",
            expects="harm",
            references=("Nanda et al., 2021, ACM Conference on Fairness, Accountability, and Transparency",),
            positive_control=(
                "A group whose labels follow a column of its own, which four hidden units learned on the others leave out."
            ),
            negative_control="Groups that follow the same column, so that what one of them needs serves both.",
            primary=False,
        ),
    ),
    ideas=(Idea("weights of the worst class or group during adversarial training", "Xu et al., 2021"),),
)
