"""MEASURE: every metric on every treatment, from exhibits made once."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from interplay import streams
from interplay.arrays import Array, Float, Int
from interplay.attacks import lira, shrunken_lira
from interplay.conformal.sets import default_miscoverage
from interplay.design.contexts import measured_on
from interplay.design.factors import Factors
from interplay.design.treatment import Treatment
from interplay.estimates import NotMeasurable, Sample
from interplay.evidence import (
    AdversarialScores,
    CleanTwin,
    Evidence,
    Exhibit,
    Predictions,
    PrivacyGuarantee,
    Representations,
    RetrainedControl,
    Scores,
    rests_on,
)
from interplay.exhibits import EvaluationSetting, Memo, makers, refitted
from interplay.families import LARGEST_DISTANCE, Members, Stack
from interplay.interventions import HeldOut, PredictionIntervention, ReleaseIntervention
from interplay.measurement.at_once import at_once
from interplay.measurement.constant import constant_levels
from interplay.measurement.measurements import Cell, Measurements
from interplay.measurement.measurements import Tuning as Arm
from interplay.measurement.pairs import Pairs
from interplay.measurement.twins import changes_as_applied, clean_twin
from interplay.sums import Sums
from interplay.training.train import Fleet
from interplay.training.tuning import collapse_reason

Progress = Callable[[str, int], None]
Given = Mapping[type[Exhibit], Exhibit | NotMeasurable]
"""Exhibits of a treatment that are there already."""

CONTROL: tuple[Treatment, Arm] = (Treatment(), "tuned")
NOT_RETRAINED = NotMeasurable(
    "no second ordinary model of the same rows was trained; list the diagnostic another_start for one"
)
ITSELF = NotMeasurable("this is the control from another start, which has no other one to be held against")


@dataclass(frozen=True)
class ControlReference:
    """What all treatments take from the control: the miscoverage of prediction sets that declare none, and the share of
    its most frequent decision, against which a collapse is judged.
    """

    miscoverage: float
    share: float


def reference(setting: EvaluationSetting, control: Stack) -> ControlReference:
    """What all treatments take from these members of the control."""
    return _reference(setting, _memo(setting, control))


def decisions(
    setting: EvaluationSetting, stack: Stack, treatment: Treatment, known: ControlReference
) -> Int[Array, "member row"] | NotMeasurable:
    """The decisions on all rows of these members, with what of the treatment acts on decisions."""
    predictions = _layered(_memo(setting, stack), treatment, setting.held_out(known.miscoverage)).ask(Predictions)
    return predictions if isinstance(predictions, NotMeasurable) else predictions.decisions


def measure(setting: EvaluationSetting, fleet: Fleet, progress: Progress = lambda *_: None) -> Measurements:
    """Measure every treatment, tuned and as applied; treatments whose two rates agree are measured once."""
    control = _memo(setting, fleet.tuned[Treatment()])
    known = _reference(setting, control)
    found = measured_with(setting, fleet, known, progress, control)
    constant = constant_levels(setting, known.miscoverage)
    methods = {**found.methods, **_methods(setting, control, known.miscoverage)}
    return replace(found, constant=constant, methods=methods)


def measured_with(
    setting: EvaluationSetting,
    fleet: Fleet,
    known: ControlReference,
    progress: Progress = lambda *_: None,
    control: Memo | None = None,
    given: Sequence[Given] = (),
) -> Measurements:
    """Measure the treatments of a fleet, which may lack the control, with what they take from it.

    What is known of one treatment's members is forgotten before the next is looked at (threads look at a few at the same time),
    so that memory does not grow with treatments; only what paired comparisons read is kept. `control` holds what is known
    of the control, and `given` the exhibits of every arm that are there already.
    """
    arms = {place: refitted(setting, stack) for place, stack in _arms(setting.design.factors, fleet).items()}
    made = dict(zip(arms, given or _together(list(arms.values()), setting), strict=True))
    pairs, held_out = Pairs(setting), setting.held_out(known.miscoverage)
    again = setting.design.factors.retrained
    retrained = _retrained(setting, fleet)

    def measured(place: tuple[Treatment, Arm]) -> _OfArm:
        bare, arm = place
        beneath = control if control and place == CONTROL else Memo(arms[place], setting)
        beneath.give({CleanTwin: clean_twin(setting, arms, place), **made[place]})
        beneath.give({RetrainedControl: ITSELF if bare == again else retrained})
        if (budget := fleet.budgets.get(bare)) is not None:
            beneath.give({PrivacyGuarantee: budget})
        both = setting.family.tunes and (bare, "as_applied") not in arms
        names: tuple[Arm, ...] = ("tuned", "as_applied") if both else (arm,)
        return _of_arm(setting, beneath, bare, names, known, held_out, pairs)

    of_arms = []
    for one in at_once(measured, arms):
        of_arms.append(one)
        progress("measure", 1)
    return Measurements(
        samples={cell: sample for one in of_arms for cell, sample in one.samples.items()} | pairs.samples(),
        metrics=setting.design.metrics,
        collapse={place: reason for one in of_arms for place, reason in one.collapse.items()},
        budgets=fleet.budgets,
        methods={
            "thresholds": [summary for one in of_arms for summary in one.summaries],
            "masking": [one.checks for one in of_arms if one.checks],
        },
    )


class _OfArm(NamedTuple):
    """What is measured on the members of one arm, with every layer on top."""

    samples: dict[Cell, Sample | NotMeasurable]
    collapse: dict[tuple[Treatment, Arm], str]
    summaries: list[dict[str, Any]]
    checks: dict[str, Any]


def _of_arm(
    setting: EvaluationSetting,
    beneath: Memo,
    bare: Treatment,
    names: Sequence[Arm],
    known: ControlReference,
    held_out: HeldOut,
    pairs: Pairs,
) -> _OfArm:
    found = _OfArm({}, {}, [], _checks(beneath, bare, names))
    sums: dict[bytes, Sums] = {}  # what layers on top leave as it is, as log losses, is summed once
    for treatment in setting.design.treatments:
        if treatment.without(tuple(setting.design.factors.layers)) == bare:
            memo = _layered(beneath, treatment, held_out)
            evidence = memo.evidence(setting.rows, sums)
            reason = _collapsed(memo, None if treatment == Treatment() else known.share)
            measured = _measured(setting, treatment, evidence)
            found.samples.update({Cell(treatment, name, key): one for name in names for key, one in measured.items()})
            found.collapse.update({(treatment, name): reason for name in names if reason is not None})
            found.summaries.extend(_summaries(beneath, treatment, held_out) if "tuned" in names else ())
            pairs.keep(treatment, names, evidence)
    return found


def _memo(setting: EvaluationSetting, stack: Stack) -> Memo:
    return Memo(refitted(setting, stack), setting)


def _retrained(setting: EvaluationSetting, fleet: Fleet) -> RetrainedControl | NotMeasurable:
    """What the control from another start says of every row, and what it makes of some where metrics read that."""
    again = setting.design.factors.retrained
    if again is None or again not in fleet.tuned:
        return NOT_RETRAINED
    memo = _memo(setting, fleet.tuned[again])
    made: Array | NotMeasurable | None = None
    if memo.members is not None and any(
        rests_on(metric.needs, Representations) for metric in setting.design.metrics.values()
    ):
        made = memo.members.activations(setting.encoded.matrix[setting.represented])
    return RetrainedControl(_scores(memo), None if isinstance(made, NotMeasurable) else made)


def _together(stacks: Sequence[Members], setting: EvaluationSetting) -> list[Given]:
    """What is made for all arms at once, of what some metric reads."""
    read = [
        kind for kind in makers() if any(rests_on(metric.needs, kind) for metric in setting.design.metrics.values())
    ]
    found: list[dict[type[Exhibit], Exhibit | NotMeasurable]] = [{} for _ in stacks]
    made = at_once(lambda kind: makers()[kind].make_together(stacks, setting) or (), read)
    for kind, exhibits_of_all in zip(read, made, strict=True):
        for exhibits, exhibit in zip(found, exhibits_of_all, strict=False):
            exhibits[kind] = exhibit
    return list(found)


def _layered(beneath: Memo, treatment: Treatment, held_out: HeldOut) -> Memo:
    """The exhibits of a treatment: of its models, and what its layers change, each on top of the one before."""
    memo, known = beneath, beneath.setting.design.factors.known
    for name in treatment.interventions:
        layer = known[name]
        if isinstance(layer, PredictionIntervention | ReleaseIntervention):
            memo = memo.layered(layer.makers(held_out))
    return memo


def _summaries(beneath: Memo, treatment: Treatment, held_out: HeldOut) -> Iterator[dict[str, Any]]:
    """What the rules on top of a treatment attain where they are fitted."""
    for name in treatment.interventions:
        layer = beneath.setting.design.factors.known[name]
        found = layer.summary(beneath.ask, held_out) if isinstance(layer, PredictionIntervention) else None
        if found is not None:
            yield {"treatment": treatment.name, "intervention": name, **found}


def _checks(beneath: Memo, treatment: Treatment, names: Sequence[Arm]) -> dict[str, Any]:
    """How the evaluation attack compares with others on one model; nothing where nobody asks or nothing can be moved."""
    setting = beneath.setting
    asked = any(rests_on(metric.needs, AdversarialScores) for metric in setting.design.metrics.values())
    if not asked or not setting.is_movable:
        return {}
    moved, place = beneath.ask(AdversarialScores), {"treatment": treatment.name, "tuning": names[0]}
    if isinstance(moved, NotMeasurable):
        return place | {"withheld": moved.reason}
    if moved.exact is not None:
        return place | {"exact": asdict(moved.exact)}
    return place | asdict(moved.checks) if moved.checks is not None else {}


def _arms(built: Factors, fleet: Fleet) -> dict[tuple[Treatment, Arm], Stack]:
    """The stacks of parameters to measure: as applied where these, or those that they are held against, differ from the tuned."""
    found: dict[tuple[Treatment, Arm], Stack] = {}
    for treatment, parameters in fleet.tuned.items():
        found[treatment, "tuned"] = parameters
        if changes_as_applied(built, fleet, treatment):
            found[treatment, "as_applied"] = fleet.as_applied[treatment]
    return found


def _measured(
    setting: EvaluationSetting, treatment: Treatment, evidence: Evidence
) -> dict[str, Sample | NotMeasurable]:
    return {
        key: metric.measure(evidence)
        for key, metric in setting.design.metrics.items()
        if measured_on(treatment, metric, setting.design.factors)
    }


def _reference(setting: EvaluationSetting, control: Memo) -> ControlReference:
    decisions = _decisions(control)
    return ControlReference(default_miscoverage(_error(setting, decisions)), _share(setting, decisions))


def _decisions(memo: Memo) -> Int[Array, "member row"]:
    predictions = memo.ask(Predictions)
    if isinstance(predictions, NotMeasurable):
        raise ValueError(f"trained models decide: {predictions.reason}")
    return predictions.decisions


def _error(setting: EvaluationSetting, decisions: Int[Array, "member row"]) -> float:
    tuning = setting.tuning
    return float(np.mean(decisions[:, tuning] != setting.dataset.labels[tuning]))


def _share(setting: EvaluationSetting, decisions: Int[Array, "member row"]) -> float:
    """The share of the test rows with the control's most frequent decision."""
    decided = decisions[:, setting.design.split.test]
    return float(np.mean([np.bincount(one).max() / len(one) for one in decided]))


