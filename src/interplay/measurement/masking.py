"""Whether gradients hide what a search without gradients finds: then a robust accuracy is an upper bound only."""

from dataclasses import dataclass

import numpy as np

from interplay import streams
from interplay.arrays import Array, Float, Int
from interplay.attacks.pgd import rounded
from interplay.attacks.search import QUERIES, search
from interplay.engine import jnp
from interplay.estimates import NotMeasurable
from interplay.exhibits import EvaluationSetting
from interplay.families import Members

CHECKED_ROWS = 200


@dataclass(frozen=True)
class MaskingCheck:
    """The share of rows that one model still decides rightly under the evaluation attack, and under a search of so many
    queries a row.
    """

    rows: int
    queries: int
    by_gradient: float
    by_search: float


def masking_check(setting: EvaluationSetting, members: Members) -> MaskingCheck | None:
    """Attack some rows of the first member in both ways; None where nothing can be moved or there is no attack.

    Reference: Carlini et al. (2019), "On evaluating adversarial robustness", section 3: black-box attacks should not find more.
    """
    if not setting.is_movable:
        return None
    first = members.beside([members], 0)
    adversary = first.adversary(setting.attack)
    if isinstance(adversary, NotMeasurable):
        return None
    places = np.linspace(0, len(setting.attacked) - 1, min(CHECKED_ROWS, len(setting.attacked)))
    rows = setting.attacked[np.unique(places.astype(np.int64))]
    inputs, labels = np.asarray(setting.encoded.matrix[rows], dtype=np.float32), setting.dataset.labels[rows]
    gradient = adversary.worst(inputs, labels)[0].argmax(axis=1) == labels
    own = jnp.asarray(inputs)
    threat = setting.attack.threat.among(np.arange(inputs.shape[1]), own)
    reach = np.broadcast_to(np.asarray(setting.attack.radius * threat.movable), inputs.shape)
    lower, upper = (np.asarray(edge) for edge in (threat.lower, threat.upper))
    low = np.maximum(inputs - reach, np.minimum(lower, inputs))
    high = np.minimum(inputs + reach, np.maximum(upper, inputs))

    def settled(moved: Float[Array, "row column"]) -> Float[Array, "row column"]:
        found = rounded(jnp.asarray(moved, dtype=jnp.float32), own, setting.attack.radius, threat)
        return np.asarray(found)

    def excess(moved: Float[Array, "row column"]) -> Float[Array, " row"]:
        return _excess(first.log_probabilities(settled(moved))[0], labels)

    chance = streams.generator(setting.design.study.seed, "search without gradients")
    found = search(excess, inputs, low, high, chance)
    kept = excess(found) < 0
    return MaskingCheck(len(rows), QUERIES, float(gradient.mean()), float(kept.mean()))


def _excess(logs: Float[Array, "row label"], labels: Int[Array, " row"]) -> Float[Array, " row"]:
    """How far the likeliest other label is ahead of the row's own."""
    own = np.arange(logs.shape[1]) == labels[:, None]
    return np.asarray(np.where(own, -np.inf, logs).max(axis=1) - logs[own])
