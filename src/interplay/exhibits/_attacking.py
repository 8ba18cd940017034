"""What members say of some rows moved by the evaluation attack."""

import numpy as np
from scipy.special import log_softmax

from interplay.arrays import Array, Float, Int
from interplay.estimates import NotMeasurable
from interplay.evidence import DecisionRule
from interplay.exhibits._setting import UNMOVED, EvaluationSetting
from interplay.families import Members
from interplay.interventions import Ask

Cuts = Float[Array, "member row"] | None


def cuts_of(ask: Ask, setting: EvaluationSetting) -> Cuts | NotMeasurable:
    """Where the decision that is attacked is cut; None where the attack is on the most likely class."""
    if len(setting.dataset.classes) == 2:  # with two labels an attack on the scores is one on the decision
        return None
    rule = ask(DecisionRule)
    return rule if isinstance(rule, NotMeasurable) else rule.cuts


def attacked(
    members: Members, setting: EvaluationSetting, rows: Int[Array, " some"], cuts: Cuts, purpose: str
) -> Float[Array, "member some label"] | NotMeasurable:
    """Log-probabilities on these rows, each moved to where the attack found the worst within the radius.

    `cuts` are those of all rows. Random starts have a stream of their own for every `purpose`.
    """
    if not setting.is_movable:
        return UNMOVED
    adversary = members.adversary(setting.attack)
    if isinstance(adversary, NotMeasurable):
        return adversary
    own = None if cuts is None else cuts[:, rows]
    found = adversary.worst(setting.encoded.matrix[rows], setting.dataset.labels[rows], own, purpose)
    return np.asarray(log_softmax(found.astype(np.float64), axis=2))
