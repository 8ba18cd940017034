"""An audit with its names looked up: what every part of the report asks of it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from interplay.quantities import Quantity, Scale
from interplay.report.names import name

Audit = Mapping[str, Any]
"""An audit as `audit.schema.json` describes it."""
Effect = Mapping[str, Any]
"""One entry of its `effects`."""


@dataclass(frozen=True, eq=False)
class AuditReading:
    """An audit, and its metrics, treatments and interventions by name."""

    audit: Audit

    @cached_property
    def metrics(self) -> dict[str, Mapping[str, Any]]:
        """The metrics by key."""
        return {metric["key"]: metric for metric in self.audit["metrics"]}

    @cached_property
    def interval(self) -> str:
        """What the effects' intervals are called, such as '90 % interval'."""
        return f"{round(100 * self.audit['methods']['interval_level'])}\N{NO-BREAK SPACE}% interval"

    @cached_property
    def titles(self) -> dict[str, str]:
        """What people call each intervention, by its name."""
        return {entry["name"]: name(entry["title"]) for entry in self.audit["interventions"]}

    @cached_property
    def treatments(self) -> dict[str, Mapping[str, Any]]:
        """The treatments by name."""
        return {treatment["name"]: treatment for treatment in self.audit["treatments"]}

    @cached_property
    def positions(self) -> dict[str, int]:
        """Where each treatment stands in the audit."""
        return {treatment["name"]: place for place, treatment in enumerate(self.audit["treatments"])}

    @cached_property
    def ranked(self) -> list[str]:
        """The aspects, most important first."""
        return [aspect["name"] for aspect in sorted(self.audit["aspects"], key=lambda aspect: aspect["rank"])]

    @cached_property
    def pairs(self) -> dict[tuple[str, str], Mapping[str, Any]]:
        """The interactions by source and target."""
        return {(pair["source"], pair["target"]): pair for pair in self.audit["interactions"]}

    @cached_property
    def by_treatment(self) -> dict[str, list[Effect]]:
        """The effects of each treatment, in the audit's order."""
        found: dict[str, list[Effect]] = {treatment: [] for treatment in self.treatments}
        for effect in self.audit["effects"]:
            found[effect["treatment"]].append(effect)
        return found

    @cached_property
    def trained(self) -> list[Mapping[str, Any]]:
        """The treatments that have models of their own."""
        return [treatment for treatment in self.audit["treatments"] if treatment["training"]]

    @cached_property
    def collapsed(self) -> list[Mapping[str, Any]]:
        """Those of them that collapsed although tuned."""
        return [treatment for treatment in self.trained if treatment["collapsed"] is not None]

    @cached_property
    def undecided(self) -> int:
        """How many effects have a number and no clear verdict."""
        return sum(effect["verdict"] in ("inconclusive", "harm_undetermined") for effect in self.audit["effects"])

    @cached_property
    def unjudged(self) -> int:
        """How many of the 20 interactions have no number."""
        return sum(pair["verdict"].startswith("not_") for pair in self.audit["interactions"])

    @cached_property
    def idle(self) -> list[dict[str, str]]:
        """The probes that did not run, each with its pair and the reason."""
        unlisted = "The study lists no intervention that this probe needs"
        return [
            {
                "pair": f"{pair['source']} \N{RIGHTWARDS ARROW} {pair['target']}",
                "probe": probe["name"],
                "reason": f"Missing: {probe['missing']}" if probe["missing"] is not None else unlisted,
            }
            for pair in self.audit["interactions"]
            for probe in pair["probes"]
            if not probe["effects"]
        ]

    @cached_property
    def passed(self) -> int:
        """How many interventions, at the strength that the study sets, were shown to help their own aspect."""
        mine = (control for control in self.audit["controls"] if control["name"] in self.titles)
        return sum(control["passed"] is True for control in mine)

    @cached_property
    def declared(self) -> set[str]:
        """The metrics whose tolerance the study set."""
        return {entry["metric"] for entry in self.audit["methods"]["tolerances"] if entry["declared"]}

    def at(self, positions: Sequence[int]) -> list[Effect]:
        """The effects at these positions."""
        return [self.audit["effects"][position] for position in positions]

    def values(self, treatment: str) -> list[Mapping[str, Any]]:
        """The metrics that have a value on a treatment, tuned where it was tuned, with that value."""
        found: list[Mapping[str, Any]] = []
        for metric in self.audit["metrics"]:
            mine = [value for value in metric["values"] if value["treatment"] == treatment]
            mine = [value for value in mine if value["tuning"] == "tuned"] or mine
            found.extend({"metric": metric, "value": value} for value in mine[:1] if value["mean"] is not None)
        return found

    def rank(self, aspect: str) -> int:
        """Where an aspect stands in the ranking; after all others when it is not ranked."""
        return self.ranked.index(aspect) if aspect in self.ranked else len(self.ranked)

    def interventions(self, names: Sequence[str]) -> str:
        """What people call a set of interventions: reweighing + DP-SGD."""
        return " + ".join(self.called(names))

    def called(self, names: Sequence[str]) -> list[str]:
        """What people call each of these interventions."""
        return [self.titles.get(entry) or self._at_strength(entry) for entry in names]

    def _at_strength(self, entry: str) -> str:
        """What people call an intervention at another strength: DP-SGD privacy_epsilon=3."""
        of, space, strength = entry.partition(" ")
        return name(f"{self.titles[of]}{space}{strength}" if of in self.titles else entry)

    def treatment(self, called: str) -> str:
        """What people call a treatment."""
        known = self.treatments.get(called)
        if known is None:
            return name(called)
        return name(self.interventions(known["interventions"])) or "Control"

    def metric(self, key: str) -> str:
        """What people call a metric, with its parameters: accuracy disparity (race)."""
        parameters = key.partition("/")[2]
        title = self.metrics[key]["title"] if key in self.metrics else key.partition("/")[0]
        return name(f"{title} ({parameters})" if parameters and parameters not in title else title)

    def titled(self, effect: Effect) -> str:
        """The metric of an effect in a few words, without its parameters."""
        return name(str(self.metrics[effect["metric"]]["title"]).partition(" (")[0])

    def quantity(self, effect: Effect) -> str:
        """The metric of an effect and the groups it compares; of one group what is measured of it."""
        title = self.metric(effect["metric"])
        if not effect["contrast"]:
            return title
        contrast, grouping = name(effect["contrast"]), effect["metric"].partition("/")[2]
        if not self.is_gap(effect):
            return name(f"{contrast} ({grouping})") if grouping else contrast
        return f"{title[:-1]}: {contrast})" if title.endswith(")") else f"{title} ({contrast})"

    def is_gap(self, effect: Effect) -> bool:
        """Whether its plain values are gaps of two groups, which have a sign."""
        return " against " in effect["contrast"]

    def scale(self, effect: Effect) -> Scale:
        """How the numbers of an effect are written."""
        return self.written(effect).scale

    def written(self, effect: Effect) -> Quantity:
        """How a change of its metric is written, in the metric's own direction."""
        return Quantity.of(self.metrics[effect["metric"]], gap=bool(effect["contrast"]))

    def signed(self, effect: Effect, brief: bool = False) -> str:
        """An estimate as the metric itself changes, such as +6.1 points; a dash where there is none."""
        own, scale = self.written(effect).signed(effect["estimate"]), self.scale(effect)
        return scale.brief(own, signed=True) if brief else scale.amount(own, signed=True)

    def signed_interval(self, effect: Effect) -> str:
        """Its interval, as the metric itself changes: +3.9 to +8.4."""
        return self.scale(effect).interval(*self.written(effect).ends(effect["low"], effect["high"]), signed=True)

    def tolerated(self, effect: Effect) -> str:
        """Its tolerance, in the unit of the change."""
        return self.written(effect).tolerated(effect["tolerance"])

    def between(self, effect: Effect) -> str:
        """Its interval in words: 3.9 to 8.4, or 0.4 smaller to 1.2 larger."""
        return self.written(effect).between(effect["low"], effect["high"])

    @cached_property
    def _known_names(self) -> dict[str, str]:
        """Catalogue names no reader should have to know, and what people call them."""
        found = {metric["name"]: name(metric["title"]) for metric in self.audit["metrics"]}
        found |= {key: self.metric(key) for key in self.metrics} | self.titles
        return {known: called for known, called in found.items() if "_" in known or "/" in known}

    def spoken(self, text: str) -> str:
        """A sentence of the audit with catalogue names replaced by what people call them."""
        names = sorted(map(re.escape, self._known_names), key=len, reverse=True)
        said = text.replace(" -> ", " \N{RIGHTWARDS ARROW} ")
        if not names:
            return said
        return re.sub(rf"\b(?:{'|'.join(names)})\b", lambda found: self._known_names[found[0]], said)

    def change(self, effect: Effect) -> str:
        """The size of an effect and its direction, in the metric's own terms: 6.1 points larger."""
        return self.written(effect).changed(effect["estimate"])

    def clip(self, text: str) -> str:
        """A text short enough for a narrow place."""
        return name(text)


def numbered(effect: Effect) -> bool:
    """Whether an effect has an estimate and an interval."""
    return all(effect[end] is not None for end in ("estimate", "low", "high"))


def in_tolerances(value: float, tolerance: float) -> float:
    """A change in tolerances; with a tolerance of zero, any change is beyond all bounds.

    Example:
        >>> in_tolerances(0.06, 0.02), in_tolerances(-0.1, 0.0)
        (3.0, -inf)
    """
    if tolerance > 0:
        return value / tolerance
    return 0.0 if value == 0 else float("inf") if value > 0 else float("-inf")


def equivalent(effect: Effect) -> bool:
    """Whether the whole interval lies within the tolerance, for better and for worse."""
    return numbered(effect) and bool(effect["low"] > -effect["tolerance"] and effect["high"] < effect["tolerance"])
