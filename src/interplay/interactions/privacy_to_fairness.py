"""Privacy to fairness: bounding everyone's influence costs those most whom the model fits least."""

from interplay.aspects import Aspect
from interplay.interactions._interaction import Idea, Interaction, Probe

INTERACTION = Interaction(
    source=Aspect.PRIVACY,
    target=Aspect.FAIRNESS,
    section="3.1",
    summary=(
        "DP-SGD limits what one row may contribute. Groups that are small or hard to fit need large contributions, so "
        "they lose more accuracy, and the protection they gain may be unequal too."
    ),
    probes=(
        Probe(
            name="accuracy disparity",
            alias="P->F.acc-disparity",
            claim="DP-SGD widens the difference in accuracy between groups.",
            mechanism=(
                "Badly fitted rows have large gradients. Clipping shortens exactly those, which turns the summed "
                "gradient away from the groups they belong to; the noise then slows what is left."
            ),
            interventions=("dp_sgd", "group_clipping"),
            metric="accuracy_disparity",
            expects="harm",
            references=(
                "Bagdasaryan et al., 2019, Advances in Neural Information Processing Systems 32",
                "Tran et al., 2021, International Joint Conference on Artificial Intelligence",
                "Esipova et al., 2023, International Conference on Learning Representations",
            ),
            positive_control=(
                "The generated bank, in which the label of a small group depends on another column than that of the "
                "majority: the accuracy of the small group falls under DP-SGD."
            ),
            negative_control="The placebo bank, in which both groups share one dependence on the columns.",
        ),
        Probe(
            name="equal opportunity",
            claim="DP-SGD widens the difference in how often people who should be approved are approved.",
            mechanism=(
                "The same clipping bias. Wrong denials in one group can be hidden by wrong approvals in it, so that "
                "approval rates stay level while the people who deserve approval lose it."
            ),
            interventions=("dp_sgd", "group_clipping"),
            metric="equal_opportunity_difference",
            expects="harm",
            references=(
                "Bagdasaryan et al., 2019, Advances in Neural Information Processing Systems 32",
                "Esipova et al., 2023, International Conference on Learning Representations",
            ),
            positive_control="The generated bank: deserving women are denied more often under DP-SGD.",
            negative_control="The placebo bank, in which both groups share one dependence on the columns.",
        ),
        Probe(
            name="worst group",
            claim="DP-SGD lowers the accuracy of the group that has the least.",
            mechanism="A level beside the differences: a gap can also close because everyone loses.",
            interventions=("dp_sgd", "group_clipping"),
            metric="worst_group_accuracy",
            expects="harm",
            references=("Bagdasaryan et al., 2019, Advances in Neural Information Processing Systems 32",),
            positive_control="The generated bank: the small group is the worst one and loses accuracy.",
            negative_control="The placebo bank, with a budget so large that the noise vanishes.",
            primary=False,
        ),
        Probe(
            name="robust accuracy disparity",
            claim="DP-SGD widens the difference between groups in accuracy under attack.",
            mechanism=(
                "Groups whose rows the model fits badly lie closer to its boundary; the average over all rows may even "
                "rise while one group's robust accuracy falls."
            ),
            interventions=("dp_sgd", "group_clipping"),
            metric="robust_accuracy_disparity",
            expects="harm",
            references=(
                "Bagdasaryan et al., 2019, Advances in Neural Information Processing Systems 32",
                "Boenisch et al., 2021, arXiv:2105.07985",
            ),
            positive_control="The generated bank, attacked within half a standard deviation.",
            negative_control="The placebo bank under the same attack.",
            primary=False,
        ),
        Probe(
            name="unequal exposure",
            alias="P->F.base-vuln",
            claim="Some groups are more exposed to membership attacks than others, under DP-SGD too.",
            mechanism=(
                "Groups that are few or hard to fit are learned by heart more than others. A budget bounds what "
                "anyone can lose, and does not make losses alike."
            ),
            interventions=("dp_sgd", "group_clipping"),
            metric="membership_disparity",
            baseline="absent",
            expects="harm",
            references=("Long et al., 2020, IEEE European Symposium on Security and Privacy",),
            positive_control=(
                "The generated bank with a minority whose labels follow another column: its rows are learned by heart."
            ),
            negative_control="The placebo bank, in which both groups share one dependence on the columns.",
            primary=False,
        ),
        Probe(
            name="unequal protection",
            alias="P->F.unequal-gain",
            claim="DP-SGD changes the difference between groups in exposure to membership attacks.",
            mechanism=(
                "Clipping binds most for rows with large gradients, so that groups learned by heart gain most. A "
                "smaller difference may come from everyone being exposed less."
            ),
            interventions=("dp_sgd", "group_clipping"),
            metric="membership_disparity",
            expects="either",
            references=("Kulynych et al., 2022, Proceedings on Privacy Enhancing Technologies",),
            positive_control=(
                "The generated bank with a minority whose labels follow another column: its rows are learned by heart."
            ),
            negative_control="The placebo bank, in which both groups share one dependence on the columns.",
            primary=False,
        ),
        Probe(
            name="removing the exposed",
            alias="P->F.onion",
            claim="Taking the most exposed rows out of the training data exposes the next ones instead.",
            mechanism=(
                "A row stands out against the rows beside it. Where those that stand out most are gone, those that they "
                "kept from standing out are exposed. Rows are ranked by members that are measured nowhere, and what is held "
                "against it is the removal of as many rows by lot. Measured where the study lists removed_exposed and "
                "removed_random."
            ),
            interventions=("removed_exposed",),
            replaces=("removed_random",),
            metric="next_layer_exposure",
            expects="harm",
            references=("Carlini et al., 2022, Advances in Neural Information Processing Systems 35",),
            positive_control="Outliers that each have a twin close by: one stands out once the other is taken out.",
            negative_control="As many outliers, each by itself.",
            primary=False,
        ),
        Probe(
            name="norms by group",
            claim="DP-SGD with a larger clipping norm for small groups narrows the difference in accuracy that it makes.",
            mechanism=(
                "Clipping shortens the large gradients of badly fitted rows. With a larger norm those of small groups keep "
                "more of their length, and the noise grows with the largest norm, for everyone."
            ),
            interventions=("group_clipping",),
            replaces=("dp_sgd",),
            metric="accuracy_disparity",
            expects="improvement",
            references=(
                "Xu et al., 2021b, Conference on Knowledge Discovery and Data Mining",
                "Tran et al., 2021, International Joint Conference on Artificial Intelligence",
                "Esipova et al., 2023, International Conference on Learning Representations",
            ),
            positive_control=(
                "The generated bank, in which clipping turns the gradient away from the small group, and a budget that "
                "leaves little noise."
            ),
            negative_control="The placebo bank, in which both groups share one dependence on the columns.",
            primary=False,
        ),
        Probe(
            name="clipping as the cause",
            alias="P->F.clipping",
            claim="Clipping alone, without noise, widens the difference in accuracy between groups.",
            mechanism=(
                "Badly fitted rows have large gradients, and clipping shortens exactly those: the summed gradient "
                "turns away from the groups they belong to, whatever the noise."
            ),
            interventions=("clipping_only",),
            metric="accuracy_disparity",
            expects="harm",
            references=(
                "Tran et al., 2021, International Joint Conference on Artificial Intelligence",
                "Esipova et al., 2023, International Conference on Learning Representations",
            ),
            positive_control="The generated bank, with a clipping norm far below most gradients.",
            negative_control="A clipping norm beyond every gradient.",
            primary=False,
        ),
        Probe(
            name="noise as the cause",
            claim="Noise alone, without clipping, widens the difference in accuracy between groups.",
            mechanism=(
                "Noise slows training for everyone, and rows that take long to learn are those of small groups. Beside "
                "clipping alone it says which half of DP-SGD a harm comes from."
            ),
            interventions=("noise_only",),
            metric="accuracy_disparity",
            expects="harm",
            references=(
                "Tran et al., 2021, International Joint Conference on Artificial Intelligence",
                "Esipova et al., 2023, International Conference on Learning Representations",
            ),
            positive_control="The generated bank, with a budget far below one.",
            negative_control="A noise multiplier of almost nothing.",
            primary=False,
        ),
    ),
    ideas=(Idea("a global scaling of gradients instead of clipping each", "Esipova et al., 2023"),),
)
