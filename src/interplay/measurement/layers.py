"""Layers on a trained model: decisions at group thresholds, and conformal sets."""

import numpy as np

from interplay import streams
from interplay.arrays import Array, Int
from interplay.conformal.quantile import thresholds_by_group
from interplay.conformal.scores import aps, lac
from interplay.design.plan import mitigated
from interplay.estimates import NotMeasurable
from interplay.evidence import Attacked, Predictions, PredictionSets
from interplay.interventions import FittingRows, PredictionIntervention
from interplay.interventions.group_conformal import GroupConformal
from interplay.interventions.split_conformal import SplitConformal
from interplay.measurement.facts import Facts


def decided(facts: Facts, layer: PredictionIntervention) -> Predictions | NotMeasurable:
    """The decisions on all rows with the layer on top."""
    found = _decisions(facts, layer, facts.log_probabilities, None)
    return found if isinstance(found, NotMeasurable) else Predictions(facts.log_probabilities, found)


def attacked(facts: Facts, layer: PredictionIntervention) -> Attacked | NotMeasurable:
    """The decisions on adversarial rows with the layer on top; the rows were made against the model without it."""
    bare = facts.attacked
    if isinstance(bare, NotMeasurable):
        return bare
    found = _decisions(facts, layer, bare.log_probabilities, bare.rows)
    if isinstance(found, NotMeasurable):
        return found
    return Attacked(bare.rows, found, bare.log_probabilities, bare.radius, bare.steps)


def _decisions(
    facts: Facts, layer: PredictionIntervention, logs: Array, rows: Int[Array, " some"] | None
) -> Int[Array, "member some"] | NotMeasurable:
    bench = facts.bench
    name = mitigated(bench.dataset, bench.design.study.groups.mitigate)
    if name is None:
        return NotMeasurable("the study declares no group")
    grouping = bench.dataset.groupings[name]
    tuning = np.flatnonzero(bench.design.split.tuning)
    codes = grouping.codes if rows is None else grouping.codes[rows]
    fitted, asked = facts.margins(facts.log_probabilities[:, tuning]), facts.margins(logs)
    favourable = bench.dataset.favourable
    others = logs.copy()
    others[:, :, favourable] = -np.inf
    decisions = others.argmax(axis=2)
    for member in range(len(fitted)):
        given = FittingRows(
            margins=fitted[member],
            labels=bench.dataset.labels[tuning] == favourable,
            groups=grouping.codes[tuning],
            weights=np.ones(len(tuning)),
        )
        limits = np.append(layer.thresholds(given, len(grouping.names)), 0.0)
        decisions[member][asked[member] >= limits[codes]] = favourable
    return np.asarray(decisions)


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
    uniform = streams.generator(bench.design.study.seed, "set ties").random(len(codes))
    logs = facts.log_probabilities
    scores = lac(logs) if layer.score == "lac" else aps(logs, uniform)
    truth = np.take_along_axis(scores[:, calibration], bench.dataset.labels[calibration][None, :, None], axis=2)[..., 0]
    weights = bench.rows.weights[:, calibration]
    limits = np.stack([thresholds_by_group(one, codes[calibration], groups, miscoverage, weights) for one in truth])
    attacked_rows, attacked_scores = None, None
    if not isinstance(facts.attacked, NotMeasurable):
        moved = facts.attacked.log_probabilities
        attacked_rows = bench.attacked
        attacked_scores = lac(moved) if layer.score == "lac" else aps(moved, uniform[bench.attacked])
    return PredictionSets(scores, limits, codes, miscoverage, layer.strict, attacked_rows, attacked_scores)
