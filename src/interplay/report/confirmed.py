"""A confirmation in a terminal: what it says, every limit and headline metric, and whether the rows were new."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from interplay.report.confirmation import STATUSES, limit_scale, said, sentence
from interplay.report.names import clean, heading, name
from interplay.report.reading import Audit, AuditReading
from interplay.report.words import VERDICTS

_SIDES = {
    True: "the run's estimate lies inside",
    False: "the run's estimate lies outside",
    None: "no estimate to compare",
}


@dataclass(frozen=True, eq=False)
class Confirmed:
    """What `rich` prints of an audit's confirmation; `paths` maps what a file is to where it lies."""

    audit: Audit
    paths: Mapping[str, str]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        reading, found = AuditReading(self.audit), self.audit["confirmation"]
        yield Text(f"Confirmation: {name(self.audit['study']['name'])}", style="bold")
        yield Text(sentence(reading), style="bold")
        yield from (Text(f"- {clean(reading.spoken(reason))}") for reason in found["reasons"])
        yield Text("")
        yield from (Text(line) for line in (*_limits(reading, found), *_effects(reading, found)))
        for one in found["not_confirmed"]:
            yield Text(f"{heading(reading.metric(one['what']))}: {clean(one['reason'])}", style="dim")
        if found["privacy"] is not None:
            yield Text(_spent(found["privacy"]))
        yield Text(_used(found))
        yield from (Text(f"{clean(label)}  {clean(path)}", overflow="fold") for label, path in self.paths.items())


def _limits(reading: AuditReading, found: Mapping[str, Any]) -> Iterator[str]:
    for limit in found["limits"]:
        written, bound = limit_scale(reading, limit), said(reading, limit)
        number = f"{written.amount(limit['estimate'])} ({written.interval(limit['low'], limit['high'])})"
        told = (
            f"{number}; {_SIDES[limit['inside']]}"
            if limit["estimate"] is not None
            else clean(reading.spoken(limit["reason"]))
        )
        yield f"{heading(reading.metric(limit['metric']))} {bound}: {STATUSES[limit['status']][0]}, {told}"


def _effects(reading: AuditReading, found: Mapping[str, Any]) -> Iterator[str]:
    for effect in found["effects"]:
        number = f", {reading.change(effect)} ({reading.between(effect)}); {_SIDES[effect['inside']]}"
        told = number if effect["estimate"] is not None else f", {clean(reading.spoken(effect['reason']))}"
        yield f"{heading(reading.quantity(effect))}: {VERDICTS[effect['verdict']].words}{told}"


def _spent(privacy: Mapping[str, Any]) -> str:
    budget = f"Training spends epsilon {privacy['epsilon']:.2f} (delta {privacy['delta']:.1e})"
    return f"{budget}. {clean(privacy['release'])}"


def _used(found: Mapping[str, Any]) -> str:
    if found["first_use"]:
        return f"The audit rows were used for the first time on {name(found['used_on'])}; they are used up now."
    return f"Not a first use of the audit rows ({name(found['used_on'])}); the reason given: {clean(found['again'])}"


def confirmed(audit: Audit, paths: Mapping[str, str]) -> Confirmed:
    """What the end of a confirmation prints; control characters of outside text are shown as tags."""
    return Confirmed(audit, paths)
