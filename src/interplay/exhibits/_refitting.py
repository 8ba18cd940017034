"""Every member's scale and intercepts refitted on the tuning rows, as for the choice of learning rates."""

import numpy as np

from interplay.arrays import Array
from interplay.exhibits._setting import EvaluationSetting
from interplay.families import Members, Stack
from interplay.training.refit import Refit, refit


def refitted(setting: EvaluationSetting, stack: Stack) -> Members:
    """The members with their class scores refitted; what is refitted already stays as it is.

    Tuning rows are no training rows: they lie outside of a differential privacy budget.
    """
    if isinstance(stack, Members):
        return stack
    if not setting.family.refits or setting.family.decides_only:
        members, labels = setting.design.members, len(setting.dataset.classes)
        return setting.family.refitted(stack, np.ones(members), np.zeros((members, labels)))
    tuning = setting.tuning
    found = setting.family.scores(stack, setting.encoded.matrix[tuning])
    weights = setting.rows.weights[0, tuning]
    fits = [_fit(one, setting.dataset.labels[tuning], weights) for one in found]
    return setting.family.refitted(
        stack, np.array([fit.scale for fit in fits]), np.stack([fit.intercepts for fit in fits])
    )


def _fit(found: Array, labels: Array, weights: Array) -> Refit:
    """The refit of one member; a member with scores that are not finite keeps them."""
    return refit(found, labels, weights) or Refit(1.0, np.zeros(found.shape[1]))
