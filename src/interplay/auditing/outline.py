"""What a study will run, in words, before anything runs."""

from pathlib import Path

import numpy as np

from interplay.auditing.decidable import lines as resolution_lines
from interplay.auditing.judging import confirmation_lines
from interplay.auditing.parts.data import findings
from interplay.auditing.parts.forecast import outlined
from interplay.auditing.parts.joint import fraction_lines
from interplay.auditing.parts.seen import seen_lines
from interplay.auditing.parts.strengths import strength_lines
from interplay.auditing.prepare import Prepared
from interplay.data.dataset import Dataset
from interplay.data.findings import Finding
from interplay.design.calibration import vacuous_sets
from interplay.design.denominators import evaluated
from interplay.design.guarantees import NOT_FOR_RELEASE, ROWS_ARE_PUBLIC, guarantees, never_chosen, rows_are_public
from interplay.design.ranking import MEMBERS as RANKING_MEMBERS
from interplay.design.settings import radius_is_open
from interplay.design.treatment import Treatment
from interplay.engine import block_bytes, declared_memory
from interplay.report.names import clean


def outline(ready: Prepared, runs: Path) -> str:
    """Data, groups, treatments, budgets, comparisons, and the estimated time, memory and disk."""
    design, dataset, columns = ready.design, ready.dataset, len(ready.encoded.columns)
    expected = ready.expected
    told = findings(dataset, ready.encoded)
    parts = ", ".join(f"{name} {int(getattr(design.split, name).sum())}" for name in _PARTS)
    lines = [
        f"Study      {ready.study.name}  ({ready.digest[:16]})",
        f"Data       {dataset.name}: {len(dataset.labels):,} rows ({parts}); {len(dataset.features)} features in "
        f"{columns} columns, {int(ready.encoded.movable.sum())} of which an attacker can move",
        f"Label      {_classes(dataset)}",
        *(f"Group      {_sizes(name, ready)}" for name in dataset.groupings),
        *(f"Warning    {clean(line)}" for line in costly(ready)),
        *(f"Left out   {clean(f'{column}: {reason}')}" for column, reason in dataset.dropped.items()),
        *(f"Warning    {clean(_told(one))}" for one in told if one.level == "warning"),
        *(f"Note       {clean(_told(one))}" for one in told if one.level == "note"),
        *seen_lines(design, dataset, any(guarantees(design.factors))),
        *_trainings(ready),
        *_promises(ready),
        *_beside(ready),
        *_more(ready),
        *_ranking(ready),
        *fraction_lines(design.factors),
        *strength_lines(design.factors),
        f"Model      {ready.family.words}",
        *(f"           - {line}" for line in ready.family.expenses(design.factors, ready.family.rows_at_once(design))),
        f"On top     {', '.join(design.factors.layers) or 'nothing'}",
        f"Measured   {len(design.treatments)} treatments, {len(design.metrics)} metrics, "
        f"{len(design.comparisons)} comparisons{' (each re-tuned and as applied)' if ready.family.tunes else ''}",
        *resolution_lines(design, dataset),
        *_attack(ready),
        *_sets(ready),
        *(() if design.is_given else confirmation_lines(ready)),
        *(f"{'' if place else 'Forecast':<10} {line}" for place, line in enumerate(outlined(ready.forecast))),
        f"Estimate   {expected.models} models, {_time(expected.seconds)} on 2 cores (within a factor of three), "
        f"{expected.disk_bytes / 1e6:.0f} MB of disk",
        f"Memory     {ready.at_most.memory_bytes / 1e9:.1f} GB{_declared()}, at most {block_bytes() / 1e6:.0f} MB of it "
        "for models in work",
        *ready.family.notes(design),
        f"Results    {runs / ready.digest[:16]}",
    ]
    return "\n".join(lines)


def _trainings(ready: Prepared) -> list[str]:
    """What is trained, or that nothing is."""
    design, by = ready.design, ready.family.trained_by(ready.design)
    if design.is_given:
        known = (
            f"{int(design.split.pool.sum()):,} rows of the table"
            if design.split.pool.any()
            else "rows that are not declared"
        )
        return [f"Training   none: one model, trained {by} on {known}"]
    return [
        f"Training   {len(design.trainings)} treatments x {design.members} members, {design.half} rows each, {by}",
        *(
            f"           - {one.name}{_steps(one, ready)}{_spent(one, ready)}{_never(one, ready)}"
            for one in design.trainings
        ),
    ]


def costly(ready: Prepared) -> list[str]:
    """What makes a table wide or a run long, where it is."""
    columns, seconds = len(ready.encoded.columns), ready.expected.seconds
    found = []
    if columns > MANY_COLUMNS:
        widths = {one.name: one.columns.stop - one.columns.start for one in ready.encoded.features}
        widest = sorted(widths, key=lambda name: -widths[name])[:3]
        named = ", ".join(f"{name} ({widths[name]:,})" for name in widest)
        found.append(
            f"{columns:,} encoded columns, most of them from {named}: lower data.most_categories, or drop some"
        )
    if seconds > LONG:
        found.append(f"about {_time(seconds)}: fewer members, interventions or rows take less")
    return found


