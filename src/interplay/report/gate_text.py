"""A comparison of two models in a terminal: the outcome, every cell that decides, what else changed, and whom it is about."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from interplay.report.names import clean, heading, name, sentence

OUTCOMES: Mapping[str, str] = {
    "pass": "Passed: no harm beyond the tolerances in any cell that decides",
    "fail": "Failed: a harm beyond a tolerance, or a broken limit, is shown",
    "undecided": "Undecided: in some cells neither a harm beyond the tolerance nor its absence is shown",
}
WORDS: Mapping[str, str] = {
    "pass": "passed",
    "fail": "FAILED",
    "undecided": "undecided",
    "waived": "waived",
    "not_measured": "not measured",
}
_STYLES = {"fail": "dark_orange3", "undecided": "italic", "waived": "italic", "not_measured": "dim", "pass": ""}


@dataclass(frozen=True, eq=False)
class GateText:
    """What `rich` prints of a comparison or a gate; `paths` maps what a file is to where it lies."""

    content: Mapping[str, Any]
    paths: Mapping[str, str]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        content = self.content
        yield Text(outcome_sentence(content), style="bold")
        yield from (Text(line) for line in beginning(content))
        yield Text("")
        for cell in content["cells"]:
            line = f"{WORDS[cell['status']]:<13}{cell['aspect']:<16}{_named_once(cell)}"
            yield Text(line, style=_STYLES[cell["status"]])
        yield Text("")
        yield from (Text(line) for line in ending(content))
        yield from (Text(f"{clean(label)}  {clean(path)}", overflow="fold") for label, path in self.paths.items())


def _named_once(cell: Mapping[str, Any]) -> str:
    """The sentence of a cell, after its name or that part of it with which the sentence does not begin itself."""
    if cell["name"] == cell["metric"] and cell["status"] != "waived":  # the sentence begins with the metric's title
        return clean(cell["sentence"])
    before, _, rest = cell["name"].partition(": ")
    shown = before if rest and cell["sentence"].startswith(rest) else cell["name"]
    return f"{name(shown)}: {clean(cell['sentence'])}"


def outcome_sentence(content: Mapping[str, Any]) -> str:
    """The outcome with how many cells stand how."""
    counts = ", ".join(f"{number} {WORDS[status].lower()}" for status, number in content["counts"].items() if number)
    return f"{OUTCOMES[content['outcome']]} ({counts})."


def beginning(content: Mapping[str, Any]) -> Iterator[str]:
    """Which models, on how many rows, and whom the sentences are about."""
    for side in ("approved", "candidate"):
        model = content[side]
        yield f"{heading(side):<11}{clean(model['model'])}  ({name(model['digest'][:16])})"
    if content.get("same_model"):
        yield "The candidate is the approved model."
    members = f", {content['members']} members each" if content["members"] > 1 else ""
    yield f"Measured on {content['rows']:,} rows that neither was trained on as far as the study says{members}."
    yield content["about"]


def ending(content: Mapping[str, Any]) -> Iterator[str]:
    """Who is decided differently, which harms are shown besides, and what was left out."""
    yield churn_sentence(content["churn"])
    harms = [one for one in content["others"] if one["verdict"] == "harm"]
    for one in harms:
        contrast = f" ({one['contrast']})" if one["contrast"] else ""
        yield f"Besides the cells that decide, {name(one['metric'])}{clean(contrast)}: {clean(one['sentence'])}"
    for text in content.get("waivers_ended", ()):
        yield sentence(clean(text))
    if left_out := content.get("left_out"):
        named = ", ".join(map(name, left_out))
        yield f"The quick profile did not look at {named}; a full one does (--profile full)."


def churn_sentence(churn: Mapping[str, Any]) -> str:
    """Who is decided differently, in points of a share."""
    if "reason" in churn:
        return f"Decided differently: not known, since {churn['reason']}."
    every, lost, gained = (churn[way] for way in ("all", "lost", "gained"))
    return (
        f"Decided differently: {_points(every)} of {every['rows']:,} rows; favourably no longer {_points(lost)}, now favourably "
        f"{_points(gained)}."
    )


def _points(share: Mapping[str, float]) -> str:
    return f"{100 * share['share']:.1f} % ({100 * share['low']:.1f} to {100 * share['high']:.1f})"
