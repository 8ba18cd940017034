"""Every member's scale and intercepts refitted on the tuning rows, as for the choice of learning rates."""

import numpy as np

from interplay.arrays import Array
from interplay.exhibits._setting import EvaluationSetting
from interplay.models.network import Parameters
from interplay.models.rescaled import RescaledParameters
from interplay.training.fleet import scores
from interplay.training.refit import Refit, refit


def refitted(setting: EvaluationSetting, parameters: Parameters) -> RescaledParameters:
    """The stack with every member's class scores refitted; what is refitted already stays as it is.

    Tuning rows are no training rows: they lie outside of a differential privacy budget.
    """
    if isinstance(parameters, RescaledParameters):
        return parameters
    tuning = np.flatnonzero(setting.design.split.tuning)
    found = scores(setting.network.network, parameters, setting.encoded.matrix[tuning])
    weights = setting.rows.weights[0, tuning]
    fits = [_fit(one, setting.dataset.labels[tuning], weights) for one in found]
    scale = np.array([fit.scale for fit in fits], dtype=np.float32)
    return RescaledParameters(parameters, scale, np.stack([fit.intercepts for fit in fits]).astype(np.float32))


def _fit(found: Array, labels: Array, weights: Array) -> Refit:
    """The refit of one member; a member with scores that are not finite keeps them."""
    return refit(found, labels, weights) or Refit(1.0, np.zeros(found.shape[1]))
