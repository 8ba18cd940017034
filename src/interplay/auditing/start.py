"""A first study for a data file."""

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from interplay.data.labels import favourable as position_of
from interplay.data.levels import as_text
from interplay.data.proposals import Proposals, named_groups, propose
from interplay.data.reading import read
from interplay.data.table import Table
from interplay.report.names import clean
from interplay.study.starter import audit_share, starter

Ask = Callable[[Mapping[str, int]], str | None]
"""Which label value people hope for, given the rows of each; None where nobody says so."""


@dataclass(frozen=True)
class Started:
    """The text of a study, what it takes to be so, and what it asks to be filled in, as lines."""

    text: str
    assumed: tuple[str, ...]
    asked: tuple[str, ...]


def start(data: Path, label: str, groups: str, folder: Path, ask: Ask, factory: str = "", kind: str = "") -> Started:
    """A commented study for `data`, to lie in `folder`; `groups` are names with commas between them.

    A `factory` ("module:name") makes models of the `kind` "torch", else estimators; without it they are networks.
    """
    table = read(data)
    proposed = propose(table, label, named_groups(groups, list(table.columns)))
    hoped = ask(proposed.counts)
    if hoped is not None:
        hoped = list(proposed.counts)[position_of(tuple(proposed.counts), hoped, f"label {label!r}")]
    text = starter(proposed, os.path.relpath(data, folder), hoped, factory, kind)
    return Started(
        text, tuple(map(clean, _assumed(table, proposed, hoped))), tuple(map(clean, _asked(proposed, hoped)))
    )


def _assumed(table: Table, proposed: Proposals, hoped: str | None) -> Iterator[str]:
    shares = ", ".join(f"{name} {rows} ({rows / proposed.rows:.1%})" for name, rows in proposed.counts.items())
    yield f"label {proposed.label}: {shares}" + (f"; people hope for {hoped}" if hoped is not None else "")
    for name, bins in proposed.groups.items():
        gone = int(table.column(name).missing.sum())
        cut = f", cut at {', '.join(map(as_text, bins))}" if bins else ""
        yield f"group {name}{cut}" + (f"; {gone} rows are in no group" if gone else "")
    yield from (f"{finding.column}: {finding.text}" for finding in table.findings if finding.column not in table.dates)
    yield from (f"{' and '.join(names)} are one class, {new}" for new, names in proposed.classes.items())
    yield from (f"{', '.join(map(str, values))} in {name} is missing" for name, values in proposed.missing.items())
    yield from (f"{name} is left out: {why}" for name, why in proposed.drop.items())
    yield from (f"{name} is left out: a date" for name in proposed.dates)
    yield from (f"{name}: rarer ones of {count} categories share a column" for name, count in proposed.wide.items())
    if proposed.weight is not None:
        yield f"{proposed.weight} weighs the rows"
    share = audit_share(proposed)
    yield f"{share:.0%} of the rows, about {share * proposed.rows:,.0f}, are held back for interplay confirm"


def _asked(proposed: Proposals, hoped: str | None) -> Iterator[str]:
    if hoped is None:
        yield f"favourable: which of {', '.join(proposed.counts)} people hope for"
    if proposed.categorical:
        yield f"categorical: which of {', '.join(proposed.categorical)} are codes"
    yield from (f"[data.drop] {name}: {why}" for name, why in proposed.doubtful.items())
    if proposed.person is not None:
        yield f"person: whether {proposed.person} names people with several rows"
    yield "[priorities]: the ranking, and who set it"
