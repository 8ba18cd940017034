"""MEASURE: every metric on every treatment, from cached facts."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
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
    RightlyDecided,
    Switched,
)
from interplay.interventions import PredictionIntervention
from interplay.interventions.group_conformal import GroupConformal
from interplay.interventions.split_conformal import SplitConformal
from interplay.measurement import layers
from interplay.measurement.bench import (
    ATTACK_RESTARTS,
    ATTACK_STEPS,
    LARGEST_DISTANCE,
    Bench,
)
from interplay.measurement.constant import constant_levels
from interplay.measurement.explanations import explanations
from interplay.measurement.facts import Facts
from interplay.measurement.measurements import Cell, Measurements
from interplay.measurement.measurements import Tuning as Arm
from interplay.measurement.pairs import Pairs
from interplay.measurement.refitting import refitted
from interplay.models.network import Parameters
from interplay.sums import Sums
from interplay.training.train import Fleet
from interplay.training.tuning import collapse_reason

Progress = Callable[[str, int], None]
Maker = Callable[[], Any] | NotMeasurable

CONTROL: tuple[Treatment, Arm] = (Treatment(), "tuned")


@dataclass(frozen=True)
class Reference:
    """What all treatments take from the control: the miscoverage of prediction sets that declare none, and the share of
    its most frequent decision, against which a collapse is judged.
    """

    miscoverage: float
    share: float


def reference(bench: Bench, control: Parameters) -> Reference:
    """What all treatments take from these members of the control."""
    return _reference(bench, Facts(bench, refitted(bench, control)))


def measure(bench: Bench, fleet: Fleet, progress: Progress = lambda *_: None) -> Measurements:
    """Measure every treatment, tuned and as applied; treatments whose two rates agree are measured once."""
    control = Facts(bench, refitted(bench, fleet.tuned[Treatment()]))
    known = _reference(bench, control)
    found = measured_with(bench, fleet, known, progress, control)
    constant = constant_levels(bench, known.miscoverage)
    methods = {**found.methods, **_methods(bench, control, known.miscoverage)}
    return replace(found, constant=constant, methods=methods)


def measured_with(
    bench: Bench,
    fleet: Fleet,
    known: Reference,
    progress: Progress = lambda *_: None,
    control: Facts | None = None,
    explained: Sequence[Explanations | NotMeasurable] = (),
) -> Measurements:
    """Measure the treatments of a fleet, which may lack the control, with what they take from it.

    What is known of one treatment's members is forgotten before the next is looked at, so that memory does not grow
    with treatments; only what paired comparisons read is kept. `control` are the facts of the control, and `explained`
    the explanations of every arm, where they are there already.
    """
    arms = {place: refitted(bench, parameters) for place, parameters in _arms(fleet).items()}
    released = dict(zip(arms, explained or explanations(bench, list(arms.values())), strict=True))
    samples: dict[Cell, Sample | NotMeasurable] = {}
    collapse: dict[tuple[Treatment, Arm], str] = {}
    thresholds: list[dict[str, Any]] = []
    pairs = Pairs(bench)
    for (bare, arm), parameters in arms.items():
        facts = control if control and (bare, arm) == CONTROL else Facts(bench, parameters)
        exhibits = _exhibits(facts, released[bare, arm], fleet.budgets.get(bare))
        sums: dict[bytes, Sums] = {}  # what layers on top leave as it is, as log losses, is summed once
        names: tuple[Arm, ...] = (arm,) if (bare, "as_applied") in arms else ("tuned", "as_applied")
        for treatment in bench.design.treatments:
            if treatment.without(tuple(bench.design.factors.layers)) == bare:
                deciding = _deciding(facts, treatment)
                layered = _layered(exhibits, facts, deciding, treatment, known.miscoverage)
                evidence = Evidence(bench.rows, layered, sums)
                reason = _collapsed(bench, deciding, None if treatment == Treatment() else known.share)
                found = _measured(bench, treatment, evidence)
                samples |= {Cell(treatment, name, key): sample for name in names for key, sample in found.items()}
                collapse |= {(treatment, name): reason for name in names if reason is not None}
                thresholds += _attained(facts, treatment) if "tuned" in names else ()
                pairs.keep(treatment, names, evidence)
        progress("measure", 1)
    return Measurements(
        samples=samples | pairs.samples(),
        metrics=bench.design.metrics,
        collapse=collapse,
        budgets=fleet.budgets,
        methods={"thresholds": thresholds},
    )


def _attained(facts: Facts, treatment: Treatment) -> Iterator[dict[str, Any]]:
    """What thresholds on top of a treatment attain where they are fitted."""
    for name in treatment.interventions:
        layer = facts.bench.design.factors.known[name]
        rates = layers.attained(facts, layer) if isinstance(layer, PredictionIntervention) else None
        if rates is not None:
            yield {"treatment": treatment.name, "intervention": name, **rates}


def _arms(fleet: Fleet) -> dict[tuple[Treatment, Arm], Parameters]:
    """The stacks of parameters to measure."""
    found: dict[tuple[Treatment, Arm], Parameters] = {}
    for treatment, parameters in fleet.tuned.items():
        found[treatment, "tuned"] = parameters
        if fleet.as_applied[treatment] is not parameters:
            found[treatment, "as_applied"] = fleet.as_applied[treatment]
    return found


def _measured(bench: Bench, treatment: Treatment, evidence: Evidence) -> dict[str, Sample | NotMeasurable]:
    return {
        key: metric.measure(evidence)
        for key, metric in bench.design.metrics.items()
        if measured_on(treatment, metric, bench.design.factors)
    }


def _exhibits(facts: Facts, explained: Explanations | NotMeasurable, budget: PrivacyBudget | None) -> dict[type, Maker]:
    found: dict[type, Maker] = {
        **_of_decisions(facts),
        Logits: lambda: facts.logits,
        Memberships: lambda: facts.memberships,
        Explanations: lambda: explained,
    }
    if budget is not None:
        found[PrivacyBudget] = lambda: budget
    return found


def _deciding(facts: Facts, treatment: Treatment) -> Facts | NotMeasurable:
    """The facts of the decisions that a treatment takes: with its thresholds on top, or why there are none."""
    applied = [facts.bench.design.factors.known[name] for name in treatment.interventions]
    rules = [layer for layer in applied if isinstance(layer, PredictionIntervention)]
    return layers.deployed(facts, rules[-1]) if rules else facts


def _of_decisions(facts: Facts) -> dict[type, Maker]:
    """What changes with the rule that turns scores into decisions."""
    return {
        Predictions: lambda: facts.predictions,
        RightlyDecided: lambda: facts.rightly_decided,
        Attacked: lambda: facts.attacked,
        Switched: lambda: facts.switched,
        Distances: lambda: facts.distances,
    }


def _layered(
    exhibits: Mapping[type, Maker], facts: Facts, deciding: Facts | NotMeasurable, treatment: Treatment, default: float
) -> dict[type, Maker]:
    """The exhibits of a treatment, from those of its models, the facts of its decisions and its releases."""
    if isinstance(deciding, NotMeasurable):
        found = {**exhibits, **dict.fromkeys(_of_decisions(facts), deciding)}
    else:
        found = {**exhibits, **_of_decisions(deciding)}
    for name in treatment.interventions:
        layer = facts.bench.design.factors.known[name]
        if isinstance(layer, SplitConformal | GroupConformal):
            found[PredictionSets] = partial(layers.sets, facts, layer, default)
    return found


def _reference(bench: Bench, control: Facts) -> Reference:
    return Reference(default_miscoverage(_error(bench, control)), _share(bench, control))


def _error(bench: Bench, control: Facts) -> float:
    tuning = np.flatnonzero(bench.design.split.tuning)
    return float(np.mean(control.predictions.decisions[:, tuning] != bench.dataset.labels[tuning]))


def _share(bench: Bench, control: Facts) -> float:
    """The share of the test rows with the control's most frequent decision."""
    decided = control.predictions.decisions[:, bench.design.split.test]
    return float(np.mean([np.bincount(one).max() / len(one) for one in decided]))


