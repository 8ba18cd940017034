"""`python -m benchmarks.page`: writes the measured part of docs/performance.md from benchmarks/results.json."""

from collections.abc import Iterable, Mapping
from typing import Any

from benchmarks.marked import DOCS, renew
from benchmarks.results import ResultRow, Results, read

PAGE = DOCS / "performance.md"


def main() -> None:
    """Put the tables between the two marks of the page."""
    found = read()
    if found is None:
        raise SystemExit("Expected benchmarks/results.json. Found none. Run `make bench` first.")
    renew(PAGE, "measured", measured(found))
    print(f"Wrote {PAGE}")


def measured(found: Results) -> str:
    """The machine, the ratios, the growth curves and the compile times, as Markdown."""
    parts = [
        f"Measured on {found.date}: {found.machine['processor']}, {found.machine['cores']} cores; one core multiplies "
        f"matrices at {found.gemm_peak['gflops']} GF/s in float32, in the same run.",
        ratios(found.rows),
    ]
    parts += [f"**{name.capitalize()}**\n\n{curve(points)}" for name, points in found.growth.items()]
    if found.compile_seconds:
        parts.append(f"**Compiling**\n\n{compiling(found.compile_seconds)}")
    return "\n\n".join(parts)


def ratios(rows: Iterable[ResultRow]) -> str:
    """One line for each job and peer."""
    lines = ["| job | peer | clock | ours, s | peer, s | ratio [range] | goal |", "|---|---|---|---|---|---|---|"]
    for row in rows:
        ours = "-" if row.ours_seconds is None else f"{row.ours_seconds:.3g}"
        peer = f"{row.peer_seconds:.3g}{' (extrapolated)' if row.extrapolated else ''}"
        ratio = "-" if row.ratio is None else f"**{row.ratio:.1f}** [{row.low:.1f}, {row.high:.1f}]"
        mark = ", missed" if row.falls_short else ""
        lines.append(f"| {row.job} | {row.peer} | {row.clock} | {ours} | {peer} | {ratio} | {row.target:g}{mark} |")
    return "\n".join(lines)


def curve(points: Iterable[Mapping[str, Any]]) -> str:
    """One line for each point."""
    lines = [
        "| models | rows | columns | kind | threads | seconds | a model, ms | peak memory, MB |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for point in points:
        each = 1000 * point["seconds"] / point["models"]
        rows = f"{point['rows']:,}{' (in a file)' if point['in_file'] else ''}"
        lines.append(
            f"| {point['models']:,} | {rows} | {point['features']:,} | {point['kind']} | {point['threads']} "
            f"| {point['seconds']:.2f} | {each:.1f} | {point['peak_bytes'] / 1e6:,.0f} |"
        )
    return "\n".join(lines)


def compiling(kinds: Mapping[str, Mapping[str, float]]) -> str:
    """Core seconds of compiling by kind, with an empty and with a filled cache."""
    lines = ["| kind | empty cache, core s | filled cache, core s |", "|---|---|---|"]
    for kind, seconds in kinds.items():
        lines.append(f"| {kind} | {seconds['empty cache']:.1f} | {seconds['filled cache']:.1f} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
