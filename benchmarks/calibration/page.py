"""`python -m benchmarks.calibration.page`: writes the measured part of docs/statistics.md from calibration.json."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from scipy.stats import binom

from benchmarks import marked
from benchmarks.calibration.claims import CalibrationRow
from benchmarks.calibration.coverage import BOUNDS, COVERED
from benchmarks.calibration.every_metric import FALSE_CLEARANCE, FALSE_HARM, HELD
from benchmarks.calibration.record import Record, read, wanted, where

MARK = "†"
STUDIES = "EveryMetricOnFewRows", "EveryMetric", "BehindLayers"
PAGE = marked.DOCS / "statistics.md"


def renew(found: Record) -> None:
    """Put the tables between the two marks of the page."""
    marked.renew(PAGE, "measured", measured(found))


def measured(found: Record) -> str:
    """What was run, the error rates and the coverage, as Markdown."""
    rates = [row for row in found.rows if row.check not in (*BOUNDS, HELD, FALSE_HARM, FALSE_CLEARANCE)]
    held = [row for row in found.rows if row.check in BOUNDS]
    failed = sum(row.holds is False for row in found.rows)
    asked = sum(row.holds is not None for row in found.rows)
    above = sum(
        row.holds is False and row.check in (*BOUNDS, HELD) and row.measured > COVERED.at_least for row in found.rows
    )
    proven = sum(row.proven for row in found.rows)
    return "\n\n".join(
        [
            f"Measured on {found.date}, seed {found.seed}, in {found.seconds / 60:.0f} minutes: {len(found.rows)} rates, {asked} "
            f"of them with a target, of which {failed} are missed (in bold), {above} of these because intervals hold the truth "
            f"too often. {proven} are missed by more than the number of audits explains ({MARK}); of so many, 2.5 % would be by "
            "chance.",
            "### Verdicts",
            error_rates(rates),
            "### Coverage",
            "Each entry: the two-sided 95 % interval / the lower 95 % bound / the upper 95 % bound, in per cent.",
            coverage(held),
            "### Every metric",
            "Each entry: level / difference, of which the two-sided 95 % interval should hold the truth in 93 to 99 %; then "
            "harm found at exactly the tolerance / no material harm at exactly twice the tolerance, each at most 5 %. A dash: "
            "not measurable on so few rows. "
            f"Audits simulated: {_count(found, 'EveryMetricOnFewRows')} up to 500 rows, {_count(found, 'EveryMetric')} of more, "
            f"{_count(found, 'BehindLayers')} behind layers, in which a true 95 % comes out between "
            f"{', '.join(_chance(_count(found, study)) for study in STUDIES)}, so that a bold entry is no fault by itself. "
            "Intervals of gaps whose direction is not settled hold in every case, and the truth more often than asked.",
            every_metric(found.rows),
        ]
    )


def _chance(audits: int) -> str:
    """Between which shares of so many audits an interval that holds in 95 % holds, in 95 of 100 times."""
    low, high = binom.ppf((0.025, 0.975), audits, 0.95) / max(audits, 1)
    return f"{100 * low:.0f} and {100 * high:.0f} %"


def _count(found: Record, study: str) -> int:
    return found.repetitions.get(study, 0)


def every_metric(rows: Iterable[CalibrationRow]) -> str:
    """One line for each metric and number of members, one column for each number of rows."""
    entries: dict[tuple[str, str, int], dict[int, dict[str, CalibrationRow]]] = {}
    for row in rows:
        if row.check in (HELD, FALSE_HARM, FALSE_CLEARANCE):
            line = row.setting["layer"], row.setting["metric"], row.setting["members"]
            by_rows = entries.setdefault(line, {})
            by_rows.setdefault(row.setting["rows"], {})[row.setting.get("of", row.check)] = row
    counts = sorted({count for by_rows in entries.values() for count in by_rows})
    heads = " | ".join(f"{count:,} rows" for count in counts)
    lines = [f"| layer | metric | members | {heads} |", f"|---|---|---|{'---|' * len(counts)}"]
    for (layer, metric, members), by_rows in sorted(entries.items()):
        cells = " | ".join(_rates(by_rows.get(count, {})) for count in counts)
        lines.append(f"| {layer or '-'} | {metric} | {members} | {cells} |")
    return "\n".join(lines)


def _rates(rows: Mapping[str, CalibrationRow]) -> str:
    kinds = "level", "difference", FALSE_HARM, FALSE_CLEARANCE
    held, wrong = (" / ".join(_rate(rows.get(kind)) for kind in pair) for pair in (kinds[:2], kinds[2:]))
    return f"{held}; {wrong}" if rows else "-"


def _rate(row: CalibrationRow | None) -> str:
    return "-" if row is None else _entry([row])


def error_rates(rows: Iterable[CalibrationRow]) -> str:
    """One line for each rate."""
    lines = ["| what | setting | measured, % | 95 % interval | target, % |", "|---|---|---|---|---|"]
    for row in rows:
        rate = _marked(row)
        target = wanted(row).replace("%", "").strip() or "-"
        lines.append(
            f"| {row.check} | {where(row)} | {rate} | {_percent(row.low)} to {_percent(row.high)} | {target} |"
        )
    return "\n".join(lines)


def coverage(rows: Sequence[CalibrationRow]) -> str:
    """One line for each quantity and number of members, one column for each number of rows."""
    counts = list(dict.fromkeys(row.setting["rows"] for row in rows))
    heads = " | ".join(f"{count:,} rows" for count in counts)
    lines = [f"| quantity | of | members | {heads} | target |", f"|---|---|---|{'---|' * len(counts)}---|"]
    grouped: dict[tuple[Any, ...], dict[int, list[CalibrationRow]]] = {}
    for row in rows:
        place = row.setting["quantity"], row.setting["of"], row.setting["members"], wanted(row)
        grouped.setdefault(place, {}).setdefault(row.setting["rows"], []).append(row)
    for (quantity, of, members, target), by_rows in sorted(grouped.items(), key=lambda one: one[0][1] != "level"):
        entries = " | ".join(_entry(by_rows.get(count, [])) for count in counts)
        lines.append(f"| {quantity} | {of} | {members} | {entries} | {target.replace('%', '').replace('  ', ' ')} |")
    return "\n".join(lines)


def _entry(rows: Iterable[CalibrationRow]) -> str:
    return " / ".join(map(_marked, rows))


def _marked(row: CalibrationRow) -> str:
    rate = _percent(row.measured)
    return f"**{rate}**{MARK * row.proven}" if row.holds is False else rate


def _percent(share: float) -> str:
    return f"{100 * share:.1f}"


if __name__ == "__main__":
    renew(read())
