"""Whether gradients hide what a search without gradients finds: then a robust accuracy is an upper bound only."""

from dataclasses import dataclass

import numpy as np

from interplay import streams
from interplay.arrays import Array, Float, Int
from interplay.attacks.pgd import rounded
from interplay.attacks.search import AT_ONCE, QUERIES, search
from interplay.engine import jnp
from interplay.estimates import NotMeasurable
from interplay.evidence import AdversarialScores
from interplay.exhibits import EvaluationSetting, some_places
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


def masking_check(
    setting: EvaluationSetting, members: Members, attacked: AdversarialScores | NotMeasurable
) -> MaskingCheck | None:
    """Search on some of the rows that were attacked, in the first member; None where nothing was attacked.

    Reference: Carlini et al. (2019), "On evaluating adversarial robustness", section 3: black-box attacks should not find more.
    """
    if isinstance(attacked, NotMeasurable):
        return None
    first = members.beside([members], 0)
    places = some_places(attacked.rows, CHECKED_ROWS)
    rows = attacked.rows[places]
    inputs, labels = np.asarray(setting.encoded.matrix[rows], dtype=np.float32), setting.dataset.labels[rows]
    gradient = attacked.log_probabilities[0, places].argmax(axis=1) == labels
    own = jnp.asarray(inputs)
    threat = setting.attack.threat.among(np.arange(inputs.shape[1]), own)
    reach = np.broadcast_to(np.asarray(setting.attack.radius * threat.movable), inputs.shape)
    lower, upper = (np.asarray(edge) for edge in (threat.lower, threat.upper))
    low = np.maximum(inputs - reach, np.minimum(lower, inputs))
    high = np.minimum(inputs + reach, np.maximum(upper, inputs))

    def excess(moved: Float[Array, "some column"]) -> Float[Array, " some"]:
        """Of several versions of the rows, one after the other."""
        count = len(moved) // len(inputs)
        filled = np.resize(moved, (AT_ONCE * len(inputs), inputs.shape[1]))  # one shape, so that it is compiled once
        versions = jnp.asarray(filled.reshape(AT_ONCE, *inputs.shape), dtype=jnp.float32)
        settled = np.asarray(rounded(versions, own, setting.attack.radius, threat)).reshape(filled.shape)
        return _excess(first.log_probabilities(settled)[0], np.tile(labels, AT_ONCE))[: count * len(inputs)]

    chance = streams.generator(setting.design.study.seed, "search without gradients")
    found = search(excess, inputs, low, high, chance)
    kept = excess(found) < 0
    return MaskingCheck(len(rows), QUERIES, float(gradient.mean()), float(kept.mean()))


def _excess(logs: Float[Array, "row label"], labels: Int[Array, " row"]) -> Float[Array, " row"]:
    """How far the likeliest other label is ahead of the row's own."""
    own = np.arange(logs.shape[1]) == labels[:, None]
    return np.asarray(np.where(own, -np.inf, logs).max(axis=1) - logs[own])
