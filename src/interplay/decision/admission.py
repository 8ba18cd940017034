"""Who keeps all hard limits in a repetition of the audit."""

from collections.abc import Sequence

import numpy as np

from interplay.arrays import Array, Bool, Float
from interplay.decision.bound import side_of
from interplay.decision.decision import LimitFinding
from interplay.decision.draws import Repetitions
from interplay.decision.measured import Measured
from interplay.decision.prediction import ROUNDING, SURE
from interplay.decision.relative import ITSELF
from interplay.design.treatment import Treatment
from interplay.estimates import NotMeasurable, Sample


def admitted(
    candidates: Sequence[Treatment], findings: Sequence[LimitFinding], measured: Measured, again: Repetitions
) -> Bool[Array, "draw candidate"]:
    """Whether each candidate keeps all its limits, by the rule of `interplay.decision.limits`, in every draw.

    The means move as they would with other rows and other members; the spread of deployed models stays as it was found.
    A limit without a number is kept in no draw.
    """
    kept = np.ones((len(again.members), len(candidates)), dtype=bool)
    by_candidate: dict[Treatment, list[LimitFinding]] = {}
    for one in findings:
        by_candidate.setdefault(one.treatment, []).append(one)
    for place, candidate in enumerate(candidates):
        own = by_candidate.get(candidate, [])
        chances = [_chances(one, measured, again) for one in own]
        numbers = [one for one in chances if not isinstance(one, NotMeasurable)]
        if len(numbers) < len(own):
            kept[:, place] = False
        elif own:
            kept[:, place] = _passes(np.array(numbers))
    return kept


def _chances(one: LimitFinding, measured: Measured, again: Repetitions) -> Float[Array, " draw"] | NotMeasurable:
    sample = measured.limited(one.treatment, one.metric, one.bound)
    prediction = measured.expected(one.treatment, one.metric, one.bound)
    if isinstance(sample, NotMeasurable):
        return sample
    if isinstance(prediction, NotMeasurable):
        return prediction
    parts = [contrast.values for contrast in sample.contrasts] or [sample.values]
    return prediction.chances(side_of(one.bound), one.declared, np.stack([again.moves(part) for part in parts], axis=1))


def _passes(chances: Float[Array, "limit draw"]) -> Bool[Array, " draw"]:
    """Holm's method for all limits at once: every one of the ordered probabilities is high enough."""
    ordered = np.sort(1 - chances, axis=0)
    allowed = (1 - SURE) / np.arange(len(chances), 0, -1)
    return np.asarray((ordered <= allowed[:, None] + ROUNDING).all(axis=0))


def limited_members(findings: Sequence[LimitFinding], measured: Measured) -> list[int]:
    """How many members the limited metrics have."""
    limited = [one for one in findings if one.probability is not None]
    samples = [measured.limited(one.treatment, one.metric, one.bound) for one in limited]
    return [len(one.values) for one in samples if isinstance(one, Sample) and one is not ITSELF]
