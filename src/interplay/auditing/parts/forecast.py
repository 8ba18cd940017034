"""The forecast in a run folder: written before training, kept as it was, and held against what was measured."""

import warnings
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from interplay.auditing.folder import FORECAST, RunFolder, content
from interplay.design.forecast import LATER, Expected, Forecast, ForecastCell
from interplay.effects.matrix import PairVerdict, pooled_outcome
from interplay.effects.results import Effects
from interplay.errors import RunError
from interplay.interactions import Expectation

FILE, STAGE = "forecast.json", FORECAST

Agreement = Literal["as_expected", "surprise", "open", "no_direction", "not_measured"]
"""as_expected: the literature's direction was found, beyond the tolerance.
surprise: a direction was expected, and another result is shown.
open: it ran and is not settled, or the intervention did not help its own aspect.
no_direction: it is settled or half settled, and published results gave no direction.
not_measured: there is no number."""

SILENT = {"withheld", "not_measurable", "not_yet_measurable", "not_in_this_study"}
EXPECTED = {"harm": "expected harm", "improvement": "expected improvement", "either": "no direction expected"}


def registered(folder: RunFolder, foreseen: Forecast) -> Forecast:
    """The forecast of a run: the one written when it began, or `foreseen`, written now.

    What is written says whether anything had been trained by then, and is never written again. Where the file is gone and
    training has begun, a warning says so, and the report is made anew, so that the audit says it too. Raises RunError
    where the file was changed after it was registered.
    """
    if folder.finished(STAGE):
        return Forecast.from_json(folder.read(FILE))
    stored = content(folder.path / FILE)
    made = _anew(folder, foreseen) if stored is None else _as_stored(folder, foreseen, stored)
    folder.finish(STAGE, {FILE: made.to_json().encode()})
    return made


def _anew(folder: RunFolder, foreseen: Forecast) -> Forecast:
    begun = folder.begun
    if begun:
        text = "was gone; it is written anew, and the audit says that it was registered after training had begun"
        warnings.warn(f"{folder.path / FILE} {text}", stacklevel=4)
        folder.forget(("report",))
    return Forecast(foreseen.digest, not begun, foreseen.cells)


def _as_stored(folder: RunFolder, foreseen: Forecast, stored: bytes) -> Forecast:
    """The forecast that a file holds which no manifest vouches for: it can only be one of two."""
    possible = [Forecast(foreseen.digest, before, foreseen.cells) for before in (True, False)]
    same = [one for one in possible if one.to_json().encode() == stored]
    if not same or folder.listed(STAGE):
        raise RunError(
            "the forecast as it was registered before training",
            "another content",
            str(folder.path / FILE),
            "restore the file, or delete it to have the forecast written anew and marked as made after training",
        )
    return same[0]


def compared(foreseen: Forecast, effects: Effects, verdicts: Sequence[PairVerdict]) -> dict[str, Any]:
    """The part "forecast" of the audit: for each pair and probe what was expected and what was found.

    Re-tuned effects only; a probe with several effects is judged as a pair is, and a pair by its primary probes: the
    literature expects nothing of other metrics.
    """
    found = {(one.source, one.target): str(one.primary) for one in verdicts}
    outcomes = _outcomes(effects)
    cells = [_cell(one, found[one.source, one.target], outcomes) for one in foreseen.cells]
    return {
        "digest": foreseen.digest,
        "before_training": foreseen.before_training,
        "sentence": surprises(cells),
        "cells": cells,
    }


def agreement(expects: Expectation, found: str | None) -> Agreement:
    """How a result stands to what was expected.

    Example:
        >>> agreement("harm", "no_material_harm"), agreement("harm", "harm_undetermined"), agreement("either", "harm")
        ('surprise', 'open', 'no_direction')
    """
    if found is None or found in SILENT:
        return "not_measured"
    if found in ("inconclusive", "not_shown_to_work", "did_nothing_here"):
        return "open"
    if expects == "either":
        return "no_direction"
    if found == "harm_undetermined":
        return "open" if expects == "harm" else "surprise"
    return "as_expected" if found == expects else "surprise"


