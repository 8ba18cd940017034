"""Joint effects beyond pairs: what interventions do together to every metric."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from interplay.design.factors import Factors
from interplay.design.joint import JointContrast, contexts_of, crossing, joint_contrasts, layers_of
from interplay.design.treatment import Treatment
from interplay.effects.combination import Combination, Response, combine
from interplay.effects.field import Field, collapsed, fields
from interplay.effects.joint_effect import JointEffect, JointEffects, JointVerdict
from interplay.effects.joint_wording import reason_of
from interplay.effects.tolerance import tolerance_of
from interplay.estimates import NotMeasurable
from interplay.measurement.measurements import Measurements
from interplay.metrics import Metric
from interplay.quantities import Quantity
from interplay.statistics.crossed_interval import ONE_SIDED, shared_spread
from interplay.statistics.group_sequential import Looks
from interplay.statistics.multiplicity import benjamini_hochberg

TIMES = 2.0
"""A joint effect is flagged when it is shown to exceed so many tolerances: it is measured with less precision than a
simple effect, and there are many."""

LEVEL = 0.05
"""The expected share of false flags that is accepted among the flagged."""


@dataclass(frozen=True, eq=False)
class Asked:
    """One joint contrast of one metric: what is asked of which treatments."""

    metric: Metric
    contrast: str
    layer: str
    context: tuple[str, ...]
    what: JointContrast
    weights: Mapping[Treatment, float]


@dataclass(frozen=True, eq=False)
class Found:
    """What was asked and what came out; `withheld` says which treatment collapsed, and is empty otherwise."""

    asked: Asked
    outcome: Combination | NotMeasurable
    withheld: str

    @property
    def tested(self) -> Combination | None:
        """The sum, when there is one and it may be judged."""
        return self.outcome if isinstance(self.outcome, Combination) and not self.withheld else None


def joint(
    measurements: Measurements, built: Factors, tolerances: Mapping[str, float], looks: Looks | None = None
) -> JointEffects:
    """Every joint contrast of every metric, re-tuned, over the training interventions and each prediction layer.

    The contrasts are those of `interplay.design.joint`, each a weighted sum of treatments with the crossed interval of
    `interplay.statistics.crossed_interval`; spreads over members are moderated over the contrasts of one kind. Those shown beyond
    twice the tolerance, either way, after Benjamini and Hochberg over all of them, are flagged; the others are estimates
    without a verdict. `tolerances` and `looks` are as in `interplay.effects.compare`.

    Reference: Cresswell (2025), section 4.2; Box, Hunter and Hunter (2005), "Statistics for Experimenters", chapter 5.

    Does not show: contrasts of four and more interventions, which are taken to be absent where a fraction is trained.
    """
    planned = looks or Looks.once()
    found = _moderated([_found(one, field, measurements) for one, field in _asked(measurements, built)], planned)
    tested = {place: one.tested for place, one in enumerate(found) if one.tested is not None}
    raw = [sum_.p_beyond(_threshold(found[place].asked, tolerances)) for place, sum_ in tested.items()]
    p_values = np.atleast_1d(planned.adjusted(np.array(raw, dtype=np.float64)))
    adjusted = dict(zip(tested, benjamini_hochberg(p_values), strict=True))
    known = dict(zip(tested, p_values, strict=True))
    effects = (
        _effect(one, _threshold(one.asked, tolerances), known.get(place), adjusted.get(place), len(tested))
        for place, one in enumerate(found)
    )
    return JointEffects(tuple(effects), len(tested))


def _asked(measurements: Measurements, built: Factors) -> Iterator[tuple[Asked, Field]]:
    bare = crossing(built)
    layers = {name: joint_contrasts(bare.with_layer(name), name) for name in built.layers}
    planned = joint_contrasts(bare)
    for metric in measurements.metrics.values():
        if metric.descriptive or metric.paired:  # each pair of treatments has its own rows: there is no sum over more
            continue
        for context in contexts_of(metric, built):
            yield from _of_metric(measurements, built, metric, context, "", planned)
        for layer in layers_of(metric, built):
            yield from _of_metric(measurements, built, metric, (), layer, layers[layer])


def _of_metric(
    measurements: Measurements,
    built: Factors,
    metric: Metric,
    context: tuple[str, ...],
    layer: str,
    contrasts: Sequence[JointContrast],
) -> Iterator[tuple[Asked, Field]]:
    placed = {on: built.treatment((*on, *context)) for one in contrasts for on in one.weights}
    found = fields(measurements, metric, list(placed.values()))
    for contrast, field in found.items():
        for one in contrasts:
            weights = {placed[on]: weight for on, weight in one.weights.items()}
            yield Asked(metric, contrast, layer, context, one, weights), field


def _found(asked: Asked, field: Field, measurements: Measurements) -> Found:
    used = [treatment for treatment, weight in asked.weights.items() if weight != 0]
    known: dict[Treatment, Response] = {}
    for treatment in used:
        response = field[treatment]
        if isinstance(response, NotMeasurable):
            return Found(asked, NotMeasurable(f"{treatment.name}: {response.reason}"), "")
        known[treatment] = response
    return Found(asked, combine(known, asked.weights), collapsed(asked.metric, used, measurements))


def _moderated(found: Sequence[Found], looks: Looks) -> list[Found]:
    """The same with variances drawn together within each kind of contrast of one metric."""
    error, kinds = looks.nominal(ONE_SIDED), dict[tuple[object, ...], list[Combination]]()
    for one in found:
        if one.tested is not None:
            kinds.setdefault(_kind(one.asked), []).append(one.tested)
    priors = {kind: shared_spread([one.widest for one in same]) for kind, same in kinds.items()}
    return [
        replace(one, outcome=one.outcome.moderated(priors.get(_kind(one.asked)), error))
        if isinstance(one.outcome, Combination)
        else one
        for one in found
    ]


def _kind(asked: Asked) -> tuple[object, ...]:
    return asked.metric.key, asked.contrast, asked.layer, asked.context, asked.what.kind, asked.what.at


def _quantity(asked: Asked) -> Quantity:
    return Quantity.of(asked.metric, gap=bool(asked.contrast))


def _threshold(asked: Asked, tolerances: Mapping[str, float]) -> float:
    return TIMES * tolerance_of(asked.metric, tolerances)


def _effect(found: Found, threshold: float, p_value: float | None, adjusted: float | None, family: int) -> JointEffect:
    asked, what, combined = found.asked, found.asked.what, found.tested
    verdict = _verdict(found, adjusted)
    told = JointEffect(
        target=asked.metric.aspect,
        metric=asked.metric.key,
        contrast=asked.contrast,
        kind=what.kind,
        at=what.at,
        factors=what.factors,
        aliases=what.aliases,
        layer=asked.layer,
        context=" + ".join(asked.context),
        treatments=sum(weight != 0 for weight in what.weights.values()),
        threshold=threshold,
        verdict=verdict,
        reason=found.withheld or getattr(found.outcome, "reason", ""),
    )
    if combined is None or adjusted is None or p_value is None:
        return told
    numbered = replace(
        told,
        members=combined.widest.members,
        estimate=combined.estimate,
        low=combined.low,
        high=combined.high,
        standard_error=combined.standard_error,
        degrees=combined.widest.degrees,
        p_value=float(p_value),
        adjusted_p=float(adjusted),
        unsettled=tuple(one.name for one in combined.unsettled),
    )
    return replace(numbered, reason=reason_of(numbered, combined, family, _quantity(asked)))


def _verdict(found: Found, adjusted: float | None) -> JointVerdict:
    if found.withheld:
        return "withheld"
    if found.tested is None or adjusted is None:
        return "not_measurable"
    if adjusted > LEVEL:
        return "not_flagged"
    return "worse" if found.tested.estimate > 0 else "better"
