"""What share of a shown harm a diagnostic explains."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from scipy.optimize import brentq

from interplay.aspects import Aspect
from interplay.design.factors import Factors, shared_parameters
from interplay.design.treatment import Treatment
from interplay.effects.combination import Combination, Response, combine
from interplay.effects.effect import Effect
from interplay.effects.field import fields, standing
from interplay.estimates import NotMeasurable
from interplay.interventions import PartOf
from interplay.measurement.measurements import Measurements
from interplay.metrics import Metric
from interplay.statistics.crossed_interval import ONE_SIDED
from interplay.statistics.group_sequential import Looks

MOST = 1_000.0
"""A share whose interval reaches so far says nothing."""

PAIRED = NotMeasurable("it is compared on rows that two treatments decide rightly, which are others for every two")
UNSETTLED = NotMeasurable("the size of the harm is known too little for shares of it")


@dataclass(frozen=True)
class HarmShare:
    """How much of a change for the worse by `of` the diagnostic `by` explains, on one metric (and contrast).

    harm(x) = value(x) - value(control), on the scale of `interplay.effects.combination`

        alone     share = harm(by) / harm(of)
        undone    share = (harm(of) - harm(by)) / harm(of)

    1 is all of the harm and 0 none of it; below 0 the diagnostic says the opposite, and above 1 more than was asked.
    `low` and `high` hold all shares s of which a one-sided test at 5 % rejects `numerator - s * harm(of) = 0` on neither
    side (Fieller). Without numbers `reason` says why. `effect` is the position of the change among the effects, whose
    tuning all three arms have.
    """

    of: str
    by: str
    how: Literal["alone", "undone"]
    effect: int
    target: Aspect
    metric: str
    contrast: str
    share: float | None
    low: float | None
    high: float | None
    reason: str = ""


def harm_shares(
    measurements: Measurements, built: Factors, effects: Sequence[Effect], looks: Looks | None = None
) -> tuple[HarmShare, ...]:
    """The share of every change for the worse that is shown of one intervention alone, by every diagnostic that takes it apart.

    Re-tuned, and as applied: at one learning rate it is the steps alone that differ. A change is shown where it exceeds
    zero, by the tolerance or not; of others there is nothing to take apart, and a ratio to them would have no bounds. `looks`
    as in `interplay.effects.compare`.

    Reference: Fieller (1954), "Some problems in interval estimation".

    Does not show: that shares of several diagnostics add up to 1; what two causes do together belongs to neither.
    """
    error = (looks or Looks.once()).nominal(ONE_SIDED)
    return tuple(
        _of_harm(place, effect, by, part, measurements, built, error)
        for place, effect in enumerate(effects)
        for by, part in _taking_apart(effect, built)
    )


def _taking_apart(effect: Effect, built: Factors) -> Iterator[tuple[str, PartOf]]:
    """The diagnostics that say where a change comes from; none of what is not shown, or not of one intervention alone."""
    bare = effect.treatment.without(tuple(built.layers))
    alone = bare.interventions == effect.applied and effect.baseline == effect.treatment.without(effect.applied)
    shown = effect.verdict in ("harm", "harm_undetermined")
    if shown and alone and effect.metric == effect.baseline_metric:
        for name, intervention in built.training.items():
            part = intervention.part_of
            if part is not None and (part.intervention,) == effect.applied:
                yield name, part


def _of_harm(
    place: int, effect: Effect, by: str, part: PartOf, measurements: Measurements, built: Factors, error: float
) -> HarmShare:
    ends = _share(effect, by, part, measurements, built, error)
    share, low, high = (None, None, None) if isinstance(ends, NotMeasurable) else ends
    return HarmShare(
        of=part.intervention,
        by=by,
        how=part.how,
        effect=place,
        target=effect.target,
        metric=effect.metric,
        contrast=effect.contrast,
        share=share,
        low=low,
        high=high,
        reason=ends.reason if isinstance(ends, NotMeasurable) else "",
    )


def _share(
    effect: Effect, by: str, part: PartOf, measurements: Measurements, built: Factors, error: float
) -> tuple[float, float, float] | NotMeasurable:
    """The share and both ends of its interval."""
    if unlike := _unlike(by, part.intervention, built):
        return NotMeasurable(unlike)
    metric = measurements.metrics[effect.metric]
    if metric.paired:
        return PAIRED
    context = effect.treatment.without(effect.applied).interventions
    arms = [built.treatment((*names, *context)) for names in ((), effect.applied, (by,))]
    known = _known(measurements, metric, effect, arms)
    return known if isinstance(known, NotMeasurable) else _solved(known, arms, part, error)


def _unlike(by: str, of: str, built: Factors) -> str:
    """Which parameters of a diagnostic are others than those of the intervention it takes apart; empty where none is."""
    diagnostic, intervention = built.training[by], built.training[of]
    differences = [
        f"{name} {getattr(diagnostic, name)} instead of {getattr(intervention, name)}"
        for name in shared_parameters(diagnostic, intervention)
        if getattr(diagnostic, name) != getattr(intervention, name)
    ]
    return f"{by} was trained with {' and '.join(differences)}; declare the same for both" if differences else ""


def _known(
    measurements: Measurements, metric: Metric, effect: Effect, arms: Sequence[Treatment]
) -> Mapping[Treatment, Response] | NotMeasurable:
    """What every arm has, over the members that all of them have."""
    by_contrast = fields(measurements, metric, arms, effect.tuning)
    if effect.contrast not in by_contrast:
        return NotMeasurable("not every treatment has a number")
    responses: dict[Treatment, Response] = {}
    for arm, response in standing(by_contrast[effect.contrast], metric, measurements, effect.tuning).items():
        if isinstance(response, NotMeasurable):
            return NotMeasurable(f"{arm.name}: {response.reason}")
        responses[arm] = response
    members = min(len(response.values) for response in responses.values())
    return {arm: replace(response, values=response.values[:members]) for arm, response in responses.items()}


def _solved(
    known: Mapping[Treatment, Response], arms: Sequence[Treatment], part: PartOf, error: float
) -> tuple[float, float, float] | NotMeasurable:
    control, harmed, other = arms

    def left(share: float) -> Combination:
        """The numerator less so much of the harm: nothing where this is the share."""
        if part.how == "alone":
            return _sum(known, {other: 1.0, harmed: -share, control: share - 1.0}, error)
        return _sum(known, {harmed: 1.0 - share, other: -1.0, control: share}, error)

    whole = _sum(known, {harmed: 1.0, control: -1.0}, error)
    if whole.low <= 0 or not whole.enumerated:
        return UNSETTLED
    share = left(0.0).cases[0].estimate / whole.cases[0].estimate
    below, above = 1.0, 1.0
    while left(share - below).low <= 0 and below < MOST:
        below *= 2
    while left(share + above).high >= 0 and above < MOST:
        above *= 2
    if max(below, above) >= MOST:
        return UNSETTLED
    low = brentq(lambda at: left(at).low, share - below, share) if left(share).low < 0 else share
    high = brentq(lambda at: left(at).high, share, share + above) if left(share).high > 0 else share
    return share, float(low), float(high)


def _sum(known: Mapping[Treatment, Response], weights: Mapping[Treatment, float], error: float) -> Combination:
    combination = combine(known, weights)
    if isinstance(combination, NotMeasurable):
        raise ValueError(combination.reason)  # all arms were measured with the same draws
    return combination.moderated(None, error)
