"""The audit in a terminal: the verdict, two small tables, the decision, and where the files are."""

from collections.abc import Mapping
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, RenderResult
from rich.table import Table
from rich.text import Text

from interplay.aspects import TRUST_ASPECTS
from interplay.report import cells
from interplay.report.names import clean, heading, name
from interplay.report.reading import Audit, AuditReading
from interplay.report.sentences import counts_sentence, decision_sentence, verdict_sentence
from interplay.report.words import ASPECT_LETTERS, VERDICTS

_STYLES = {"worse": "dark_orange3", "better": "dodger_blue1", "none": "", "unsure": "italic", "absent": "dim"}
_NAME_LENGTH = 44
_ROOM_FOR_NUMBERS = 110
_LEGEND = (
    "clear: a harm beyond the tolerance is ruled out. clear?: clear, but whether the intervention helps its own aspect "
    "could not be seen. nothing: clear, but the intervention did not help its own aspect. harm?: harm, size unclear. "
    "~: within the tolerance. -: not measured. .: not compared."
)
_NO_PATHS: Mapping[str, str] = {}


def _word(verdict: str) -> Text:
    word = VERDICTS[verdict]
    return Text(word.short, style=_STYLES[word.tone])


def _cell(reading: AuditReading, cell: cells.MatrixCell, numbers: bool) -> Text:
    if not cell.effects:
        return Text(".")
    text = _word(cell.verdict)
    if cell.deciding is None or cell.verdict == "withheld" or not numbers:
        return text
    own = reading.written(cell.deciding).signed(cell.deciding["estimate"])
    return text.append(f" {'~' if cell.equal else ''}{reading.scale(cell.deciding).number(own, signed=True)}")


def _table(title: str) -> Table:
    return Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False, padding=(0, 2, 0, 0))


def _treatments(reading: AuditReading, numbers: bool) -> Table:
    what = " (change of the deciding metric)" if numbers else ""
    table = _table(f"Treatments against aspects{what}")
    table.add_column("")
    for aspect in reading.ranked:
        table.add_column(ASPECT_LETTERS[aspect], no_wrap=True)
    for row in (*cells.rows(reading, training=True), *cells.rows(reading, training=False)):
        title = heading(clean(reading.treatment(row.treatment["name"]), _NAME_LENGTH))
        table.add_row(Text(title), *(_cell(reading, cell, numbers) for cell in row.cells))
    return table


def _harms(reading: AuditReading) -> list[Text]:
    """The harms of the cells, one line for each treatment, each with the metric that decides it."""
    lines = []
    for row in (*cells.rows(reading, training=True), *cells.rows(reading, training=False)):
        shown = [cell.deciding for cell in row.cells if cell.verdict == "harm" and cell.deciding is not None]
        if shown:
            said = "; ".join(f"{reading.quantity(effect)} {reading.change(effect)}" for effect in shown)
            title = heading(clean(reading.treatment(row.treatment["name"]), _NAME_LENGTH))
            lines.append(Text(f"- {title}: {clean(said)}"))
    return [Text("Harms:"), *lines] if lines else []


def _pairs(reading: AuditReading) -> Table:
    table = _table("The 20 interactions (rows: applied for, columns: may be harmed)")
    table.add_column("")
    for target in TRUST_ASPECTS:
        table.add_column(f"-> {ASPECT_LETTERS[target]}", no_wrap=True)
    for source in TRUST_ASPECTS:
        words = [
            Text(".") if source == target else _word(reading.pairs[(source, target)]["verdict"])
            for target in TRUST_ASPECTS
        ]
        table.add_row(Text(f"{heading(source)} ->"), *words)
    return table


def _paths(paths: Mapping[str, str]) -> list[Text]:
    width = max(map(len, paths), default=0)
    rows = [Text(f"{clean(label):<{width}}  {clean(path)}", overflow="fold") for label, path in paths.items()]
    return [Text(""), *rows] if rows else []


@dataclass(frozen=True, eq=False)
class Summary:
    """What `rich` prints of an audit; in a narrow terminal the tables hold words only."""

    audit: Audit
    paths: Mapping[str, str]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        reading = AuditReading(self.audit)
        yield Text(f"Interaction audit: {name(self.audit['study']['name'])}", style="bold")
        yield Text(verdict_sentence(self.audit))
        yield Text("")
        yield _treatments(reading, numbers=options.max_width >= _ROOM_FOR_NUMBERS)
        yield from _harms(reading)
        yield Text("")
        yield _pairs(reading)
        yield Text(counts_sentence(self.audit))
        yield Text(_LEGEND, style="dim")
        yield Text("")
        yield Text(decision_sentence(self.audit), style="bold")
        yield from (Text(f"- {clean(reading.spoken(reason))}") for reason in self.audit["decision"]["reasons"])
        yield from _paths(self.paths)


def summary(audit: Audit, paths: Mapping[str, str] = _NO_PATHS) -> Summary:
    """What the end of a run prints; `paths` maps what a file is to where it lies.

    Every verdict is a word, so nothing is lost without colour; control characters of outside text are shown as tags.
    """
    return Summary(audit, paths)
