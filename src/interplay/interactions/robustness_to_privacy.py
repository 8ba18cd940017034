"""Robustness to privacy: a margin around every row is a memory of every row."""

from interplay.aspects import Aspect
from interplay.interactions._interaction import Idea, Interaction, Probe

INTERACTION = Interaction(
    source=Aspect.ROBUSTNESS,
    target=Aspect.PRIVACY,
    section="3.5",
    summary=(
        "Adversarial training fits a neighbourhood of each training row, so single rows influence the model more and "
        "are easier to recognise; together with DP-SGD it also costs time and careful accounting."
    ),
    probes=(
        Probe(
            name="confident membership",
            alias="R->P.mia",
            claim="Adversarial training lets an attacker name more members of the training data with confidence.",
            mechanism=(
                "Holding the decision constant around a training row changes the score there more than one step would."
            ),
            interventions=("adversarial_training", "trades", "noisy_copies"),
            metric="membership_exposure",
            expects="harm",
            references=(
                "Song et al., 2019, ACM SIGSAC Conference on Computer and Communications Security",
                "Yeom et al., 2020, Journal of Computer Security 28(1)",
            ),
            positive_control="A model large enough to learn random labels, trained with a margin around each row.",
            negative_control="A radius of zero.",
        ),
        Probe(
            name="membership on average",
            claim="Adversarial training raises how well members and non-members are told apart over all rows.",
            mechanism="The difference between training and test performance grows with the margin that is asked for.",
            interventions=("adversarial_training", "trades", "noisy_copies"),
            metric="membership_risk",
            expects="harm",
            references=(
                "Song et al., 2019, ACM SIGSAC Conference on Computer and Communications Security",
                "Yeom et al., 2020, Journal of Computer Security 28(1)",
            ),
            positive_control="A model large enough to learn random labels, trained with a margin around each row.",
            negative_control="A radius of zero.",
            primary=False,
        ),
        Probe(
            name="attack through adversarial rows",
            claim="Scores on adversarial versions of a row give its membership away better than the score on the row.",
            mechanism=(
                "Adversarial training holds the decision constant around the rows that it trains on, and around no others: how "
                "far the score falls nearby tells them apart."
            ),
            interventions=("adversarial_training",),
            metric="adversarial_membership_exposure",
            baseline="same",
            baseline_metric="score_membership_exposure",
            expects="harm",
            references=("Song et al., 2019, ACM SIGSAC Conference on Computer and Communications Security",),
            positive_control="A model large enough to learn random labels, trained with a margin around each row.",
            negative_control="A radius of zero: the worst row is the row itself.",
            primary=False,
        ),
        Probe(
            name="influence of single rows",
            alias="R->P.influence",
            claim=("Adversarial training gives single rows more influence on how they are decided themselves."),
            mechanism=(
                "A model that has to be right in a whole neighbourhood of each training row keeps more of each row."
            ),
            interventions=("adversarial_training", "trades", "noisy_copies"),
            metric="memorisation",
            expects="harm",
            references=(
                "Yeom et al., 2020, Journal of Computer Security 28(1)",
                "Song et al., 2019, ACM SIGSAC Conference on Computer and Communications Security",
            ),
            positive_control="A network with room for every row, trained within half the distance between rows.",
            negative_control="Two classes far apart: each row is decided alike with it and without.",
            primary=False,
        ),
        Probe(
            name="cost of the combination",
            alias="R->P.dp-compat",
            claim="Adversarial copies of rows under DP-SGD spend more of the privacy budget.",
            mechanism=(
                "Several moved copies of a row are several chances to learn from it. Here the gradients of all "
                "copies of a row are averaged before they are clipped, so that a row counts once: an accountant "
                "that says otherwise, or a change of the loop that breaks it, shows here. What the combination "
                "costs in accuracy and robustness is among the joint effects."
            ),
            interventions=("adversarial_training", "trades", "noisy_copies"),
            metric="privacy_budget",
            context=("dp_sgd",),
            expects="harm",
            references=(
                "Wu et al., 2024, Transactions on Machine Learning Research",
                "Yousefpour et al., 2021, arXiv:2109.12298",
            ),
            positive_control="Copies that are clipped one by one and counted as rows of their own.",
            negative_control="One copy of each row: the same sum of gradients as without the attack.",
            primary=False,
        ),
    ),
    ideas=(Idea("stop adversarial training early", "Song et al., 2019"),),
)
