"""Privacy to robustness: noisy, clipped steps leave a rough boundary close to the rows."""

from interplay.aspects import Aspect
from interplay.interactions._interaction import Interaction, Probe

INTERACTION = Interaction(
    source=Aspect.PRIVACY,
    target=Aspect.ROBUSTNESS,
    section="3.5",
    summary="Clipping and noise slow training and roughen the decision boundary, so smaller changes flip decisions.",
    probes=(
        Probe(
            name="ranking under attack",
            alias="P->R.adv",
            claim="The scores of a model trained with DP-SGD tell attacked rows of different classes apart less well.",
            mechanism=(
                "Slow and noisy convergence leaves directions of the input with weight that the data do not support. "
                "Small gradients can also make an attack fail without making the model withstand it, so an improvement "
                "needs a second attack that uses no gradients."
            ),
            interventions=("dp_sgd", "group_clipping"),
            metric="robust_auc",
            expects="either",
            references=(
                "Boenisch et al., 2021, arXiv:2105.07985",
                "Tursynbek et al., 2021, arXiv:2012.07828",
            ),
            positive_control=(
                "A linear model with one useful and many useless columns: noise gives the useless ones weight that an "
                "attack can use."
            ),
            negative_control="A budget so large that the noise vanishes, and a norm bound that clips nothing.",
        ),
        Probe(
            name="robust accuracy",
            claim="DP-SGD lowers the share of rows of each class decided correctly under attack.",
            mechanism=(
                "The same weight on useless directions; and a model that says the commoner class more often is harder "
                "to move in that class alone, so that classes count alike here."
            ),
            interventions=("dp_sgd", "group_clipping"),
            metric="balanced_robust_accuracy",
            expects="either",
            references=(
                "Boenisch et al., 2021, arXiv:2105.07985",
                "Tursynbek et al., 2021, arXiv:2012.07828",
            ),
            positive_control="The linear model with useless columns.",
            negative_control="A budget so large that the noise vanishes, and a norm bound that clips nothing.",
            primary=False,
        ),
        Probe(
            name="distance to the boundary",
            claim="DP-SGD shortens the distance from rows to the decision boundary.",
            mechanism="The same weight on useless directions opens a shorter way across the boundary.",
            interventions=("dp_sgd", "group_clipping"),
            metric="boundary_distance",
            expects="harm",
            references=(
                "Tursynbek et al., 2021, arXiv:2012.07828",
                "Fawzi et al., 2018, IEEE Conference on Computer Vision and Pattern Recognition",
                "Hayes et al., 2022, arXiv:2201.02265",
            ),
            positive_control=(
                "The linear model with useless columns, whose distance is the margin over the norm of the weights."
            ),
            negative_control="A budget so large that the noise vanishes, and a norm bound that clips nothing.",
            primary=False,
        ),
        Probe(
            name="one switched category",
            claim="DP-SGD makes more decisions depend on a single categorical answer.",
            mechanism="Rare categories have few rows, so noise decides much of their weight.",
            interventions=("dp_sgd", "group_clipping"),
            metric="switch_accuracy",
            expects="harm",
            references=("Boenisch et al., 2021, arXiv:2105.07985",),
            positive_control="A categorical column with many rare, uninformative values.",
            negative_control="No categorical column: the metric says that there is nothing to switch.",
            primary=False,
        ),
        Probe(
            name="smoothness",
            alias="P->R.smoothness",
            claim="DP-SGD makes scores move further within the radius, against their spread.",
            mechanism=(
                "Noise leaves weights of its own in directions that the data do not need, so that small changes of "
                "a row move its score more."
            ),
            interventions=("dp_sgd", "group_clipping"),
            metric="attacked_shift",
            expects="harm",
            references=(
                "Hayes et al., 2022, arXiv:2201.02265",
                "Fawzi et al., 2018, IEEE Conference on Computer Vision and Pattern Recognition",
                "Tursynbek et al., 2021, arXiv:2012.07828",
            ),
            positive_control="A very small budget: the noise makes most of the weights.",
            negative_control="A budget so large that the noise vanishes, and no clipping.",
            primary=False,
        ),
        Probe(
            name="convergence as the cause",
            alias="P->R.convergence",
            claim=(
                "Stopping before the model has converged is enough to rank attacked rows less well: ordinary training that "
                "is stopped early does so without any privacy."
            ),
            mechanism=(
                "Clipped and noisy steps get less far than as many ordinary ones. What training starts from then still "
                "has weight in directions that the data do not support."
            ),
            interventions=("shorter_training",),
            metric="robust_auc",
            expects="harm",
            references=("Tramèr and Boneh, 2021, International Conference on Learning Representations",),
            positive_control=(
                "Labels that follow one column, beside many useless ones, and so few steps that the weights at which "
                "training starts still count."
            ),
            negative_control="The same table and so many steps that a quarter of them suffices.",
            primary=False,
        ),
        Probe(
            name="longer training within the budget",
            claim="Trained for several times as many steps within the same budget, DP-SGD ranks attacked rows better.",
            mechanism=(
                "If much of the loss comes from stopping before the model has converged, more steps take it back, though "
                "each of them has more noise. If it comes from the noise, they do not."
            ),
            interventions=("longer_dp_sgd",),
            replaces=("dp_sgd",),
            metric="robust_auc",
            expects="improvement",
            references=("Tramèr and Boneh, 2021, International Conference on Learning Representations",),
            positive_control="The table with useless columns, few steps, and a budget so large that noise hardly counts.",
            negative_control="The same table and so many steps that no more are needed.",
            primary=False,
        ),
    ),
)
