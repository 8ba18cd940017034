"""MEASURE: every metric on every treatment, from cached facts."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np

from interplay import streams
from interplay.attacks import lira
from interplay.conformal.sets import default_miscoverage
from interplay.design.contexts import measured_on
from interplay.design.treatment import Treatment
from interplay.estimates import NotMeasurable, Sample
from interplay.evidence import (
    Attacked,
    Distances,
    Evidence,
    Explanations,
    Logits,
    Memberships,
    Predictions,
    PredictionSets,
    PrivacyBudget,
    Switched,
)
from interplay.interventions import PredictionIntervention
from interplay.interventions.group_conformal import GroupConformal
from interplay.interventions.split_conformal import SplitConformal
from interplay.measurement import layers
from interplay.measurement.bench import (
    ATTACK_RESTARTS,
    ATTACK_STEPS,
    DISTANCE_ROWS,
    LARGEST_DISTANCE,
    Bench,
)
from interplay.measurement.explanations import explanations
from interplay.measurement.facts import Facts
from interplay.measurement.measurements import Cell, Measurements
from interplay.measurement.measurements import Tuning as Arm
from interplay.training.train import Fleet
from interplay.training.tuning import collapse_reason

Progress = Callable[[str, int], None]
Maker = Callable[[], Any] | NotMeasurable


def measure(bench: Bench, fleet: Fleet, progress: Progress = lambda *_: None) -> Measurements:
    """Measure every treatment, tuned and as applied; treatments whose two rates agree are measured once."""
    stacks: dict[tuple[Treatment, Arm], Facts] = {}
    for treatment, parameters in fleet.tuned.items():
        stacks[treatment, "tuned"] = Facts(bench, parameters)
        applied = fleet.as_applied[treatment]
        if applied is not parameters:
            stacks[treatment, "as_applied"] = Facts(bench, applied)
    default = default_miscoverage(_error(bench, stacks[Treatment(), "tuned"]))
    explained = dict(zip(stacks, explanations(bench, list(stacks.values())), strict=True))
    samples: dict[Cell, Sample | NotMeasurable] = {}
    for (bare, arm), facts in stacks.items():
        exhibits = _exhibits(facts, explained[bare, arm], fleet.budgets.get(bare))
        for treatment in bench.design.treatments:
            if treatment.without(tuple(bench.design.factors.layers)) == bare:
                evidence = Evidence(bench.rows, _layered(exhibits, facts, treatment, default))
                samples |= _measured(bench, treatment, arm, evidence)
        progress("measure", 1)
    for treatment in bench.design.treatments:
        bare = treatment.without(tuple(bench.design.factors.layers))
        if (bare, "as_applied") not in stacks:
            for key in bench.design.metrics:
                if Cell(treatment, "tuned", key) in samples:
                    samples[Cell(treatment, "as_applied", key)] = samples[Cell(treatment, "tuned", key)]
    return Measurements(
        samples=samples,
        metrics=bench.design.metrics,
        collapse=_collapses(bench, stacks),
        budgets=fleet.budgets,
        methods=_methods(bench, stacks[Treatment(), "tuned"], default),
    )


def _measured(bench: Bench, treatment: Treatment, arm: Arm, evidence: Evidence) -> dict[Cell, Sample | NotMeasurable]:
    return {
        Cell(treatment, arm, key): metric.measure(evidence)
        for key, metric in bench.design.metrics.items()
        if measured_on(treatment, metric, bench.design.factors)
    }


def _exhibits(facts: Facts, explained: Explanations | NotMeasurable, budget: PrivacyBudget | None) -> dict[type, Maker]:
    found: dict[type, Maker] = {
        Predictions: lambda: facts.predictions,
        Attacked: lambda: facts.attacked,
        Switched: lambda: facts.switched,
        Distances: lambda: facts.distances,
        Logits: lambda: facts.logits,
        Memberships: lambda: facts.memberships,
        Explanations: lambda: explained,
    }
    if budget is not None:
        found[PrivacyBudget] = lambda: budget
    return found


def _layered(exhibits: Mapping[type, Maker], facts: Facts, treatment: Treatment, default: float) -> dict[type, Maker]:
    found = dict(exhibits)
    for name in treatment.interventions:
        layer = facts.bench.design.factors.all[name]
        if isinstance(layer, PredictionIntervention):
            found[Predictions] = partial(layers.decided, facts, layer)
            found[Attacked] = partial(layers.attacked, facts, layer)
        if isinstance(layer, SplitConformal | GroupConformal):
            found[PredictionSets] = partial(layers.sets, facts, layer, default)
    return found


def _error(bench: Bench, control: Facts) -> float:
    tuning = np.flatnonzero(bench.design.split.tuning)
    return float(np.mean(control.predictions.decisions[:, tuning] != bench.dataset.labels[tuning]))


def _collapses(bench: Bench, stacks: Mapping[tuple[Treatment, Arm], Facts]) -> dict[tuple[Treatment, Arm], str]:
    test = np.flatnonzero(bench.design.split.test)
    labels, classes = bench.dataset.labels[test], len(bench.dataset.classes)
    control = stacks[Treatment(), "tuned"].predictions.decisions[:, test]
    share = float(np.mean([np.bincount(one).max() / len(test) for one in control]))
    found: dict[tuple[Treatment, Arm], str] = {}
    for treatment in bench.design.treatments:
        bare = treatment.without(tuple(bench.design.factors.layers))
        for arm in ("tuned", "as_applied"):
            facts = stacks.get((bare, arm), stacks[bare, "tuned"])
            compared = None if bare == Treatment() else share
            reason = collapse_reason(facts.predictions.decisions[:, test], labels, classes, compared)
            if reason is not None:
                found[treatment, arm] = reason
    return found


def _methods(bench: Bench, control: Facts, miscoverage: float) -> dict[str, Any]:
    design = bench.design
    never = np.flatnonzero(~design.split.pool)
    fakes = streams.generator(design.study.seed, "null self-test")
    masks = fakes.random((20, design.study.members, len(never))) < 0.5
    areas = lira.null_check(lira.signal(control.log_probabilities[:, never], bench.dataset.labels[never]), masks)
    outside = int((~design.inside()[:, design.pool]).sum())
    return {
        "evaluation_rows": int(bench.rows.counted.any(axis=0).sum()),
        "uses_pool_rows": design.uses_pool_rows,
        "rows_trained_on": design.half,
        "draws": design.study.draws,
        "conformal_miscoverage": miscoverage,
        "attack": {
            "radius": bench.radius,
            "steps": ATTACK_STEPS,
            "restarts": ATTACK_RESTARTS,
            "rows": len(bench.attacked),
            "distance_rows": min(DISTANCE_ROWS, len(bench.attacked)),
            "largest_distance": LARGEST_DISTANCE,
            "movable_columns": [
                name for name, moves in zip(bench.encoded.columns, bench.encoded.movable, strict=True) if moves
            ],
        },
        "membership": {
            "non_members": outside,
            "finest_false_positive_rate": 1.0 / max(outside, 1),
            "null_area_mean": float(areas.mean()),
            "null_area_sd": float(areas.std(ddof=1)),
            "null_draws": len(areas),
            "shadows": design.study.members - 1,
        },
        "explained_rows": len(bench.explained),
        "group_minimum": design.study.groups.minimum_rows,
    }
