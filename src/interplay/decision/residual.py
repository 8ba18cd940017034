"""The harms that remain with the chosen treatment."""

from collections.abc import Mapping

from interplay.decision.measured import Measured
from interplay.design.comparison import Comparison
from interplay.design.treatment import Treatment
from interplay.effects.compare import compare
from interplay.effects.effect import Effect
from interplay.effects.results import Effects

CONTROL = Treatment()
OPEN_HARMS = ("harm", "harm_undetermined")


def residual_harms(
    chosen: Treatment, measured: Measured, effects: Effects | None, tolerances: Mapping[str, float]
) -> tuple[Effect, ...]:
    """All harm, shown or not settled, of the chosen treatment as a whole and in the planned comparisons about it.

    The chosen treatment is held against the control on every metric; `effects` adds the planned comparisons, of which
    those count whose treatment is the chosen one or stands for it under their metric. A quantity that both have is
    taken from the plan.
    """
    keys = list(measured.measurements.metrics)
    planned = () if effects is None else effects.effects
    mine = [effect for effect in planned if effect.treatment == measured.place(chosen, effect.metric)]
    found = [effect for effect in mine if effect.tuning == "tuned"]
    known = {_quantity(effect) for effect in found}
    whole = [_against_control(chosen, key, measured) for key in keys if chosen != CONTROL]
    judged = compare(measured.measurements, whole, tolerances).effects
    found.extend(one for one in judged if one.tuning == "tuned" and _quantity(one) not in known)
    return tuple(effect for effect in found if effect.verdict in OPEN_HARMS)


def _quantity(effect: Effect) -> tuple[object, ...]:
    return (effect.treatment, effect.baseline, effect.metric, effect.contrast)


def _against_control(chosen: Treatment, key: str, measured: Measured) -> Comparison:
    metric = measured.measurements.metrics[key]
    return Comparison(
        treatment=measured.place(chosen, key),
        baseline=measured.place(CONTROL, key),
        metric=key,
        baseline_metric=key,
        applied=chosen.interventions,
        source=(),
        target=metric.aspect,
    )