def _told(one: Finding) -> str:
    return f"{one.column}: {one.text}" if one.column else one.text


def _classes(dataset: Dataset) -> str:
    """The label, how many rows each class has, and which one people hope for."""
    counts = np.bincount(dataset.labels, minlength=len(dataset.classes))
    shares = [
        f"{name} {count:,} ({count / dataset.rows:.1%})" for name, count in zip(dataset.classes, counts, strict=True)
    ]
    return clean(f"{dataset.label}: {', '.join(shares)}; favourable: {dataset.classes[dataset.favourable]}")


def _attack(ready: Prepared) -> list[str]:
    """How far an attack moves columns, where that is not a number of standard deviations."""
    radius, changes = ready.design.radius, ready.study.data.largest_change
    known = ready.encoder.factors(radius)
    own = [f"{clean(name)} by {amount:g}" for name, amount in changes.items() if name not in known]
    declared = [f"declared for the column: {', '.join(own)}"] if own else []
    if radius_is_open(ready.study):
        return [f"Attack     {'; '.join([OPEN_RADIUS, *declared])}"] if ready.encoded.movable.any() else []
    factors = [f"{clean(name)} by a factor of {factor:.2f}" for name, factor in known.items()]
    if not factors and not own:
        return []
    scale = [f"on a logarithmic scale, so that 1 + value changes at most: {', '.join(factors)}"] if factors else []
    return [f"Attack     within {radius:g} standard deviations of a column; {'; '.join([*scale, *declared])}"]


def _sets(ready: Prepared) -> list[str]:
    """Which calibration rows are too few for prediction sets that say anything."""
    found = vacuous_sets(ready.design, ready.dataset, evaluated(ready.design))
    return [f"Warning    {clean(line)}" for line in found]


OPEN_RADIUS = (
    "within the radius at which the control loses 10 points of balanced accuracy, or a third of what it has above a collapsed "
    "model, found on the tuning rows when the run begins"
)
MANY_COLUMNS = 1_000
LONG = 3_600.0
"""Encoded columns, and seconds, above which a plan says so first."""

_PARTS = ("pool", "tuning", "calibration", "test", "audit")


def _declared() -> str:
    declared = declared_memory()
    return "" if declared is None else f" of {declared / 1e9:.1f} GB declared"


def _beside(ready: Prepared) -> list[str]:
    """What diagnostics that are trained beside other interventions add."""
    built, found = ready.design.factors, []
    for name in built.alone:
        others = [one.without((name,)).name for one in built.beside if name in one.interventions]
        if others:
            found.append(
                f"           {name} is also trained beside {', '.join(others)}: {len(others) + 1} of the treatments are there "
                "for it"
            )
    return found


def _more(ready: Prepared) -> list[str]:
    """Where members may be added: when, up to how many, and what it costs at most."""
    looks, most = ready.design.looks, ready.at_most
    if len(looks) == 1:
        return []
    return [
        f"Members    {looks[0]} at first, up to {looks[-1]} where comparisons that matter stay open (looks at "
        f"{', '.join(map(str, looks))}): at most {most.models} models, {_time(most.seconds)} and {most.disk_bytes / 1e6:.0f} MB",
    ]


def _sizes(name: str, ready: Prepared) -> str:
    grouping = ready.dataset.groupings[name]
    sizes = [f"{group} {int((grouping.codes == code).sum())}" for code, group in enumerate(grouping.names)]
    gone = int((grouping.codes < 0).sum())
    more = f", in no group {gone}" if gone else ""
    return clean(f"{name}: {', '.join(sizes)}{more} (reference: {grouping.names[grouping.reference]})")


def _steps(treatment: Treatment, ready: Prepared) -> str:
    """How many steps a treatment is trained for, where it has its own number."""
    own, usual = ready.design.schedule_of(treatment).steps, ready.design.schedule.steps
    return "" if own == usual else f"  [{own:,} steps]"


def _spent(treatment: Treatment, ready: Prepared) -> str:
    known = [ready.design.factors.known[name] for name in treatment.interventions]
    schedule = ready.design.schedule_of(treatment)
    promises = [promise for one in known if (promise := one.promise(schedule))]
    return f"  [{'; '.join(promises)}]" if promises else ""


def _never(treatment: Treatment, ready: Prepared) -> str:
    reason = never_chosen(ready.design.factors, treatment)
    return f"  [compared and never chosen: {reason}]" if reason else ""


def _promises(ready: Prepared) -> list[str]:
    """What the budgets above mean, where there are any."""
    if not any(guarantees(ready.design.factors)):
        return []
    public = [f"           {ROWS_ARE_PUBLIC}."] if rows_are_public(ready.design) else []
    return [f"Budgets    {NOT_FOR_RELEASE}.", *public]


def _ranking(ready: Prepared) -> list[str]:
    """Who ranks rows by their exposure, where some are taken out by it."""
    removal = ready.design.factors.removal
    if removal is None:
        return []
    return [
        f"Ranking    {RANKING_MEMBERS} members of the control, set apart, rank the rows of the pool by their exposure when the "
        f"run begins; {removal.share:.1%} are taken out"
    ]


def _time(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"
