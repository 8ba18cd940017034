"""Holding the evaluation attack against the exact worst case, on some rows of one model."""

import numpy as np

from interplay.arrays import Array, Float
from interplay.estimates import NotMeasurable
from interplay.evidence import ExactCheck
from interplay.exhibits._setting import EvaluationSetting, some_places
from interplay.families import Members

CHECKED_ROWS = 100


def exact_check(
    setting: EvaluationSetting, members: Members, attacked: Float[Array, "member attacked label"]
) -> ExactCheck | None:
    """What the attack finds of the rows of the first member that can be broken; None where no exact method is known."""
    first = members.beside([members], 0)
    inputs = np.asarray(setting.encoded.matrix[setting.attacked], dtype=np.float32)
    labels = setting.dataset.labels[setting.attacked]
    right = np.flatnonzero(first.log_probabilities(inputs)[0].argmax(axis=1) == labels)
    if not len(right):
        return None
    some = right[some_places(right, CHECKED_ROWS)]
    worst = first.exact(setting.attack, inputs[some], labels[some])
    if isinstance(worst, NotMeasurable):
        return None
    solved = ~np.isnan(worst)
    broken, searched = worst > 0, attacked[0, some].argmax(axis=1) != labels[some]
    return ExactCheck(int(solved.sum()), int(broken[solved].sum()), int(searched[solved].sum()))
