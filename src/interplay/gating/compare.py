"""The verb "compare": two models on the same rows which neither has seen, in every aspect that needs no training."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from interplay import catalogue
from interplay.arrays import Array, Int
from interplay.auditing.prepare import Prepared, prepare
from interplay.auditing.stages import Progress
from interplay.auditing.written import plain
from interplay.decision.gate import GateCell, change_cells, limit_cells, outcome_of
from interplay.decision.limits import limit_findings
from interplay.decision.measured import Measured
from interplay.design.gated import CANDIDATE, against_approved, gated, headline, places
from interplay.design.plan import Design
from interplay.design.treatment import Treatment
from interplay.effects.churn import churn
from interplay.effects.compare import compare as judged_effects
from interplay.effects.results import Effects
from interplay.errors import StudyError
from interplay.estimates import NotMeasurable
from interplay.evidence import DecisionDisclosure, LossMemberships, ReferenceMemberships
from interplay.gating.side import Side, beside, measured_side, without
from interplay.measurement.measurements import Measurements
from interplay.study import Study
from interplay.study.check import check
from interplay.study.model import ModelSection
from interplay.study.positions import Positions
from interplay.threads import one_thread

ABOUT_MODELS = (
    "This is about these two models, not about how they were made: a twin of either, trained again in the same way, may fall on "
    "the other side of a tolerance. Intervals count the evaluated rows."
)
ABOUT_RECIPES = (
    "This is about two recipes: models of both were trained on the same halves of the rows with the same random numbers, and "
    "compared member by member. Intervals count members and evaluated rows."
)
OTHER_ROWS = "the two models were trained on other rows"
APPROVED_ONLY_DRAWS = (
    "an approval holds no decision of the approved model on any row; name the model itself to see who is "
    "decided differently"
)


@dataclass(frozen=True, eq=False)
class Judged:
    """What the candidate does to every metric beside the approved model, and how it stands to the limits."""

    effects: Effects
    cells: tuple[GateCell, ...]


class ModelComparison:
    """What `compare` gives: `content` is ready for JSON, `outcome` is "pass", "fail" or "undecided"."""

    def __init__(self, content: dict[str, Any]) -> None:
        self.content = content

    @property
    def outcome(self) -> str:
        """Whether the candidate does no material harm in the declared cells and keeps the limits."""
        return str(self.content["outcome"])

    def __repr__(self) -> str:
        counts = [f"{name}: {number}" for name, number in self.content["counts"].items() if number]
        return f"{self.outcome} ({', '.join(counts)}). {self.content['about']}"


@one_thread
def compare(
    approved: Any,
    candidate: Any,
    study: Study,
    frame: Any = None,
    where: Positions | str = "the study",
    progress: Progress = lambda *_: None,
) -> ModelComparison:
    """Compare two models on the rows of a study, in every aspect that needs no training.

    Each is a model that is trained already (`interplay.fitted`), or a `ModelSection`; with two recipes both are trained, on
    the same halves and with the same random numbers. Rows that either was trained on are left out. The attack has one
    radius, seed and number of questions for both, explanations one pool of perturbed rows, and prediction sets one share of
    misses and the same calibration rows, so that equal models differ by exactly zero. Verdicts, tolerances, limits and
    corrections are those of the study.

    Raises StudyError where one of the two is trained already and the other is not.

    Does not show: what either would be if it were trained again, unless both are recipes; membership attacks that need such
    twins.
    """
    check(study, catalogue.metrics(), catalogue.interventions(), where)
    first, second = sides(approved, candidate, study, frame, where)
    found, changes, words = compare_sides(
        first, second, study, progress, same_rows=same_rows_trained_on(approved, candidate)
    )
    return ModelComparison(described(found, first.design, *words, changes))


def compare_sides(
    first: Prepared, second: Prepared, study: Study, progress: Progress = lambda *_: None, same_rows: bool = True
) -> tuple[Judged, dict[str, Any], tuple[dict[str, str], dict[str, str]]]:
    """Measure both on the terms of the first, and judge the second: cells, who is decided differently, and what both are."""
    ours = measured_side(first, progress=progress)
    theirs = measured_side(second, ours.terms, progress=progress)
    measured = beside(ours.measured, theirs.measured)
    if not same_rows:
        kinds = {DecisionDisclosure, LossMemberships, ReferenceMemberships}
        attacks = [key for key, metric in first.design.metrics.items() if kinds & set(metric.needs)]
        measured = without(measured, dict.fromkeys(attacks, OTHER_ROWS))
    design = ours.ready.design
    declared = {key: path for key, path in declared_cells(study, ours.ready).items() if key in design.metrics}
    found = judged(measured, design, study, declared)
    return found, _changes(ours, theirs), (ours.words, theirs.words)


def _changes(first: Side, second: Side) -> dict[str, Any]:
    """Who is decided differently, or why nobody can tell."""
    before, after = first.decisions, second.decisions
    if isinstance(before, NotMeasurable):
        return {"reason": before.reason}
    if isinstance(after, NotMeasurable):
        return {"reason": after.reason}
    return {way: asdict(share) for way, share in churn(before, after, first.ready.setting().rows).items()}


def judged(
    measured: Measurements, design: Design, study: Study, declared: Mapping[str, tuple[str | int, ...]]
) -> Judged:
    """The verdict on every metric, and the cells of those that are declared and of the limits."""
    comparisons = against_approved(design, declared)
    effects = judged_effects(measured, comparisons, study.tolerances, None, tuple(declared))
    at = {
        (Treatment((CANDIDATE,)), key): Treatment((CANDIDATE, *place.interventions))
        for key, place in places(design).items()
    }
    own = {(Treatment(), key): place for key, place in places(design).items()}
    looked_at = [one for one in study.limits if _keys(one.metric, design)]
    findings = limit_findings(Treatment((CANDIDATE,)), looked_at, Measured(measured, at | own))
    limits = {key: ("limits", index) for index, one in enumerate(study.limits) for key in _keys(one.metric, design)}
    cells = (
        *change_cells(effects.effects, design.metrics, declared, bool(study.gate.cells)),
        *limit_cells(findings, design.metrics, limits),
    )
    return Judged(effects, cells)


def declared_cells(study: Study, ready: Prepared) -> dict[str, tuple[str | int, ...]]:
    """The metrics that decide, by key, with the place of the study that declares them."""
    design = ready.design
    if not study.gate.cells:
        own = headline(design.metrics, design.study, ready.family.decides_only)
        return dict.fromkeys(own, ("gate",))
    return {key: ("gate", "cells", index) for index, cell in enumerate(study.gate.cells) for key in _keys(cell, design)}


def described(
    found: Judged, design: Design, approved: Mapping[str, Any], candidate: Mapping[str, Any], churned: Any
) -> dict[str, Any]:
    """The comparison as JSON-ready values."""
    others = [one for one in found.effects.effects if not one.primary]
    counts = {status: sum(cell.status == status for cell in found.cells) for status in STATUSES}
    return {
        "about": ABOUT_MODELS if design.is_given else ABOUT_RECIPES,
        "outcome": outcome_of(found.cells),
        "counts": counts,
        "approved": dict(approved),
        "candidate": dict(candidate),
        "rows": int(design.split.test.sum()),
        "members": design.members,
        "radius": design.radius,
        "cells": [plain(asdict(cell)) for cell in found.cells],
        "others": [
            {
                "metric": one.metric,
                "contrast": one.contrast,
                "aspect": one.target.value,
                "verdict": one.verdict,
                **plain({key: getattr(one, key) for key in ("estimate", "low", "high", "tolerance")}),
                "sentence": one.reason,
            }
            for one in others
        ],
        "churn": plain(churned),
    }


STATUSES = ("pass", "fail", "undecided", "waived", "not_measured")


def named_model(text: str, study: Study) -> ModelSection:
    """The model that a command names: a file, or a function "module:name" that gives a trained model."""
    own = {"trusted": study.model.trusted, "classes": study.model.classes}
    path = Path(text)
    if ":" in text and not path.exists() and not path.suffix:
        return ModelSection(kind="fitted", factory=text, **own)
    return ModelSection(kind="fitted", path=str(path.absolute()), **own)


def side_of(
    model: Any, study: Study, frame: Any, where: Positions | str = "the study", applied: Collection[str] = ()
) -> Prepared:
    """A study of one model with its releases and what is `applied` in training, made ready."""
    section = model if isinstance(model, ModelSection) else ModelSection(kind="fitted")
    asked = gated(study, section, applied)
    if section.is_given:
        asked = asked.model_copy(update={"members": None, "most_members": None})
    else:
        asked = asked.model_copy(update={"data": study.data.model_copy(update={"trained_on": None})})
    return prepare(asked, frame, where, network=None if isinstance(model, ModelSection) else model)


def sides(approved: Any, candidate: Any, study: Study, frame: Any, where: Positions | str) -> tuple[Prepared, Prepared]:
    """Both models made ready on the same rows, without those that either was trained on.

    Raises StudyError where one of them is trained already and the other is not.
    """
    models = _without_rows_of_either((approved, candidate))
    applied = ((), study.gate.treatment)
    first, second = (side_of(model, study, frame, where, own) for model, own in zip(models, applied, strict=True))
    if first.design.is_given != second.design.is_given:
        kinds = " and ".join("a trained model" if one.design.is_given else "a recipe" for one in (first, second))
        raise StudyError("two trained models, or two recipes", kinds, "compare", "give two of one kind")
    if first.design.is_given:
        return first, second
    members = min(first.design.members, second.design.members)
    both = (replace(one, design=one.design.with_members(members)) for one in (first, second))
    return next(both), next(both)


def _without_rows_of_either(models: Sequence[Any]) -> Sequence[Any]:
    """Rows that either was trained on are left out for both."""
    marked = [getattr(model, "trained_on", None) for model in models]
    if all(rows is None for rows in marked):
        return models
    seen = [rows for rows in marked if rows is not None]
    union = np.unique(np.concatenate([_as_places(rows) for rows in seen]))
    return [replace(model, trained_on=union) for model in models]


def same_rows_trained_on(approved: Any, candidate: Any) -> bool:
    """Whether both models say that they were trained on the same rows, or neither says anything."""
    ours, theirs = (getattr(model, "trained_on", None) for model in (approved, candidate))
    if ours is None or theirs is None:
        return ours is theirs
    return np.array_equal(_as_places(ours), _as_places(theirs))


def _as_places(rows: Array) -> Int[Array, " some"]:
    return np.flatnonzero(rows) if rows.dtype == bool else np.unique(rows)


def _keys(name: str, design: Design) -> list[str]:
    return [key for key, metric in design.metrics.items() if name in (key, metric.name)]
