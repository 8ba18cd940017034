"""Layers on trained models: rules that decide, and what is released besides a decision. Nothing is trained again."""

from __future__ import annotations

import abc
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar, Protocol, TypeVar

from interplay import streams
from interplay.arrays import Array, Bool, Float, Int
from interplay.data.groups import Grouping
from interplay.estimates import NotMeasurable
from interplay.evidence import DecisionRule, Exhibit
from interplay.interventions._intervention import Intervention

Kind = TypeVar("Kind", bound=Exhibit)

NO_GROUP = NotMeasurable("the study declares no group")


class Ask(Protocol):
    """Gives an exhibit of the models beneath, or says why there is none."""

    def __call__(self, kind: type[Kind], /) -> Kind | NotMeasurable:
        """The exhibit of this kind."""


Makers = Mapping[type[Exhibit], Callable[[Ask], Exhibit | NotMeasurable]]
"""How exhibits are made, by kind."""


@dataclass(frozen=True, eq=False)
class HeldOut:
    """The rows that a layer may be fitted on, which no model has trained on, and what it may know of them.

    `tuning` and `calibration` are positions: rules that decide are fitted on the former, prediction sets on the latter.
    `counted` and `weights` are those of `interplay.evidence.Rows`; `grouping` is the one that interventions for fairness
    act on, None where the study declares none, and `classes` divides the rows by their label; `minimum_rows` the smallest
    group with a verdict of its own; `miscoverage` that of sets that declare none.
    """

    labels: Int[Array, " row"]
    favourable: int
    grouping: Grouping | None
    classes: Grouping
    tuning: Int[Array, " some"]
    calibration: Int[Array, " some"]
    counted: Bool[Array, "member row"]
    weights: Float[Array, "draw row"]
    minimum_rows: int
    seed: int
    miscoverage: float

    def uniform(self, purpose: str) -> Float[Array, " row"]:
        """A number between 0 and 1 for every row, the same in every treatment."""
        return streams.generator(self.seed, purpose).random(len(self.labels))


@dataclass(frozen=True)
class PredictionIntervention(Intervention):
    """Post-processing: decisions adjusted with held-out rows. One model takes one rule."""

    @abc.abstractmethod
    def rule(self, ask: Ask, held_out: HeldOut) -> DecisionRule | NotMeasurable:
        """The rule fitted for the models beneath, or why there is none."""

    def makers(self, held_out: HeldOut) -> Makers:
        """What changes with the layer: the rule, and all that is made from it."""
        return {DecisionRule: partial(self.rule, held_out=held_out)}

    def summary(self, ask: Ask, held_out: HeldOut) -> Mapping[str, Any] | None:
        """What the fitted rule attains, in JSON-ready values; None where there is nothing to tell."""
        del ask, held_out
        return None


@dataclass(frozen=True)
class ReleaseIntervention(Intervention):
    """Release: what leaves the model besides the label; `releases` is the exhibit that shows it.

    It is made by `release` from exhibits of the models beneath, or, where that takes the models themselves, by a maker
    (`interplay.exhibits`).
    """

    releases: ClassVar[type[Exhibit]]

    def release(self, ask: Ask, held_out: HeldOut) -> Exhibit | NotMeasurable:
        """What is released, or why there is nothing."""
        raise NotImplementedError

    def makers(self, held_out: HeldOut) -> Makers:
        """What comes with the layer; nothing where a maker of `releases` looks at the models."""
        if type(self).release is ReleaseIntervention.release:
            return {}
        return {self.releases: partial(self.release, held_out=held_out)}
