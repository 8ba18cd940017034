"""The audit in a terminal: the verdict, two small tables, the decision, and where the files are."""

from collections.abc import Mapping

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from interplay.aspects import TRUST_ASPECTS
from interplay.report import cells
from interplay.report.names import clean, heading, name
from interplay.report.reading import Audit, Reading
from interplay.report.sentences import counts_sentence, decision_sentence, verdict_sentence
from interplay.report.words import ASPECT_LETTERS, VERDICTS

_STYLES = {"worse": "dark_orange3", "better": "dodger_blue1", "none": "", "unsure": "italic", "absent": "dim"}
_NAME_LENGTH = 44
_NO_PATHS: Mapping[str, str] = {}


def _word(verdict: str) -> Text:
    word = VERDICTS[verdict]
    return Text(word.short, style=_STYLES[word.tone])


def _cell(reading: Reading, cell: cells.Cell) -> Text:
    text = _word(cell.verdict)
    if cell.deciding is None or cell.verdict == "withheld":
        return text
    number = reading.scale(cell.deciding).number(cell.deciding["estimate"], signed=True)
    return text.append(f" {'~' if cell.equal else ''}{number}")


def _table(title: str) -> Table:
    return Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False, padding=(0, 2, 0, 0))


def _treatments(reading: Reading) -> Table:
    table = _table("Treatments against aspects (change of the deciding metric, + is worse)")
    table.add_column("")
    for aspect in reading.ranked:
        table.add_column(ASPECT_LETTERS[aspect], no_wrap=True)
    for row in (*cells.rows(reading, training=True), *cells.rows(reading, training=False)):
        title = heading(clean(reading.treatment(row.treatment["name"]), _NAME_LENGTH))
        table.add_row(Text(title), *(_cell(reading, cell) for cell in row.cells))
    return table


def _pairs(reading: Reading) -> Table:
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
    return [Text(f"{clean(label):<{width}}  {clean(path)}", overflow="fold") for label, path in paths.items()]


def summary(audit: Audit, paths: Mapping[str, str] = _NO_PATHS) -> RenderableType:
    """What `rich` prints at the end of a run; `paths` maps what a file is to where it lies.

    Every verdict is a word, so nothing is lost without colour; control characters of outside text are shown as tags.
    """
    reading = Reading(audit)
    return Group(
        Text(f"Interaction audit: {name(audit['study']['name'])}", style="bold"),
        Text(verdict_sentence(audit)),
        Text(""),
        _treatments(reading),
        Text(""),
        _pairs(reading),
        Text(counts_sentence(audit)),
        Text(""),
        Text(decision_sentence(audit), style="bold"),
        *(Text(f"- {clean(reason)}") for reason in audit["decision"]["reasons"]),
        *([Text("")] if paths else []),
        *_paths(paths),
    )
