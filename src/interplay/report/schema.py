"""The shape of `audit.json`, and what a schema cannot say about it."""

import json
import math
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

from interplay.aspects import DIRECTED_PAIRS
from interplay.report.reading import Audit

_NUMBERED = {"harm", "harm_undetermined", "no_material_harm", "improvement"}
_REASONED = {"withheld", "inconclusive", "did_nothing_here", "not_measurable", "not_shown_to_work"}


def audit_schema() -> dict[str, Any]:
    """The JSON Schema of `audit.json`, as it ships with the package.

    Example:
        >>> audit_schema()["properties"]["interactions"]["minItems"]
        20
    """
    schema: dict[str, Any] = json.loads(files("interplay.report").joinpath("audit.schema.json").read_text("utf-8"))
    return schema


def inconsistencies(audit: Audit) -> list[str]:
    """What contradicts itself in an audit of the right shape, one sentence each; empty when nothing does.

    Numbers that are not finite; names and positions that lead nowhere; intervals that do not hold their estimate;
    verdicts without the number or the reason they need; anything but the 20 directed pairs, each once.
    """
    checks = (_effects, _pairs, _references, _confirmation, _ranks)
    return [*_infinite(audit, "audit"), *(said for check in checks for said in check(audit))]


def _infinite(value: object, where: str) -> Iterator[str]:
    if isinstance(value, float) and not math.isfinite(value):
        yield f"{where} is {value}"
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _infinite(inner, f"{where}.{key}")
    elif isinstance(value, list | tuple):
        for position, inner in enumerate(value):
            yield from _infinite(inner, f"{where}[{position}]")


def _effects(audit: Audit) -> Iterator[str]:
    treatments = {treatment["name"] for treatment in audit["treatments"]}
    metrics = {metric["key"] for metric in audit["metrics"]}
    for position, effect in enumerate(audit["effects"]):
        where = f"effects[{position}]"
        low, estimate, high = effect["low"], effect["estimate"], effect["high"]
        if effect["treatment"] not in treatments:
            yield f"{where} has the unknown treatment {effect['treatment']!r}"
        if effect["baseline"] is not None and effect["baseline"] not in treatments:
            yield f"{where} has the unknown baseline {effect['baseline']!r}"
        if not {effect["metric"], effect["baseline_metric"]} <= metrics:
            yield f"{where} has the unknown metric {effect['metric']!r} or {effect['baseline_metric']!r}"
        if effect["verdict"] in _NUMBERED and None in (low, estimate, high):
            yield f"{where} says {effect['verdict']} without an estimate and an interval"
        if None not in (low, estimate, high) and not low <= estimate <= high:
            yield f"{where} has an estimate outside its interval"
        if effect["verdict"] in _REASONED and not effect["reason"]:
            yield f"{where} says {effect['verdict']} without a reason"


def _pairs(audit: Audit) -> Iterator[str]:
    found = [(pair["source"], pair["target"]) for pair in audit["interactions"]]
    expected = [(str(source), str(target)) for source, target in DIRECTED_PAIRS]
    for pair in expected:
        if found.count(pair) != 1:
            yield f"interactions has {pair[0]} to {pair[1]} {found.count(pair)} times"
    for pair in audit["interactions"]:
        if (pair["verdict"] == "harm") is not bool(pair["harms"]):
            yield f"{pair['source']} to {pair['target']} says {pair['verdict']} with {len(pair['harms'])} shown harms"


def _references(audit: Audit) -> Iterator[str]:
    known = range(len(audit["effects"]))
    named = [
        (f"{pair['source']} to {pair['target']}", probe["effects"])
        for pair in audit["interactions"]
        for probe in pair["probes"]
    ]
    named += [(f"{pair['source']} to {pair['target']}", pair["harms"]) for pair in audit["interactions"]]
    named += [("origins", [share["effect"]]) for share in audit["origins"]["shares"]]
    named += [("decision.residual", harm["effects"]) for harm in audit["decision"]["residual"]]
    for where, positions in named:
        if any(position not in known for position in positions):
            yield f"{where} refers to an effect that is not there"
    treatments = {treatment["name"] for treatment in audit["treatments"]}
    chosen = audit["decision"]["treatment"]
    rejected = {entry["treatment"] for entry in audit["decision"]["rejected"]}
    for name in sorted((rejected | {chosen} - {None}) - treatments):
        yield f"decision names the unknown treatment {name!r}"
    if (chosen is None) is (audit["decision"]["unresolved"] is None):
        yield "decision chooses a treatment and says why not, or does neither"
    if chosen in rejected:
        yield f"decision both chooses and rejects {chosen!r}"


def _confirmation(audit: Audit) -> Iterator[str]:
    found = audit["confirmation"]
    if found is None:
        return
    if found["treatment"] not in {treatment["name"] for treatment in audit["treatments"]}:
        yield f"confirmation is of the unknown treatment {found['treatment']!r}"
    if found["first_use"] is (found["again"] is not None):
        yield "confirmation gives a reason for a first use, or none for another one"
    if (found["outcome"] == "stands") is bool(found["causes"]):
        yield "confirmation stands and says why not, or does neither"
    for part in ("limits", "effects"):
        for position, one in enumerate(found[part]):
            ends = (one["low"], one["estimate"], one["high"])
            if None not in ends and not ends[0] <= ends[1] <= ends[2]:
                yield f"confirmation.{part}[{position}] has an estimate outside its interval"


def _ranks(audit: Audit) -> Iterator[str]:
    if sorted(aspect["rank"] for aspect in audit["aspects"]) != list(range(1, 7)):
        yield "aspects are not ranked from 1 to 6"
    if len({aspect["name"] for aspect in audit["aspects"]}) != len(audit["aspects"]):
        yield "an aspect is ranked twice"
