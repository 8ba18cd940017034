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

    The chosen treatment is held against the control on every metric. `effects` holds the planned comparisons, corrected
    once per audit, of which those count whose treatment is the chosen one or stands for it under their metric; only a
    metric on which they do not hold it against the control is compared here.
    """
    planned = () if effects is None else effects.effects
    mine = [one for one in planned if one.tuning == "tuned" and one.treatment == measured.place(chosen, one.metric)]
    judged_metrics = [key for key, one in measured.measurements.metrics.items() if not one.descriptive]
    whole = [_against_control(chosen, key, measured) for key in judged_metrics if chosen != CONTROL]
    known = {(one.treatment, one.baseline, one.metric) for one in mine}
    missing = [one for one in whole if (one.treatment, one.baseline, one.metric) not in known]
    judged = compare(measured.measurements, missing, tolerances).effects if missing else ()
    found = (*mine, *(one for one in judged if one.tuning == "tuned"))
    return tuple(effect for effect in found if effect.verdict in OPEN_HARMS)


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
