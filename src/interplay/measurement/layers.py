"""Layers on a trained model: decisions at group thresholds, and conformal sets."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from interplay import streams
from interplay.arrays import Array, Float
from interplay.conformal.quantile import thresholds_in_draws
from interplay.conformal.scores import aps, lac
from interplay.data.groups import Grouping
from interplay.design.calibration import calibration_parts
from interplay.design.plan import mitigated
from interplay.drawn import Cuts
from interplay.estimates import NotMeasurable
from interplay.evidence import PredictionSets
from interplay.interventions import FittingRows, PredictionIntervention, Thresholds
from interplay.interventions.group_conformal import GroupConformal
from interplay.interventions.split_conformal import SplitConformal
from interplay.measurement.facts import Facts
from interplay.measurement.fitted import cuts_of_thresholds


def deployed(facts: Facts, layer: PredictionIntervention) -> Facts | NotMeasurable:
    """The facts of the same models with the layer on top: its decisions, and attacks on them."""
    bench = facts.bench
    name = mitigated(bench.dataset, bench.design.study.groups.mitigate)
    if name is None:
        return NotMeasurable("the study declares no group")
    grouping = bench.dataset.groupings[name]
    uniform = streams.generator(bench.design.study.seed, "threshold draws").random(len(grouping.codes))
    cuts = np.stack([limits.of_rows(grouping.codes, uniform) for limits in _fitted(facts, layer, grouping)])
    return Facts(bench, facts.parameters, cuts, facts, _in_draws(facts, layer, grouping, uniform))


def _in_draws(
    facts: Facts, layer: PredictionIntervention, grouping: Grouping, uniform: Float[Array, " row"]
) -> Cuts | None:
    """The thresholds of every draw; None where the model is not refitted in draws either."""
    if facts.refits is None:
        return None
    bench = facts.bench
    favourable, tuning = bench.dataset.labels == bench.dataset.favourable, np.flatnonzero(bench.design.split.tuning)
    count, weights = len(grouping.names), bench.rows.weights
    return cuts_of_thresholds(layer, facts.refits, favourable, grouping.codes, count, tuning, weights, uniform)


def _fitted(facts: Facts, layer: PredictionIntervention, grouping: Grouping) -> list[Thresholds]:
    """The thresholds of every member, from the tuning rows."""
    dataset, tuning = facts.bench.dataset, np.flatnonzero(facts.bench.design.split.tuning)
    labels, groups = dataset.labels[tuning] == dataset.favourable, grouping.codes[tuning]
    return [
        layer.thresholds(FittingRows(margins, labels, groups, facts.bench.rows.weights[0, tuning]), len(grouping.names))
        for margins in facts.margins(facts.log_probabilities[:, tuning])
    ]


def attained(facts: Facts, layer: PredictionIntervention) -> dict[str, Any] | None:
    """The rate that a layer aims at on the tuning rows and the one of each group, as means over members.

    In JSON-ready values; None where nothing was fitted for a rate.
    """
    bench = facts.bench
    name = mitigated(bench.dataset, bench.design.study.groups.mitigate)
    if name is None:
        return None
    grouping = bench.dataset.groupings[name]
    rates = [one.rates for one in _fitted(facts, layer, grouping) if one.rates is not None]
    if not rates:
        return None
    each = zip(grouping.names, zip(*(one.attained for one in rates), strict=True), strict=True)
    return {
        "grouping": name,
        "target": float(np.mean([one.target for one in rates])),
        "groups": [{"name": group, **_mean(values)} for group, values in each],
    }


def _mean(values: Sequence[float | NotMeasurable]) -> dict[str, Any]:
    numbers = [value for value in values if not isinstance(value, NotMeasurable)]
    reason = next((value.reason for value in values if isinstance(value, NotMeasurable)), None)
    return {"attained": float(np.mean(numbers)) if numbers else None, "reason": reason}


def sets(facts: Facts, layer: SplitConformal | GroupConformal, default: float) -> PredictionSets | NotMeasurable:
    """Conformal sets on all rows, calibrated on the calibration rows of every draw."""
    bench = facts.bench
    miscoverage = default if layer.miscoverage is None else layer.miscoverage
    calibration = np.flatnonzero(bench.design.split.calibration)
    codes, groups = np.zeros(len(bench.dataset.labels), dtype=np.int64), 1
    if isinstance(layer, GroupConformal):
        name = mitigated(bench.dataset, bench.design.study.groups.mitigate)
        if name is None:
            return NotMeasurable("the study declares no group")
        codes, groups = bench.dataset.groupings[name].codes, len(bench.dataset.groupings[name].names)
    parts = calibration_parts(layer, bench.design, bench.dataset, np.asarray(bench.rows.counted.any(axis=0)))
    if short := [why for part in parts if (why := part.too_few(miscoverage))]:
        return NotMeasurable("; ".join(short))
    uniform = streams.generator(bench.design.study.seed, "set ties").random(len(codes))
    logs = facts.log_probabilities
    scores = lac(logs) if layer.score == "lac" else aps(logs, uniform)
    own = np.take_along_axis(scores, bench.dataset.labels[None, :, None], axis=2)[..., 0]
    weights = bench.rows.weights[:, calibration]
    limits = [
        thresholds_in_draws(
            mine[calibration], codes[calibration], groups, miscoverage, weights, mine[counted], codes[counted]
        )
        for mine, counted in zip(own, bench.rows.counted, strict=True)
    ]
    attacked_rows, attacked_scores = None, None
    if not isinstance(facts.attacked, NotMeasurable):
        moved = facts.attacked.log_probabilities
        attacked_rows = bench.attacked
        attacked_scores = lac(moved) if layer.score == "lac" else aps(moved, uniform[bench.attacked])
    return PredictionSets(scores, np.stack(limits), codes, miscoverage, layer.strict, attacked_rows, attacked_scores)
