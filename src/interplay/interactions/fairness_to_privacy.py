"""Fairness to privacy: mitigation needs the group, and may learn small groups by heart."""

from interplay.aspects import Aspect
from interplay.interactions._interaction import Idea, Interaction, Probe

INTERACTION = Interaction(
    source=Aspect.FAIRNESS,
    target=Aspect.PRIVACY,
    section="3.1",
    summary=(
        "Measuring or mitigating a disparity needs the group of every person, and mitigation in training may make the "
        "model remember single people of small groups."
    ),
    probes=(
        Probe(
            name="confident membership",
            alias="F->P.std-mia",
            claim="Mitigation in training lets an attacker name more members of the training data with confidence.",
            mechanism=(
                "Rows of under-represented groups gain weight, so the model fits them one by one and treats them "
                "differently when they were in its training data. Published results point both ways: attacks that "
                "ignore the group may also get weaker, which the probe reports as an improvement."
            ),
            interventions=("reweighing", "oversampling", "reduction", "parity_penalty"),
            metric="membership_exposure",
            expects="either",
            references=(
                "Chang and Shokri, 2021, IEEE European Symposium on Security and Privacy",
                "Tonni et al., 2020, arXiv:2002.06856",
            ),
            positive_control=(
                "A small group with randomly flipped labels and a model large enough to learn them: row weights that "
                "favour this group raise the exposure."
            ),
            negative_control="Group labels assigned at random: the weights are all near one and nothing is remembered.",
        ),
        Probe(
            name="membership on average",
            claim="Mitigation in training raises how well members and non-members are told apart over all rows.",
            mechanism=(
                "The same fit to small groups, averaged over everyone; it moves little when only few rows are "
                "remembered."
            ),
            interventions=("reweighing", "oversampling", "reduction", "parity_penalty"),
            metric="membership_risk",
            expects="either",
            references=(
                "Chang and Shokri, 2021, IEEE European Symposium on Security and Privacy",
                "Tonni et al., 2020, arXiv:2002.06856",
            ),
            positive_control="As for confident membership, with the group large enough to move the average.",
            negative_control="Group labels assigned at random: the weights are all near one and nothing is remembered.",
            primary=False,
        ),
        Probe(
            name="membership within a group",
            alias="F->P.group-mem",
            claim="Fairness interventions make models learn the rows of small groups by heart.",
            mechanism=(
                "More weight on few rows, or a constraint that they have to meet, is met most easily by learning "
                "them one by one."
            ),
            interventions=("reweighing", "oversampling", "reduction", "parity_penalty"),
            metric="group_memorisation",
            expects="harm",
            references=("Chang and Shokri, 2021, IEEE European Symposium on Security and Privacy",),
            positive_control="A penalty so strong that it moves the small group alone.",
            negative_control="The same models with another initialisation.",
        ),
        Probe(
            name="membership under norms by group",
            claim="A larger clipping norm for small groups makes DP-SGD learn their rows by heart more.",
            mechanism=(
                "The same budget holds for every row. Within it, rows whose gradients keep more of their length weigh more in "
                "the sum, and what is particular to few rows is learned."
            ),
            interventions=("group_clipping",),
            replaces=("dp_sgd",),
            metric="group_memorisation",
            expects="harm",
            references=("Chang and Shokri, 2021, IEEE European Symposium on Security and Privacy",),
            positive_control="A small group whose labels are drawn by lot, and a budget that leaves little noise.",
            negative_control="Groups that are alike, whose rows nobody has to learn by heart.",
            primary=False,
        ),
        Probe(
            name="attack on a pair of models",
            alias="F->P.fd-mia",
            claim="Someone who can ask the model before and after mitigation learns more than from either alone.",
            mechanism=(
                "What mitigation changes for a row depends on whether the row was trained on. Any second model adds "
                "something to the first, so that an ordinary and a mitigated model are held against two ordinary ones of the "
                "same rows. Measured where the study lists another_start."
            ),
            interventions=("reweighing", "oversampling", "reduction", "parity_penalty"),
            metric="pair_membership_risk",
            expects="harm",
            references=("Tian et al., 2024, International Joint Conference on Artificial Intelligence",),
            positive_control=(
                "A mitigation that moves the scores of a small group's training rows and of no others: the two scores of "
                "such a row differ."
            ),
            negative_control="Mitigation in name only: the second model is an ordinary one from another start.",
        ),
        Probe(
            name="collected attributes",
            alias="F->P.collect",
            claim="Fairness interventions make scores and decisions tell a person's group.",
            mechanism=(
                "Whatever reads the group, in training or in deciding, can leave traces of it in what is given out."
            ),
            interventions=("reweighing", "oversampling", "reduction", "parity_penalty", "group_thresholds"),
            metric="attribute_inference_risk",
            expects="harm",
            references=("Carey et al., 2023, Proceedings of the ACM on Management of Data 1(2)",),
            positive_control="Thresholds by group that lie far apart: decisions beside scores tell the group.",
            negative_control="A model that does not see the group, and columns that say nothing of it.",
        ),
    ),
    ideas=(Idea("show outsiders one of the two models only, not the pair", "Tian et al., 2024"),),
)
