"""Fairness to explainability: the explanation may describe a model that nobody asked for, or that does not decide."""

from interplay.aspects import Aspect
from interplay.interactions._interaction import Idea, Interaction, Probe

INTERACTION = Interaction(
    source=Aspect.FAIRNESS,
    target=Aspect.EXPLAINABILITY,
    section="3.3",
    summary=(
        "Mitigation changes which columns matter, blurs how they relate to the outcome, and, when it acts after the "
        "model, parts the decision from the model that is explained."
    ),
    probes=(
        Probe(
            name="fidelity after reweighing",
            claim="Explanations follow a model trained on reweighed rows less closely.",
            mechanism=(
                "Row weights change the relation between columns and outcome that the model learns; where groups need "
                "different relations, the score bends more and a local linear explanation fits it worse."
            ),
            interventions=("reweighing", "oversampling", "reduction"),
            metric="explanation_fidelity",
            context=("release_explanations",),
            expects="harm",
            references=("Caton and Haas, 2024, ACM Computing Surveys 56(7)",),
            positive_control="Two groups with opposite slopes on one column, the small one weighed up.",
            negative_control="A linear score in both treatments: explanations follow both.",
        ),
        Probe(
            name="fidelity under a penalty",
            claim="Explanations follow a model trained with a parity penalty less closely.",
            mechanism=(
                "The penalty asks for equal mean scores, which the model reaches by interactions between columns that "
                "stand in for the group; these are what a linear explanation misses."
            ),
            interventions=("parity_penalty",),
            metric="explanation_fidelity",
            context=("release_explanations",),
            expects="harm",
            references=("Wan et al., 2023, ACM Transactions on Knowledge Discovery from Data 17(3)",),
            positive_control="A group known only through the product of two columns, and a strong penalty.",
            negative_control="A penalty of strength zero.",
        ),
        Probe(
            name="stability",
            claim="Mitigation makes repeated explanations of one row agree less.",
            mechanism=(
                "Importance spread over several stand-in columns of similar size changes its order with the draw."
            ),
            interventions=("reweighing", "oversampling", "reduction", "parity_penalty"),
            metric="explanation_stability",
            context=("release_explanations",),
            expects="harm",
            references=(
                "Caton and Haas, 2024, ACM Computing Surveys 56(7)",
                "Wan et al., 2023, ACM Transactions on Knowledge Discovery from Data 17(3)",
            ),
            positive_control="Several copies of one column with added noise, each a stand-in for the group.",
            negative_control="One dominant column that is independent of the group.",
            primary=False,
        ),
        Probe(
            name="shifted importance",
            alias="F->E.pre-shift",
            claim="Mitigation moves importance away from the features that say most of the outcome.",
            mechanism=(
                "Weights and penalties take back what the outcome has in common with the group, and with it some of what "
                "the features say of the outcome itself."
            ),
            interventions=("reweighing", "oversampling", "reduction", "parity_penalty"),
            metric="driver_importance",
            context=("release_explanations",),
            expects="harm",
            references=(
                "Caton and Haas, 2024, ACM Computing Surveys 56(7)",
                "Wan et al., 2023, ACM Transactions on Knowledge Discovery from Data 17(3)",
            ),
            positive_control="An outcome that follows from one feature which also tells the group: a penalty turns to others.",
            negative_control="Groups assigned at random.",
            primary=False,
        ),
        Probe(
            name="over-emphasised minority columns",
            alias="F->E.oversample",
            claim="Oversampling a group makes explanations of everyone stress the columns tied to that group.",
            mechanism="The model fits the rows of the group more closely, and they differ from others in these columns.",
            interventions=("oversampling", "reweighing", "reduction"),
            metric="stand_in_importance",
            context=("release_explanations",),
            expects="harm",
            references=("Caton and Haas, 2024, ACM Computing Surveys 56(7)",),
            positive_control="A small group whose outcome follows from a column of its own.",
            negative_control="Groups of equal size, or assigned at random.",
        ),
        Probe(
            name="hidden reliance",
            alias="F->E.in-shift",
            claim="Under a penalty, explanations name the stand-ins of the group less than the model uses them.",
            mechanism=("A penalty is met by spreading the use of stand-ins over columns that each look unimportant."),
            interventions=("reweighing", "oversampling", "reduction", "parity_penalty"),
            metric="hidden_reliance",
            context=("release_explanations",),
            expects="harm",
            references=("Wan et al., 2023, ACM Transactions on Knowledge Discovery from Data 17(3)",),
            positive_control="A group known only through the product of two columns, and a strong penalty.",
            negative_control="A penalty of strength zero.",
            primary=False,
        ),
        Probe(
            name="decisions parted from the score",
            alias="F->E.post-disconnect",
            claim="With group thresholds, the explained score no longer says what is decided.",
            mechanism=(
                "Thresholds by group are set on top of the score. The explanation describes the score and knows "
                "nothing of them."
            ),
            interventions=("group_thresholds",),
            metric="unexplained_decisions",
            context=("release_explanations",),
            expects="harm",
            references=("Di Gennaro et al., 2024, arXiv:2408.15096",),
            positive_control="Groups whose thresholds lie far apart.",
            negative_control="Groups alike, whose thresholds hardly differ from the usual one.",
        ),
    ),
    ideas=(Idea("explain the decision with its thresholds, not the score beneath", "Di Gennaro et al., 2024"),),
)