def _collapsed(memo: Memo, share: float | None) -> str | None:
    """Why the decisions that a treatment takes on the test rows count as collapsed; None where they do not."""
    predictions = memo.ask(Predictions)
    if isinstance(predictions, NotMeasurable):
        return None
    dataset, test = memo.setting.dataset, memo.setting.design.split.test
    return collapse_reason(predictions.decisions[:, test], dataset.labels[test], len(dataset.classes), share)


def _whole(setting: EvaluationSetting) -> list[str]:
    """The movable columns that an attack leaves whole."""
    grid, movable = setting.encoded.grid, setting.encoded.movable
    if grid is None:
        return []
    return [name for name, whole in zip(setting.encoded.columns, grid.whole & movable, strict=True) if whole]


def _scores(memo: Memo) -> Float[Array, "member row label"]:
    scores = memo.ask(Scores)
    if isinstance(scores, NotMeasurable):
        raise ValueError(f"trained models have scores: {scores.reason}")
    return scores.log_probabilities


def _methods(setting: EvaluationSetting, control: Memo, miscoverage: float) -> dict[str, Any]:
    design = setting.design
    return {
        "evaluation_rows": int(setting.rows.counted.any(axis=0).sum()),
        "uses_pool_rows": design.uses_pool_rows,
        "rows_trained_on": design.half,
        "draws": design.study.draws,
        "conformal_miscoverage": miscoverage,
        "attack": {
            "radius": setting.attack.radius,
            "rows": len(setting.attacked),
            "distance_rows": len(setting.near),
            "largest_distance": LARGEST_DISTANCE,
            "movable_columns": [
                name for name, moves in zip(setting.encoded.columns, setting.encoded.movable, strict=True) if moves
            ],
            "factors": setting.encoder.factors(setting.attack.radius),
            "largest_changes": dict(design.study.data.largest_change),
            "whole_columns": _whole(setting),
        },
        "membership": None if design.is_given else _membership(setting, control),
        "explained_rows": len(setting.explained),
        "group_minimum": design.study.groups.minimum_rows,
    }


def _membership(setting: EvaluationSetting, control: Memo) -> dict[str, Any]:
    """The attacks with shadow models, and what they find where there is nothing to find."""
    design = setting.design
    never = np.flatnonzero(setting.never_trained)
    fakes = streams.generator(design.study.seed, "null self-test")
    masks = fakes.random((20, design.members, len(never))) < 0.5
    signals = lira.signal(_scores(control)[:, never], setting.dataset.labels[never])
    areas, shrunken = lira.null_check(signals, masks), lira.null_check(signals, masks, shrunken_lira.alone)
    outside = int((~design.inside()[:, design.pool]).sum())
    return {
        "non_members": outside,
        "population_rows": len(never),
        "finest_false_positive_rate": 1.0 / max(outside, 1),
        "null_area_mean": float(areas.mean()),
        "null_area_sd": float(areas.std(ddof=1)),
        "null_draws": len(areas),
        "null_shrunken_mean": float(shrunken.mean()),
        "null_shrunken_sd": float(shrunken.std(ddof=1)),
        "shadows": design.members - 1,
    }