def surprises(cells: Sequence[Mapping[str, Any]]) -> str:
    """How many probes found something else than the literature expects, in one sentence."""
    ran = [probe for cell in cells for probe in cell["probes"] if probe["agreement"] != "not_measured"]
    directed = [probe["agreement"] for probe in ran if probe["expects"] != "either"]
    undirected = len(ran) - len(directed)
    counts = {kind: directed.count(kind) for kind in ("as_expected", "surprise", "open")}
    one = "probe" if len(directed) == 1 else "probes"
    return (
        f"of {len(directed)} measured {one} with an expected direction, {counts['as_expected']} found what the "
        f"literature expects, {counts['surprise']} found something else and {counts['open']} stay open; for "
        f"{undirected} more the literature gives no direction"
    )


def outlined(foreseen: Forecast) -> list[str]:
    """The forecast as `interplay plan` prints it: one line for each active pair, and the pairs that are not active."""
    active = [cell for cell in foreseen.cells if cell.active]
    measured = sum(cell.measured for cell in active)
    lines = [
        f"{len(active)} of {len(foreseen.cells)} interactions are active, {measured} of them measured; what the "
        "literature expects (either: both ways, or no direction):"
    ]
    lines += [f"- {_arrow(cell):<9} {cell.expects:<11} {_probes(cell)}" for cell in active]
    idle = [_arrow(cell) for cell in foreseen.cells if not cell.active]
    return [*lines, *([f"- not active: {', '.join(idle)}"] if idle else [])]


def _outcomes(effects: Effects) -> dict[str, str]:
    verdicts: dict[str, set[str]] = {}
    for effect in effects.effects:
        if effect.probe and effect.tuning == "tuned":
            verdicts.setdefault(effect.probe, set()).add(effect.verdict)
    return {probe: pooled_outcome(found) for probe, found in verdicts.items()}


def _cell(cell: ForecastCell, verdict: str, outcomes: Mapping[str, str]) -> dict[str, Any]:
    pair = f"{cell.source.value}_to_{cell.target.value}"
    return {
        "source": cell.source.value,
        "target": cell.target.value,
        "techniques": list(cell.techniques),
        "active": cell.active,
        "measured": cell.measured,
        **_against(cell.expects, verdict),
        "probes": [_probe(probe, outcomes.get(f"{pair}/{probe.name}")) for probe in cell.probes],
    }


def _probe(probe: Expected, found: str | None) -> dict[str, Any]:
    return {
        "name": probe.name,
        "claim": probe.claim,
        "primary": probe.primary,
        "interventions": list(probe.interventions),
        "obstacle": probe.obstacle or None,
        "references": list(probe.references),
        **_against(probe.expects, found),
    }


def _against(expects: Expectation, found: str | None) -> dict[str, Any]:
    kind = agreement(expects, found)
    words = "not measured" if kind == "not_measured" else f"found {_WORDS.get(found or '', str(found))}"
    return {"expects": expects, "found": found, "agreement": kind, "words": f"{EXPECTED[expects]}, {words}"}


_WORDS = {
    "harm": "harm",
    "harm_undetermined": "harm of unclear size",
    "no_material_harm": "no material harm",
    "improvement": "improvement",
    "inconclusive": "nothing conclusive",
    "not_shown_to_work": "no material harm, by an intervention that is not shown to work",
    "did_nothing_here": "that the intervention did nothing here",
}


def _arrow(cell: ForecastCell) -> str:
    return f"{cell.source.letter} -> {cell.target.letter}"


def _probes(cell: ForecastCell) -> str:
    running = [probe for probe in cell.probes if probe.runs]
    if running:
        mixed = len({probe.expects for probe in running}) > 1
        return ", ".join(f"{probe.name} ({probe.expects})" if mixed else probe.name for probe in running)
    unlisted = [probe.obstacle for probe in cell.leading if not probe.obstacle.startswith(LATER)]
    if unlisted:
        return "not measured: " + "; ".join(dict.fromkeys(unlisted))
    return f"{LATER}{', '.join(probe.name for probe in cell.probes) or 'no probe is known'}"
