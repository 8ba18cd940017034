"""The verb "gate": whether a change of the model may go on, by the cells that a study declares."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Literal

from interplay import catalogue
from interplay.auditing.prepare import Prepared
from interplay.auditing.stages import Progress
from interplay.auditing.written import plain
from interplay.decision.gate import GateCell, waived
from interplay.design.gated import is_quick
from interplay.effects.near_collapse import METRIC as BALANCED
from interplay.errors import IntegrityError, StudyError
from interplay.gating.approval import ANEW, read_approval, stale
from interplay.gating.compare import (
    APPROVED_ONLY_DRAWS,
    Judged,
    ModelComparison,
    compare,
    compare_sides,
    declared_cells,
    described,
    judged,
    named_model,
    same_rows_trained_on,
    side_of,
    sides,
)
from interplay.gating.side import beside, measured_side
from interplay.study import Study
from interplay.study.check import check
from interplay.study.positions import Positions
from interplay.threads import one_thread

Profile = Literal["quick", "full"]


@dataclass(frozen=True, eq=False)
class Gate:
    """What a gate is asked: the study with the candidate as its model, the approved model where there is no approval, today's
    day, and how much is looked at.

    A quick profile leaves out the cells that take an attack on inputs or explanations, and says which; no number of it
    differs from that of a full one.
    """

    study: Study
    frame: Any = None
    network: Any = None
    approved: Any = None
    where: Positions | str = "the study"
    profile: Profile = "full"
    today: date | None = None

    @property
    def day(self) -> date:
        """The day against which waivers are held."""
        return self.today or datetime.now(UTC).date()

    def kept(self, ready: Prepared) -> Prepared:
        """The metrics that the profile looks at: the declared cells, limits, and what tells a model from a constant one."""
        design = ready.design
        wanted = {*self.wanted(ready), BALANCED}
        own = {key: one for key, one in design.metrics.items() if key in wanted and self.looks_at(one)}
        return replace(ready, design=replace(design, metrics=own))

    def wanted(self, ready: Prepared) -> Sequence[str]:
        """The metrics of the declared cells and of the limits, by key."""
        limited = {limit.metric for limit in self.study.limits}
        cells, metrics = declared_cells(self.study, ready), ready.design.metrics
        return [key for key, metric in metrics.items() if key in cells or {key, metric.name} & limited]

    def looks_at(self, metric: Any) -> bool:
        """Whether the profile has time for a metric."""
        return self.profile == "full" or is_quick(metric)


@one_thread
def gate(
    study: Study,
    frame: Any = None,
    network: Any = None,
    approved: Any = None,
    where: Positions | str = "the study",
    profile: Profile = "full",
    today: date | None = None,
    progress: Progress = lambda *_: None,
) -> ModelComparison:
    """Hold the study's model, the candidate, against the approved one, cell by cell.

    The approved side is the model that a program gives or the study declares as `approved`, or else the approval that the
    study names. Such a model is measured or trained in the same job with the same random numbers. Every declared cell
    passes, fails or stays undecided; waivers of the study let cells through until their last day. `outcome` is "fail" where
    any cell fails, "undecided" where any is open, and "pass" otherwise.

    Raises StudyError where the study declares no approved side, and IntegrityError where its approval is stale or was changed.

    Does not show: a harm below the tolerances, in a metric that is no cell, or that a stronger attack or more rows would find.
    """
    check(study, catalogue.metrics(), catalogue.interventions(), where)
    without = study.model if study.gate.treatment and not study.gate.approval else None
    asked = Gate(study, frame, network, approved or study.gate.approved or without, where, profile, today)
    if asked.approved is not None:
        return _beside_approved(asked, progress)
    if not study.gate.approval:
        step = 'write approval = "approval.json" under [gate] (interplay approve RUN makes it), or a model as [gate.approved]'
        raise StudyError("an approved side", "none", _at(where), step)
    return _against_approval(asked, progress)


def compare_named(approved: str, candidate: str, study: Study, where: Positions | str = "the study") -> ModelComparison:
    """The comparison of what a command names.

    Two models in every aspect, or a model against an approval in the declared cells.
    """
    given = named_model(candidate, study)
    if Path(approved).suffix != ".json":
        return compare(named_model(approved, study), given, study, where=where)
    own = study.gate.model_copy(update={"approval": str(Path(approved).absolute()), "approved": None})
    return gate(study.model_copy(update={"model": given, "gate": own}), where=where)


def _beside_approved(asked: Gate, progress: Progress) -> ModelComparison:
    """Both models measured in one job, trained ones as they are and recipes with the same random numbers."""
    study = asked.study
    models = asked.approved, study.model if asked.network is None else asked.network
    first, second = sides(*models, study, asked.frame, asked.where)
    both = asked.kept(first), asked.kept(second)
    found, changes, words = compare_sides(*both, study, progress, same_rows_trained_on(*models))
    return _outcome(asked, first, found, *words, changes)


def _against_approval(asked: Gate, progress: Progress) -> ModelComparison:
    study = asked.study
    candidate = study.model if asked.network is None else asked.network
    whole = side_of(candidate, study, asked.frame, asked.where, study.gate.treatment)
    approval = read_approval(Path(study.gate.approval), whole.design.metrics)
    if reasons := stale(approval, study, whole):
        raise IntegrityError("an approval of these rows and this study", "; ".join(reasons), study.gate.approval, ANEW)
    ready = asked.kept(whole)
    if not ready.design.is_given:
        ready = replace(ready, design=ready.design.with_members(approval.members))
    side = measured_side(ready, approval.terms, progress=progress)
    kept = {cell: one for cell, one in approval.measured.samples.items() if cell.metric in ready.design.metrics}
    measured = replace(beside(replace(approval.measured, samples=kept), side.measured), metrics=ready.design.metrics)
    found = judged(measured, ready.design, study, _kept_cells(asked, whole))
    return _outcome(asked, whole, found, approval.words, side.words, {"reason": APPROVED_ONLY_DRAWS})


def _kept_cells(asked: Gate, ready: Prepared) -> dict[str, tuple[str | int, ...]]:
    cells, design = declared_cells(asked.study, ready), ready.design
    return {key: path for key, path in cells.items() if asked.looks_at(design.metrics[key])}


def _outcome(
    asked: Gate,
    ready: Prepared,
    found: Judged,
    approved: Mapping[str, str],
    candidate: Mapping[str, str],
    changes: Mapping[str, Any],
) -> ModelComparison:
    """With waivers, with what the profile left out, and with the line of the study that declares each cell."""
    study, design = asked.study, ready.design
    cells = waived(found.cells, study.gate.waivers, asked.day)
    content = described(Judged(found.effects, cells), design, approved, candidate, changes)
    left_out = [key for key in asked.wanted(ready) if not asked.looks_at(design.metrics[key])]
    return ModelComparison(
        {
            **content,
            "study": {"name": study.name, "file": asked.where.file if isinstance(asked.where, Positions) else ""},
            "profile": asked.profile,
            "left_out": left_out,
            "same_model": approved["digest"] == candidate["digest"],
            "waivers_ended": _ended(asked),
            "cells": [{**plain(asdict(cell)), **_line(cell, asked.where)} for cell in cells],
        }
    )


def _ended(asked: Gate) -> list[str]:
    """Waivers past their last day, in words."""
    return [
        f"the waiver of {one.owner} for {one.cell} ended on {one.expires}"
        for one in asked.study.gate.waivers
        if date.fromisoformat(one.expires) < asked.day
    ]


def _line(cell: GateCell, where: Positions | str) -> dict[str, int]:
    line, column = where.place(cell.path) if isinstance(where, Positions) else (1, 1)
    return {"line": line, "column": column}


def _at(where: Positions | str) -> str:
    return where.where(("gate",)) if isinstance(where, Positions) else f"{where}, [gate]"
