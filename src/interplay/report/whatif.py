"""The answer to a what-if question in a terminal."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from interplay.aspects import Aspect
from interplay.decision.bound import Bound, declared_bounds, in_words
from interplay.decision.decision import WHY_UNRESOLVED, Decision, Unresolved
from interplay.decision.mitigations import listed
from interplay.design.treatment import Treatment
from interplay.quantities import Scale
from interplay.report.decided import limit_beyond, tolerance_beyond
from interplay.report.names import clean
from interplay.study import Study

SHOWN = 3
"""How many of each kind of change are told."""

SCALE = Scale(1, 3, "")

SIGNS: Mapping[Bound, str] = {
    "at_least": ">= ",
    "at_most": "<= ",
    "at_most_below_control": ">= control - ",
    "at_most_above_control": "<= control + ",
}
"""How a bound is asked for."""


@dataclass(frozen=True, eq=False)
class WhatIf:
    """What `rich` prints: the study as declared and as asked, both choices, and the pairs to try something against."""

    study: Study
    asked: Study
    chosen: Treatment | None
    unresolved: Unresolved | None
    found: Decision
    harmed: Sequence[tuple[Aspect, Aspect]] = ()

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield Text("EXPLORATION: nothing is decided by this.", style="bold")
        yield Text(_of_record(self.study, self.chosen, self.unresolved))
        yield Text("")
        yield Text("Asked")
        yield from (Text(f"- {line}") for line in _asked(self.study, self.asked))
        yield Text("")
        yield Text(f"Would be chosen: {_called(self.found.treatment, self.found.unresolved)}", style="bold")
        yield Text(_changed(self.chosen, self.unresolved, self.found))
        yield from (Text(f"- {clean(reason)}") for reason in self.found.reasons)
        yield from (Text(f"- {line}") for line in _flips(self.found))
        if self.found.unresolved == "nothing_admissible":
            yield from (
                Text(f"- to try against {one} harming {two}: {listed(one, two)}") for one, two in self.harmed[:SHOWN]
            )
        yield Text("")
        yield Text("Rejected")
        yield from (
            Text(f"- {_called(one.treatment)} ({clean(one.step)}): {clean(one.reason)}") for one in self.found.rejected
        )


def _called(treatment: Treatment | None, unresolved: Unresolved | None = "nothing_admissible") -> str:
    if treatment is not None:
        return clean(treatment.name)
    why = WHY_UNRESOLVED[unresolved or "nothing_admissible"]
    return f"none. {why}".removesuffix(".")


def _of_record(study: Study, chosen: Treatment | None, unresolved: Unresolved | None) -> str:
    if unresolved == "priorities_not_set":
        return f"Of record: {_called(chosen, unresolved)}."
    by, on = clean(study.priorities.set_by), clean(study.priorities.set_on)
    who = f" set by {by}" if by else ""
    when = f" on {on}" if on else ""
    return f"Of record, under the priorities{who}{when}: {_called(chosen, unresolved)}."


def _then(winner: Treatment | None) -> str:
    return "no treatment would be admissible" if winner is None else f"{clean(winner.name)} would be chosen"


def _asked(study: Study, asked: Study) -> Iterator[str]:
    yield f"priorities {', '.join(asked.priorities.ranking)}" + (
        " (as declared)" if asked.priorities.ranking == study.priorities.ranking else ""
    )
    for limit in asked.limits:
        words = " and ".join(f"{SIGNS[bound]}{value:g}" for bound, value in declared_bounds(limit))
        yield f"limit {clean(limit.metric)} {words}" + (" (as declared)" if limit in study.limits else "")
    for metric, value in asked.tolerances.items():
        same = study.tolerances.get(metric) == value
        yield f"tolerance {clean(metric)} {value:g}" + (" (as declared)" if same else "")


def _changed(chosen: Treatment | None, unresolved: Unresolved | None, found: Decision) -> str:
    if chosen is None:
        return "No treatment is of record."
    if chosen == found.treatment:
        return "That is the treatment of record."
    return f"The treatment of record is {_called(chosen, unresolved)}."


def _flips(found: Decision) -> Sequence[str]:
    """What would change it, the first few of each kind."""
    orders = [one for one in found.orders if one.treatment != found.treatment]
    total = sum(one.count for one in found.orders)
    told = [f"{one.count} of {total} orders of the priorities would choose {_called(one.treatment)}" for one in orders]
    told += [
        f"with {clean(flip.metric)} {in_words(flip.bound, f'{limit_beyond(asdict(flip), SCALE):.3f}')} "
        f"instead of {flip.declared:g}, {_then(flip.winner)}"
        for flip in found.limit_flips[:SHOWN]
    ]
    told += [
        f"with a tolerance of {tolerance_beyond(asdict(flip), SCALE):.3g} on {clean(flip.metric)} "
        f"instead of {flip.declared:g}, {_called(flip.winner)} would be chosen"
        for flip in found.tolerance_flips[:SHOWN]
    ]
    return told
