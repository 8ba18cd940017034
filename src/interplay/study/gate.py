"""The gate of a study: cells and waivers that the catalogue knows, days that exist, and one approved side."""

from collections.abc import Iterator
from datetime import date

from interplay.study.faults import Fault
from interplay.study.limits import Metrics, metric_faults
from interplay.study.model import Study


def gate_faults(study: Study, metrics: Metrics) -> Iterator[Fault]:
    """What is wrong with the cells, the waivers and the approved side."""
    gate = study.gate
    if gate.approval and gate.approved is not None:
        step = "take one of them out"
        yield Fault(("gate", "approved"), "an approval or an approved model", "both of them", step)
    listed = [one.name for one in study.interventions]
    for index, name in enumerate(gate.treatment):
        if name not in listed:
            step = (
                f"list it under [[interventions]], or write one of {', '.join(listed)}"
                if listed
                else "list it under [[interventions]]"
            )
            yield Fault(("gate", "treatment", index), "an intervention that the study lists", repr(name), step)
    for index, cell in enumerate(gate.cells):
        yield from metric_faults(cell, ("gate", "cells", index), study, metrics)
    for index, waiver in enumerate(gate.waivers):
        path = ("gate", "waivers", index)
        yield from metric_faults(waiver.cell, (*path, "cell"), study, metrics)
        for key in ("reason", "owner"):
            if not getattr(waiver, key).strip():
                yield Fault((*path, key), f"the {key} of a waiver", "an empty text", "write it, or take the waiver out")
        if not _is_day(waiver.expires):
            step = "write the last day on which it holds, such as 2026-12-31"
            yield Fault((*path, "expires"), "a day of the calendar", repr(waiver.expires), step)


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text) is not None
    except ValueError:
        return False
