"""Treatments against aspects: one cell for what a treatment does to an aspect, in which no shown harm is hidden."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from interplay.quantities import plural
from interplay.report.reading import AuditReading, Effect, equivalent, in_tolerances, numbered
from interplay.report.words import VERDICTS, pooled

_SILENT = {"withheld", "not_measurable"}
_OPEN = {"inconclusive", "harm_undetermined"}


@dataclass(frozen=True, eq=False)
class MatrixCell:
    """What a treatment does to an aspect: its verdict, and the effect that decides it (None without a number).

    The headline metrics decide, and over them a harm that any other metric shows; where no headline metric has a number
    the others decide. `headline` is what the headline metrics alone say. `equal` says that the whole interval lies within
    the tolerance. `effects` are the headline effects, `others` those of all other metrics and of wider contexts, and
    `unmeasured` counts the headline effects without a number.
    """

    aspect: str
    verdict: str
    headline: str
    deciding: Effect | None
    equal: bool
    effects: tuple[Effect, ...]
    others: tuple[Effect, ...]
    unmeasured: int

    @cached_property
    def harms(self) -> list[Effect]:
        """Every shown harm."""
        return [effect for effect in (*self.effects, *self.others) if effect["verdict"] == "harm"]

    @cached_property
    def notes(self) -> list[str]:
        """What the verdict alone does not say: what the headline metrics say, further harms, and what stays open."""
        said = f"headline metrics: {VERDICTS[self.headline].words}"
        asked = {effect["metric"] for effect in self.effects}
        return [
            *([said] if self.effects and self.headline != self.verdict else []),
            *further_harms(self.harms, self.deciding),
            *still_open(effect["metric"] for effect in self.others if _open_beside(effect, asked)),
        ]


def _open_beside(effect: Effect, asked: Iterable[str]) -> bool:
    return effect["verdict"] in _OPEN and effect["metric"] not in asked


def further_harms(harms: Sequence[Effect], deciding: Effect | None) -> list[str]:
    """On how many metrics beside the deciding one harm is shown too, in words; empty where on none.

    Example:
        >>> further_harms([{"metric": "brier"}, {"metric": "log_loss"}], {"metric": "brier"})
        ['harm on 1 more metric']
    """
    more = {effect["metric"] for effect in harms} - {deciding["metric"] if deciding is not None else ""}
    return [f"harm on {plural(len(more), 'more metric')}"] if more else []


def still_open(metrics: Iterable[str]) -> list[str]:
    """How many metrics that do not decide are undecided, in words; empty where none is.

    Example:
        >>> still_open(["brier", "log_loss", "brier"])
        ['2 other metrics open']
    """
    count = len(set(metrics))
    return [f"{plural(count, 'other metric')} open"] if count else []


@dataclass(frozen=True, eq=False)
class Row:
    """One treatment and its cells, in the order of the ranking."""

    treatment: Mapping[str, Any]
    position: int
    cells: tuple[MatrixCell, ...]

    @property
    def withheld(self) -> bool:
        """Whether the treatment collapsed, so that no cell says anything."""
        return self.treatment["collapsed"] is not None and {cell.verdict for cell in self.cells} <= _SILENT

    @property
    def effects(self) -> list[Effect]:
        """The headline effects behind its cells, and every harm that another metric shows."""
        found = [effect for cell in self.cells for effect in (*cell.effects, *cell.harms)]
        return list({id(effect): effect for effect in found}.values())


def _context(reading: AuditReading, effect: Effect) -> int:
    """How many interventions stand beside the applied ones."""
    return len(reading.treatments[effect["treatment"]]["interventions"]) - len(effect["applied"])


def _compared(reading: AuditReading, treatment: Mapping[str, Any]) -> list[Effect]:
    """The effects of all interventions of a treatment together, tuned where it was tuned."""
    whole = set(treatment["interventions"])
    found = [effect for effect in reading.audit["effects"] if set(effect["applied"]) == whole]
    return [effect for effect in found if effect["tuning"] == "tuned"] or found


def _headline(reading: AuditReading, compared: Sequence[Effect]) -> list[Effect]:
    """Those on headline metrics, each in the smallest context it was seen in.

    An explanation has to be released before its quality can be compared, so some effects have layers beside them.
    """
    found = [effect for effect in compared if reading.metrics[effect["metric"]]["headline"]]
    smallest: dict[tuple[str, str], Effect] = {}
    for effect in sorted(found, key=lambda effect: _context(reading, effect)):
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


def _cell(aspect: str, headline: Sequence[Effect], compared: Sequence[Effect]) -> MatrixCell:
    mine = tuple(effect for effect in headline if effect["target"] == aspect)
    others = tuple(one for one in compared if one["target"] == aspect and not any(one is other for other in mine))
    alone = pooled(effect["verdict"] for effect in mine)
    harms = [effect for effect in others if effect["verdict"] == "harm"]
    ruling = mine
    if alone == "not_measurable" and others:
        ruling = others
    elif alone != "harm" and harms:
        ruling = tuple(harms)
    verdict = pooled(effect["verdict"] for effect in ruling)
    deciding = _deciding(ruling, verdict)
    unmeasured = sum(effect["verdict"] == "not_measurable" for effect in mine)
    return MatrixCell(
        aspect, verdict, alone, deciding, deciding is not None and equivalent(deciding), mine, others, unmeasured
    )


def pair_effect(reading: AuditReading, source: str, target: str) -> Effect | None:
    """The effect that decides the verdict of a directed pair; None without a number.

    That of a primary probe, unless a harm is shown outside of them alone.
    """
    pair = reading.pairs[(source, target)]
    effects = reading.at([position for probe in pair["probes"] for position in probe["effects"]])
    deciding = [effect for effect in effects if effect["primary"]]
    tuned = [effect for effect in deciding if effect["tuning"] == "tuned"]
    if pair["verdict"] == "harm" and pair["primary_verdict"] != "harm":
        return reading.at(pair["harms"][:1])[0]
    return _deciding(tuned or deciding, pair["verdict"])


def pair_notes(reading: AuditReading, source: str, target: str) -> list[str]:
    """What the verdict of a pair alone does not say: what the primary probes say, further harms, and what stays open."""
    pair = reading.pairs[(source, target)]
    said = f"primary probes: {VERDICTS[pair['primary_verdict']].words}"
    return [
        *([said] if pair["primary_verdict"] != pair["verdict"] else []),
        *further_harms(reading.at(pair["harms"]), pair_effect(reading, source, target)),
        *still_open(pair["open_metrics"]),
    ]


def rows(reading: AuditReading, training: bool) -> list[Row]:
    """The treatments that only train differently, or those with layers on top, each with its six cells.

    A treatment that only serves as a context for comparing other interventions has no row, and one at another strength has
    its own section.
    """
    found = []
    for position, treatment in enumerate(reading.audit["treatments"]):
        compared = _compared(reading, treatment)
        headline = _headline(reading, compared)
        usual = treatment["interventions"] and reading.titles.keys() >= set(treatment["interventions"])
        if treatment["training"] == training and usual and compared:
            cells = tuple(_cell(aspect, headline, compared) for aspect in reading.ranked)
            found.append(Row(treatment, position, cells))
    return found


def control_values(reading: AuditReading) -> list[list[Mapping[str, Any]]]:
    """For each ranked aspect the headline metrics with the control's value: where the changes start from.

    Of a disparity it is the largest gap between any two groups, as a mean over models (`gap`); what is compared between
    treatments is the gap of two groups of the mean model.
    """
    control = next((entry["name"] for entry in reading.audit["treatments"] if not entry["interventions"]), None)
    found: list[list[Mapping[str, Any]]] = []
    for aspect in reading.ranked:
        headline = [metric for metric in reading.audit["metrics"] if metric["aspect"] == aspect and metric["headline"]]
        values = [(metric, _value(metric, control)) for metric in headline]
        found.append(
            [
                {"metric": metric, "value": value["mean"], "gap": value["widest"] is not None}
                for metric, value in values
                if value is not None and value["mean"] is not None
            ]
        )
    return found


def _value(metric: Mapping[str, Any], treatment: str | None) -> Mapping[str, Any] | None:
    values = [entry for entry in metric["values"] if entry["treatment"] == treatment]
    return values[0] if values else None
