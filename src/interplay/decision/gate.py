"""The gate: from effects and limits to one status a cell, and one outcome for a change of the model.

A cell is a metric. It fails where a harm beyond its tolerance is shown after Holm's correction over all cells that are
declared, so that a change which harms nothing fails in at most 5 % of the gates. It passes where such a harm is ruled out
in every part of it. Neither is undecided, and no chance decides instead: a change passes only where every cell does, so
that one which harms a cell by its tolerance passes in at most 5 % (an intersection-union test needs no correction).

Hard limits are cells of their own, by Holm's rule over all limits as in a decision.

Reference: Holm (1979), "A simple sequentially rejective multiple test procedure"; Berger (1982), "Multiparameter hypothesis
testing and acceptance sampling", for the intersection-union test.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from interplay.aspects import Aspect
from interplay.decision.bound import in_words
from interplay.decision.decision import LimitFinding
from interplay.effects.effect import Effect
from interplay.effects.matrix import pooled_outcome
from interplay.metrics import Metric
from interplay.study.model import WaiverSection

CellStatus = Literal["pass", "fail", "undecided", "waived", "not_measured"]
GateOutcome = Literal["pass", "fail", "undecided"]

EXIT_CODES: Mapping[GateOutcome, int] = {"pass": 0, "fail": 1, "undecided": 3}
"""What the command line returns; 2 is a fault of usage and 4 one of integrity."""

_BY_VERDICT: Mapping[str, CellStatus] = {
    "harm": "fail",
    "no_material_harm": "pass",
    "improvement": "pass",
    "not_measurable": "not_measured",
}
_BY_STATUS: Mapping[str, CellStatus] = {"admissible": "pass", "inadmissible": "fail", "undecided": "undecided"}


@dataclass(frozen=True)
class GateCell:
    """A metric, or a limit on one, with its status and the sentence that says why.

    `estimate`, `low` and `high` are those of the part that decides: a change for the worse where positive, or the value under a
    limit. `path` is the place of the study that declares it.
    """

    name: str
    metric: str
    aspect: Aspect
    status: CellStatus
    sentence: str
    estimate: float | None = None
    low: float | None = None
    high: float | None = None
    tolerance: float | None = None
    path: tuple[str | int, ...] = ("gate",)


def change_cells(
    effects: Sequence[Effect],
    metrics: Mapping[str, Metric],
    declared: Mapping[str, tuple[str | int, ...]],
    strict: bool,
) -> tuple[GateCell, ...]:
    """A cell for every declared metric: what the candidate does to it.

    `declared` names the metrics and where the study does so. With `strict` one that cannot be measured is undecided, as
    somebody has asked for it.
    """
    by_metric: dict[str, list[Effect]] = {key: [] for key in declared}
    for effect in effects:
        if effect.metric in by_metric:
            by_metric[effect.metric].append(effect)
    return tuple(_change(key, metrics[key], found, declared[key], strict) for key, found in by_metric.items() if found)


def _change(key: str, metric: Metric, effects: Sequence[Effect], path: tuple[str | int, ...], strict: bool) -> GateCell:
    outcome = pooled_outcome({effect.verdict for effect in effects})
    status = _BY_VERDICT.get(outcome, "undecided")
    if status == "not_measured" and strict:
        status = "undecided"
    decisive = _deciding(effects, status)
    contrast = f" ({decisive.contrast})" if decisive.contrast else ""
    return GateCell(
        name=key,
        metric=key,
        aspect=metric.aspect,
        status=status,
        sentence=f"{metric.title}{contrast}: {decisive.reason}",
        estimate=decisive.estimate,
        low=decisive.low,
        high=decisive.high,
        tolerance=decisive.tolerance,
        path=path,
    )


def _deciding(effects: Sequence[Effect], status: CellStatus) -> Effect:
    """The part that made the status: the largest in tolerances among those that did not pass, or of all."""
    own = [one for one in effects if _BY_VERDICT.get(one.verdict, "undecided") == status]
    open_ones = [one for one in effects if _BY_VERDICT.get(one.verdict, "undecided") != "pass"]
    return max(own or open_ones or effects, key=lambda one: (one.high or 0.0) / max(one.tolerance, 1e-12))


def limit_cells(
    findings: Sequence[LimitFinding], metrics: Mapping[str, Metric], paths: Mapping[str, tuple[str | int, ...]]
) -> tuple[GateCell, ...]:
    """A cell for every hard limit on the candidate; `paths` say by metric where the study declares it."""
    return tuple(
        GateCell(
            name=f"limit: {one.metric} {in_words(one.bound, f'{one.declared:g}')}",
            metric=one.metric,
            aspect=metrics[one.metric].aspect if one.metric in metrics else Aspect.UTILITY,
            status=_BY_STATUS[one.status],
            sentence=one.reason,
            estimate=one.estimate,
            low=one.low,
            high=one.high,
            path=paths.get(one.metric, ("limits",)),
        )
        for one in findings
    )


def waived(cells: Sequence[GateCell], waivers: Sequence[WaiverSection], today: date) -> tuple[GateCell, ...]:
    """The cells with those that somebody lets through; a waiver past its last day lets nothing through, and it is said."""
    return tuple(_waived(cell, waivers, today) for cell in cells)


def _waived(cell: GateCell, waivers: Sequence[WaiverSection], today: date) -> GateCell:
    own = [one for one in waivers if one.cell in (cell.metric, cell.metric.partition("/")[0])]
    if not own or cell.status not in ("fail", "undecided"):
        return cell
    waiver = max(own, key=lambda one: one.expires)
    if date.fromisoformat(waiver.expires) < today:
        ended = f"{cell.sentence}; the waiver of {waiver.owner} ended on {waiver.expires}, so that it is not waived"
        return replace(cell, sentence=ended)
    because = (
        f"waived by {waiver.owner} until {waiver.expires}: {waiver.reason}; it would be {cell.status}: {cell.sentence}"
    )
    return replace(cell, status="waived", sentence=because)


def outcome_of(cells: Collection[GateCell]) -> GateOutcome:
    """One outcome: a failed cell fails, an open one leaves it undecided, and so does a gate in which nothing was judged.

    Example:
        >>> outcome_of([])
        'undecided'
    """
    statuses = {cell.status for cell in cells}
    if "fail" in statuses:
        return "fail"
    return "undecided" if "undecided" in statuses or not statuses & {"pass", "waived"} else "pass"
