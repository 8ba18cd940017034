"""Treatments against aspects: one cell for what a treatment does to an aspect, from its headline metrics."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from interplay.report.reading import Effect, Reading, equivalent, in_tolerances, numbered
from interplay.report.words import pooled

_SILENT = {"withheld", "not_measurable"}


@dataclass(frozen=True, eq=False)
class Cell:
    """What a treatment does to an aspect: its verdict, and the effect that decides it (None without a number).

    `equal` says that the whole interval lies within the tolerance. `effects` are all headline effects behind the cell,
    `unmeasured` how many of them have no number.
    """

    aspect: str
    verdict: str
    deciding: Effect | None
    equal: bool
    effects: tuple[Effect, ...]
    unmeasured: int


@dataclass(frozen=True, eq=False)
class Row:
    """One treatment and its cells, in the order of the ranking."""

    treatment: Mapping[str, Any]
    position: int
    cells: tuple[Cell, ...]

    @property
    def withheld(self) -> bool:
        """Whether the treatment collapsed, so that no cell says anything."""
        return self.treatment["collapsed"] is not None and {cell.verdict for cell in self.cells} <= _SILENT

    @property
    def effects(self) -> list[Effect]:
        """The headline effects behind its cells."""
        return [effect for cell in self.cells for effect in cell.effects]


def _context(reading: Reading, effect: Effect) -> int:
    """How many interventions stand beside the applied ones."""
    return len(reading.treatments[effect["treatment"]]["interventions"]) - len(effect["applied"])


def _headline(reading: Reading, treatment: Mapping[str, Any]) -> list[Effect]:
    """The headline effects of all interventions of a treatment together, each in the smallest context it was seen in.

    An explanation has to be released before its quality can be compared, so some effects have layers beside them.
    """
    whole = set(treatment["interventions"])
    found = [
        effect
        for effect in reading.audit["effects"]
        if set(effect["applied"]) == whole and reading.metrics[effect["metric"]]["headline"]
    ]
    tuned = [effect for effect in found if effect["tuning"] == "tuned"] or found
    smallest: dict[tuple[str, str], Effect] = {}
    for effect in sorted(tuned, key=lambda effect: _context(reading, effect)):
        smallest.setdefault((effect["metric"], effect["contrast"]), effect)
    return list(smallest.values())


def _weight(effect: Effect) -> float:
    """How strongly an effect speaks for its verdict: the nearer end of the interval where a change is shown."""
    if effect["verdict"] in ("harm", "harm_undetermined"):
        return in_tolerances(effect["low"], effect["tolerance"])
    if effect["verdict"] == "improvement":
        return -in_tolerances(effect["high"], effect["tolerance"])
    return in_tolerances(effect["estimate"], effect["tolerance"])


def _deciding(effects: Sequence[Effect], verdict: str) -> Effect | None:
    return max(
        (effect for effect in effects if effect["verdict"] == verdict and numbered(effect)), key=_weight, default=None
    )


def _cell(aspect: str, effects: Sequence[Effect]) -> Cell:
    mine = tuple(effect for effect in effects if effect["target"] == aspect)
    verdict = pooled(effect["verdict"] for effect in mine)
    deciding = _deciding(mine, verdict)
    unmeasured = sum(effect["verdict"] == "not_measurable" for effect in mine)
    return Cell(aspect, verdict, deciding, deciding is not None and equivalent(deciding), mine, unmeasured)


def pair_effect(reading: Reading, source: str, target: str) -> Effect | None:
    """The primary effect that decides the verdict of a directed pair; None without a number."""
    pair = reading.pairs[(source, target)]
    effects = reading.at([position for probe in pair["probes"] for position in probe["effects"]])
    deciding = [effect for effect in effects if effect["primary"]]
    tuned = [effect for effect in deciding if effect["tuning"] == "tuned"]
    return _deciding(tuned or deciding, pair["verdict"])


def rows(reading: Reading, training: bool) -> list[Row]:
    """The treatments that only train differently, or those with layers on top, each with its six cells.

    A layered treatment that only serves as a context for comparing other interventions has no row, and one at another
    strength has its own section.
    """
    found = []
    for position, treatment in enumerate(reading.audit["treatments"]):
        effects = _headline(reading, treatment)
        usual = treatment["interventions"] and reading.titles.keys() >= set(treatment["interventions"])
        if treatment["training"] == training and usual and (training or effects):
            found.append(Row(treatment, position, tuple(_cell(aspect, effects) for aspect in reading.ranked)))
    return found


def control_values(reading: Reading) -> list[list[Mapping[str, Any]]]:
    """For each ranked aspect the headline metrics with the control's value: where the changes start from."""
    control = next((entry["name"] for entry in reading.audit["treatments"] if not entry["interventions"]), None)
    found: list[list[Mapping[str, Any]]] = []
    for aspect in reading.ranked:
        headline = [metric for metric in reading.audit["metrics"] if metric["aspect"] == aspect and metric["headline"]]
        values = [(metric, _value(metric, control)) for metric in headline]
        found.append([{"metric": metric, "value": value} for metric, value in values if value is not None])
    return found


def _value(metric: Mapping[str, Any], treatment: str | None) -> float | None:
    values = [entry["mean"] for entry in metric["values"] if entry["treatment"] == treatment]
    return values[0] if values else None
