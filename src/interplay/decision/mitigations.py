"""What to try against a harm, by source and target: interventions of the catalogue, and ideas that it does not have yet.

Nothing here is promised to work on a user's data: a mitigation is one more treatment, to be declared and measured.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from interplay.aspects import RANKED_ASPECTS, Aspect
from interplay.decision.decision import Decision
from interplay.effects.effect import Effect


@dataclass(frozen=True)
class Mitigation:
    """Something to try. `intervention` is a catalogue name, and empty for an idea the catalogue does not have."""

    text: str
    reference: str
    intervention: str = ""


F, P, R, E, UQ, U = RANKED_ASPECTS

BY_CLASS = Mitigation(
    "a threshold for each class, where sets miss a class too often", "Ding et al., 2024", "class_conformal"
)

MITIGATIONS: Mapping[tuple[Aspect, Aspect], tuple[Mitigation, ...]] = {
    (P, F): (
        Mitigation("a larger budget, or more steps at the same one", "Tramer and Boneh, 2021", "dp_sgd"),
        Mitigation("a larger clipping norm", "Esipova et al., 2023", "dp_sgd"),
        Mitigation("a larger clipping norm for the rows of small groups", "Xu et al., 2021b", "group_clipping"),
        Mitigation("thresholds by group on top of the private model", "Hardt et al., 2016", "group_thresholds"),
        Mitigation("row weights before private training", "Kamiran and Calders, 2012", "reweighing"),
        Mitigation("a global scaling of gradients instead of clipping each", "Esipova et al., 2023"),
    ),
    (F, P): (
        Mitigation("DP-SGD beneath the fairness intervention", "Abadi et al., 2016", "dp_sgd"),
        Mitigation("show outsiders one of the two models only, not the pair", "Tian et al., 2024"),
    ),
    (R, F): (
        Mitigation("a smaller radius", "Xu et al., 2021", "adversarial_training"),
        Mitigation("rows as they are beside moved ones: clean_copy = true", "De et al., 2022", "adversarial_training"),
        Mitigation("TRADES instead, with a smaller trade_off", "Zhang et al., 2019", "trades"),
        Mitigation("thresholds by group on top of the robust model", "Hardt et al., 2016", "group_thresholds"),
        Mitigation("weights of the worst class or group during adversarial training", "Xu et al., 2021"),
    ),
    (R, U): (
        Mitigation("TRADES, whose trade_off says what robustness may cost", "Zhang et al., 2019", "trades"),
        Mitigation("a smaller radius", "Tsipras et al., 2019", "adversarial_training"),
    ),
    (F, R): (
        Mitigation(
            "adversarial training beneath the fairness intervention", "Madry et al., 2018", "adversarial_training"
        ),
    ),
    (R, P): (
        Mitigation("DP-SGD beside adversarial training", "Hayes et al., 2022", "dp_sgd"),
        Mitigation("stop adversarial training early", "Song et al., 2019"),
    ),
    (P, R): (
        Mitigation("adversarial training beside DP-SGD", "Hayes et al., 2022", "adversarial_training"),
        Mitigation(
            "more steps at the same budget: a diagnostic that costs four times as much says how much of the harm they undo",
            "Tramer and Boneh, 2021",
            "longer_dp_sgd",
        ),
        Mitigation("augment each row before clipping", "Wu et al., 2024", "adversarial_training"),
    ),
    (E, P): (
        Mitigation("DP-SGD beneath the released explanations", "Abadi et al., 2016", "dp_sgd"),
        Mitigation("differentially private or rounded explanations", "Patel et al., 2022"),
    ),
    (E, R): (
        Mitigation("adversarial training beneath the explanations", "Madry et al., 2018", "adversarial_training"),
        Mitigation(
            "perturbed rows drawn from the rows of the table, which a wrapper cannot tell apart", "Slack et al., 2020"
        ),
    ),
    (E, UQ): (Mitigation("more perturbed samples, and intervals on importances", "Slack et al., 2021"),),
    (F, E): (Mitigation("explain the decision with its thresholds, not the score beneath", "Di Gennaro et al., 2024"),),
    (F, UQ): (
        Mitigation("prediction sets calibrated in each group", "Romano et al., 2020", "group_conformal"),
        BY_CLASS,
        Mitigation("coverage conditional on clusters", "Ding et al., 2024"),
    ),
    (UQ, F): (
        Mitigation("prediction sets calibrated in each group", "Romano et al., 2020", "group_conformal"),
        Mitigation("sets of equal size instead of equal coverage", "Cresswell et al., 2025"),
    ),
    (P, UQ): (
        Mitigation("a larger budget", "Zhang et al., 2022", "dp_sgd"),
        Mitigation(
            "a larger budget for the calibration rows, or more of them",
            "Angelopoulos et al., 2022",
            "private_conformal",
        ),
        BY_CLASS,
    ),
    (R, UQ): (
        BY_CLASS,
        Mitigation("adversarial training that weighs uncertain rows", "Liu et al., 2024"),
    ),
    (UQ, R): (
        Mitigation("a threshold calibrated on attacked rows", "Gendler et al., 2022", "robust_conformal"),
        Mitigation("scores smoothed by noise, or bounds that hold under any attack", "Gendler et al., 2022"),
    ),
    (UQ, P): (
        Mitigation("DP-SGD beneath the prediction sets", "Abadi et al., 2016", "dp_sgd"),
        Mitigation("a private threshold, for the calibration rows", "Angelopoulos et al., 2022", "private_conformal"),
    ),
    (UQ, E): (Mitigation("explain the score, and say beside it how uncertain it is", "Antoran et al., 2021"),),
}


def mitigations(source: Aspect, target: Aspect) -> tuple[Mitigation, ...]:
    """What to try where an intervention of `source` harms `target`; those of the catalogue come first.

    Example:
        >>> [one.intervention for one in mitigations(Aspect.PRIVACY, Aspect.FAIRNESS)][:3]
        ['dp_sgd', 'dp_sgd', 'group_clipping']
    """
    return MITIGATIONS.get((source, target), ())


def to_try(decision: Decision, planned: Iterable[Effect]) -> dict[tuple[Aspect, Aspect], tuple[Mitigation, ...]]:
    """What to try, by directed pair, against the harms that remain with the chosen treatment.

    Where nobody has set the priorities there is nothing: which harm to act on is theirs to say. Where nothing is
    admissible it is against the harms of the planned comparisons, on metrics whose limits are not shown
    to be kept, or on all where there are none on those.
    """
    if decision.unresolved == "priorities_not_set":
        return {}
    asked = decision.residual if decision.treatment is not None else planned
    harms = [one for one in asked if one.tuning == "tuned" and one.verdict in ("harm", "harm_undetermined")]
    limited = {one.metric for one in decision.limits if one.status != "admissible"}
    if decision.treatment is None:
        harms = [one for one in harms if one.metric in limited] or harms
    pairs = dict.fromkeys((source, one.target) for one in harms for source in one.source)
    return {pair: mitigations(*pair) for pair in pairs if mitigations(*pair)}


def told(source: Aspect, target: Aspect) -> str:
    """The same in one line."""
    return "; ".join(
        f"{one.text} ({f'{one.intervention}, ' if one.intervention else 'not in the catalogue, '}{one.reference})"
        for one in mitigations(source, target)
    )
