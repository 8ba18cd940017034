"""Privacy to uncertainty: a noisy model is worse calibrated, and its prediction sets are larger."""

from interplay.aspects import Aspect
from interplay.interactions._interaction import Interaction, Probe, Unmeasured

INTERACTION = Interaction(
    source=Aspect.PRIVACY,
    target=Aspect.UNCERTAINTY,
    section="3.7",
    summary=(
        "DP-SGD miscalibrates probabilities and enlarges prediction sets. The calibration rows stay outside the budget "
        "unless the sets are made private as well, which enlarges them again."
    ),
    probes=(
        Probe(
            name="calibration of probabilities",
            alias="P->UQ.miscalibration",
            claim="DP-SGD moves predicted probabilities away from observed rates.",
            mechanism=(
                "Clipping each row's gradient changes the balance at which training stops, mostly to over-confidence."
            ),
            interventions=("dp_sgd", "group_clipping"),
            metric="calibration_error",
            expects="harm",
            references=(
                "Bu et al., 2023, Transactions on Machine Learning Research",
                "Zhang et al., 2022, arXiv:2210.08248",
            ),
            positive_control="Labels drawn from a known logistic model, trained with a small norm bound and no noise.",
            negative_control="The same with a norm bound that clips nothing and no noise.",
        ),
        Probe(
            name="set size",
            alias="P->UQ.set-size",
            claim="Prediction sets of a model trained with DP-SGD are larger at the same promised coverage.",
            mechanism=(
                "Less accurate and less well ordered scores need a higher threshold. Most of it usually comes from "
                "lost accuracy, the rest from calibration."
            ),
            interventions=("dp_sgd", "group_clipping"),
            metric="set_size",
            context=("split_conformal",),
            expects="either",
            references=(
                "Xi et al., 2024, arXiv:2402.04344",
                "Bu et al., 2023, Transactions on Machine Learning Research",
            ),
            positive_control="A small budget on data that the control predicts almost perfectly.",
            negative_control="A budget so large that the noise vanishes, and a norm bound that clips nothing.",
        ),
        Probe(
            name="coverage",
            claim="Prediction sets of a model trained with DP-SGD hold the true label less often.",
            mechanism=(
                "Exchangeable calibration rows keep the promise for any model, so a loss of coverage means that "
                "something else broke; it also says whether sizes were compared at the same coverage."
            ),
            interventions=("dp_sgd", "group_clipping"),
            metric="coverage",
            context=("split_conformal",),
            expects="either",
            references=("Angelopoulos and Bates, 2021, arXiv:2107.07511",),
            positive_control="Calibration rows taken from the rows that the model trained on.",
            negative_control="Any budget, with calibration rows apart from the training rows.",
            primary=False,
        ),
        Unmeasured(
            name="sets are post-processing",
            alias="P->UQ.postproc",
            claim="Adding prediction sets to a model trained with DP-SGD costs the training rows nothing.",
            missing=(
                "nothing, since there is nothing to measure: sets are made from scores of rows that no model trained on, "
                "which a test of this version holds"
            ),
            expects="either",
            references=("Dwork et al., 2006, Theory of Cryptography",),
        ),
        Probe(
            name="sets under a budget",
            alias="P->UQ.private-sets",
            claim="A private threshold makes prediction sets larger.",
            mechanism=("The threshold has to lie so high that the noise rarely takes it below the one that covers."),
            interventions=("private_conformal",),
            metric="set_size",
            replaces=("split_conformal",),
            expects="harm",
            references=("Angelopoulos et al., 2022, Harvard Data Science Review 4(2)",),
            positive_control="Few calibration rows and a small budget: sets hold almost every label.",
            negative_control="Very many calibration rows: the noise is a few ranks.",
        ),
    ),
)