def _collapsed(bench: Bench, deciding: Facts | NotMeasurable, share: float | None) -> str | None:
    """Why the decisions that a treatment takes on the test rows count as collapsed; None where they do not."""
    if isinstance(deciding, NotMeasurable):
        return None
    test = bench.design.split.test
    labels, classes = bench.dataset.labels[test], len(bench.dataset.classes)
    return collapse_reason(deciding.predictions.decisions[:, test], labels, classes, share)


def _whole(bench: Bench) -> list[str]:
    """The movable columns that an attack leaves whole."""
    grid, movable = bench.encoded.grid, bench.encoded.movable
    if grid is None:
        return []
    return [name for name, whole in zip(bench.encoded.columns, grid.whole & movable, strict=True) if whole]


def _methods(bench: Bench, control: Facts, miscoverage: float) -> dict[str, Any]:
    design = bench.design
    never = np.flatnonzero(bench.never_trained)
    fakes = streams.generator(design.study.seed, "null self-test")
    masks = fakes.random((20, design.members, len(never))) < 0.5
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
            "methods": ["pgd", "apgd"],
            "steps": ATTACK_STEPS,
            "restarts": ATTACK_RESTARTS,
            "rows": len(bench.attacked),
            "distance_rows": len(bench.near),
            "largest_distance": LARGEST_DISTANCE,
            "movable_columns": [
                name for name, moves in zip(bench.encoded.columns, bench.encoded.movable, strict=True) if moves
            ],
            "factors": bench.encoder.factors(bench.radius),
            "largest_changes": dict(design.study.data.largest_change),
            "whole_columns": _whole(bench),
        },
        "membership": {
            "non_members": outside,
            "population_rows": len(never),
            "finest_false_positive_rate": 1.0 / max(outside, 1),
            "null_area_mean": float(areas.mean()),
            "null_area_sd": float(areas.std(ddof=1)),
            "null_draws": len(areas),
            "shadows": design.members - 1,
        },
        "explained_rows": len(bench.explained),
        "group_minimum": design.study.groups.minimum_rows,
    }
