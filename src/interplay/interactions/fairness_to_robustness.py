"""Fairness to robustness: moving the boundary towards people makes it easier to push them over it."""

from interplay.aspects import Aspect
from interplay.interactions._interaction import Interaction, Probe

INTERACTION = Interaction(
    source=Aspect.FAIRNESS,
    target=Aspect.ROBUSTNESS,
    section="3.2",
    summary=(
        "Mitigation gives small groups more influence on the boundary and moves it closer to many rows, so that "
        "smaller changes of the input flip decisions."
    ),
    probes=(
        Probe(
            name="robust accuracy",
            claim="Mitigating a disparity lowers the share of rows of each class decided correctly under attack.",
            mechanism=(
                "A boundary bent to serve few rows, or a threshold moved within one group, passes near rows that were "
                "far from it before."
            ),
            interventions=("reweighing", "oversampling", "reduction", "parity_penalty", "group_thresholds"),
            metric="balanced_robust_accuracy",
            expects="harm",
            references=(
                "Xu et al., 2021, International Conference on Machine Learning",
                "Chang et al., 2020, arXiv:2006.08669",
                "Tran et al., 2024, International Joint Conference on Artificial Intelligence",
            ),
            positive_control=(
                "Two groups whose score distributions are shifted against each other: equal approval rates put a "
                "threshold into the dense part of one of them."
            ),
            negative_control="Groups assigned at random: weights stay near one and thresholds near zero.",
        ),
        Probe(
            name="distance to the boundary",
            alias="F->R.margin",
            claim="Mitigation in training shortens the distance from rows to the decision boundary.",
            mechanism="Fitting a minority against the majority's trend leaves less margin on both sides.",
            interventions=("reweighing", "oversampling", "reduction", "parity_penalty"),
            metric="boundary_distance",
            expects="harm",
            references=(
                "Tran et al., 2024, International Joint Conference on Artificial Intelligence",
                "Madry et al., 2018, International Conference on Learning Representations",
            ),
            positive_control=(
                "A linear model on two groups with opposite intercepts, where the distance is the margin over the norm "
                "of the weights and shrinks with the penalty."
            ),
            negative_control="Groups assigned at random.",
            primary=False,
        ),
        Probe(
            name="one switched category",
            claim="Mitigation in training makes more decisions depend on a single categorical answer.",
            mechanism=(
                "Weight moved onto columns that stand in for the group puts more of a decision on one answer, which a "
                "person can change."
            ),
            interventions=("reweighing", "oversampling", "reduction", "parity_penalty"),
            metric="switch_accuracy",
            expects="harm",
            references=("Tran et al., 2024, International Joint Conference on Artificial Intelligence",),
            positive_control="A categorical column nearly equal to the group, and a strong penalty.",
            negative_control="Groups assigned at random.",
            primary=False,
        ),
        Probe(
            name="the groups that were lifted",
            alias="F->R.group-evasion",
            claim="The groups that gain from mitigation are the ones that become easier to attack.",
            mechanism=(
                "Rows that an intervention moves just over the boundary lie close to it, and are the first that an "
                "attack moves back."
            ),
            interventions=("reweighing", "oversampling", "reduction", "parity_penalty", "group_thresholds"),
            metric="group_attack_success",
            expects="harm",
            references=(
                "Xu et al., 2021, International Conference on Machine Learning",
                "Chang et al., 2020, arXiv:2006.08669",
            ),
            positive_control="Thresholds by group that approve many rows of a group just so.",
            negative_control="Weights that are all one.",
        ),
        Probe(
            name="poisoned rows",
            alias="F->R.poison",
            claim="With mitigation, few poisoned rows of a small group do more damage to the model.",
            mechanism=(
                "Whoever writes a few rows of a small group has as much say in training as the group has weight: mitigation "
                "that weighs it up, or asks the model to serve it, carries the poison to everybody. Both sides are trained "
                "on the same poisoned rows and held against the same members without them. Measured where the study lists "
                "label_flipping."
            ),
            interventions=("reweighing", "oversampling", "reduction", "parity_penalty"),
            context=("label_flipping",),
            metric="poisoning_damage",
            expects="harm",
            references=("Chang et al., 2020, arXiv:2006.08669",),
            positive_control=(
                "A small group that varies in one of two columns that matter, all of whose labels are flipped: weighed up, it "
                "turns that column round for everybody."
            ),
            negative_control="Groups of equal size, whose weights mitigation leaves as they are.",
        ),
        Probe(
            name="poisoned rows, classes alike",
            claim="With mitigation, few poisoned rows of a small group do more damage to the classes, each counted alike.",
            mechanism=(
                "The same attack, where a rare class counts as much as a common one: when the flipped labels belong to it, a "
                "model can forget the class at little cost in accuracy."
            ),
            interventions=("reweighing", "oversampling", "reduction", "parity_penalty"),
            context=("label_flipping",),
            metric="balanced_poisoning_damage",
            expects="harm",
            references=("Chang et al., 2020, arXiv:2006.08669",),
            positive_control="The same world, in which both classes lose.",
            negative_control="Groups of equal size, whose weights mitigation leaves as they are.",
            primary=False,
        ),
        Probe(
            name="poisoned rows in a group",
            claim="With mitigation, few poisoned rows of a small group do more damage to a group.",
            mechanism=(
                "The same attack, looked at where it does most: a small group is decided by few rows, and its damage hardly "
                "moves an average over everybody."
            ),
            interventions=("reweighing", "oversampling", "reduction", "parity_penalty"),
            context=("label_flipping",),
            metric="group_poisoning_damage",
            expects="harm",
            references=("Chang et al., 2020, arXiv:2006.08669",),
            positive_control=(
                "The same world: with more weight the flipped labels are what the small group is decided by."
            ),
            negative_control="Groups of equal size, whose weights mitigation leaves as they are.",
            primary=False,
        ),
    ),
)
