"""What an intervention is: a frozen description of one thing done for an aspect, with one method per phase."""

from __future__ import annotations

import abc
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from numbers import Real
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np

from interplay.arrays import Array, Bool, Float, Int
from interplay.aspects import Aspect
from interplay.discovery import name_of
from interplay.errors import StudyError
from interplay.estimates import NotMeasurable

if TYPE_CHECKING:  # a description needs no engine: `interplay decide` answers without it
    from interplay.attacks.pgd import Threat
    from interplay.engine import jax
    from interplay.models.network import Examples, Network, Parameters

Baseline = Literal["without", "same", "absent"]
"""What a treated cell is held against. `without`: the treatment less the intervention. `same`: the same treatment, by
another metric. `absent`: zero by definition, as without the intervention there is nothing to measure."""


@dataclass(frozen=True)
class Service:
    """What an intervention is for: the metric it should improve, and against what.

    `replaces` are interventions that stand in the baseline instead of it; `baseline_metric` is read there when it is
    not the same metric.
    """

    metric: str
    baseline: Baseline = "without"
    replaces: tuple[str, ...] = ()
    baseline_metric: str | None = None


@dataclass(frozen=True)
class Range:
    """The finite numbers that a parameter may be: at least `low` and at most `high`, or above and below them if `open`.

    Example:
        >>> str(Range(0.0)), str(Range(0.0, open=True)), str(Range(0.0, 1.0, open=True)), str(Range(0.0, 1.0))
        ('at least 0', 'above 0', 'above 0 and below 1', 'between 0 and 1')
    """

    low: float
    high: float = math.inf
    open: bool = False

    def __contains__(self, value: float) -> bool:
        inside = self.low < value < self.high if self.open else self.low <= value <= self.high
        return bool(inside and math.isfinite(value))

    def __str__(self) -> str:
        if math.isinf(self.high):
            return f"above {self.low:g}" if self.open else f"at least {self.low:g}"
        return f"above {self.low:g} and below {self.high:g}" if self.open else f"between {self.low:g} and {self.high:g}"


@dataclass(frozen=True)
class Intervention(abc.ABC):
    """One thing done for one aspect (or two).

    Class attributes: `aspects`, the aspects it serves; `title`, how people call it; `serves`, its positive control: the
    intervention worked when it improves one of these by more than the tolerance, on the grouping it acts on;
    `reference`, author and year; `ranges`, what its numbers may be. Fields are parameters a study may set.

    Raises StudyError for a number outside of its range.
    """

    aspects: ClassVar[tuple[Aspect, ...]]
    title: ClassVar[str]
    serves: ClassVar[tuple[Service, ...]]
    reference: ClassVar[str]
    ranges: ClassVar[Mapping[str, Range]] = MappingProxyType({})

    def __post_init__(self) -> None:
        for name, allowed in self.ranges.items():
            value = getattr(self, name)
            has_value = isinstance(value, Real)  # numbers of a compiled program have no value yet
            if has_value and float(value) not in allowed:
                step = f"write a {name} {allowed}"
                raise StudyError(f"a {name} {allowed}", f"{value:g}", f"{self.name}, {name}", step)

    @property
    def name(self) -> str:
        """The catalogue name: the stem of the file that defines it, after "package/" outside interplay."""
        return name_of(type(self))

    @property
    def diagnostic(self) -> str:
        """Why treatments with it are trained and compared but never chosen; empty where a decision may choose them."""
        return ""

    @property
    def aims(self) -> tuple[Service, ...]:
        """What its positive control looks at: all that it serves, or what its parameters aim at."""
        return self.serves

    def refuses(self, partner: Intervention) -> str | None:
        """Why it cannot act on one model together with `partner`, and the alternative; None when it can."""
        del partner
        return None

    def phase_refuses(self, partner: Intervention) -> str | None:
        """The same by the rule of its phase, which says how interventions of a phase act on one model together.

        Defined by the phases below, for all of their interventions; an intervention adds its own reasons by `refuses`.
        """
        del partner
        return None


def refusal(first: Intervention, second: Intervention) -> str | None:
    """Why two interventions cannot act on one model, and the alternative after the last semicolon; None when they can.

    Example:
        >>> from interplay.interventions.adversarial_training import AdversarialTraining
        >>> from interplay.interventions.dp_sgd import DpSgd
        >>> refusal(AdversarialTraining(), DpSgd()) is None
        True
    """
    reasons = (
        ask(partner) for one, partner in ((first, second), (second, first)) for ask in (one.refuses, one.phase_refuses)
    )
    return next((reason for reason in reasons if reason), None)


@dataclass(frozen=True, eq=False)
class TrainingRows:
    """The rows one member trains on: labels and the codes of the grouping the study mitigates for."""

    labels: Int[Array, " row"]
    groups: Int[Array, " row"]
    classes: int


@dataclass(frozen=True)
class DataIntervention(Intervention):
    """Pre-processing: row weights from the training rows.

    The weights of several multiply, and the product is scaled to mean one again.
    """

    @abc.abstractmethod
    def weigh(self, rows: TrainingRows) -> Float[Array, " row"]:
        """One weight per training row, mean one."""


@dataclass(frozen=True)
class InputIntervention(Intervention):
    """In-processing: perturbed inputs for a batch, from the current parameters.

    One model takes one: what a second one makes of rows that the first has moved is described by neither.
    """

    @abc.abstractmethod
    def perturb(
        self, loss: Callable[[jax.Array], jax.Array], inputs: jax.Array, threat: Threat, key: jax.Array
    ) -> jax.Array:
        """The inputs to train on, (row, column) or several copies of each row (row, copy, column).

        `inputs` are the columns an attacker can move, and `loss(inputs)` grows, row by row, with the current model's
        loss. Each row's perturbation depends on that row only, so that clipping still bounds one person's influence.
        """

    def phase_refuses(self, partner: Intervention) -> str | None:
        if not isinstance(partner, InputIntervention):
            return None
        return (
            f"{self.title} and {partner.title} both replace the rows of a batch, and rows moved twice lie outside the "
            "radius of either; take one of them out, and compare it with the other in a second study"
        )


@dataclass(frozen=True)
class LossIntervention(Intervention):
    """In-processing: a penalty on a batch, added to the loss; those of several add up."""

    @abc.abstractmethod
    def penalty(
        self, logits: jax.Array, favourable: int, groups: jax.Array, weights: jax.Array, *, group_count: int
    ) -> jax.Array:
        """A scalar from the class scores of a batch; `weights` are zero for padding rows."""


@dataclass(frozen=True)
class GradientIntervention(Intervention):
    """In-processing: how the losses of a batch's rows become one gradient.

    Batches come in parts of a few rows: `summed` is asked for every part, the sums are added up, and `released` turns
    the total into what the optimiser sees. One model takes one, and no penalty beside it: a rule says what becomes of the
    losses of single rows, which leaves nothing for a second rule, and a penalty is not a sum over rows.
    """

    @abc.abstractmethod
    def summed(self, network: Network, parameters: Parameters, examples: Examples) -> Parameters:
        """The sum of the rows' contributions; each depends on its own row only. The loop divides by the batch size."""

    def released(self, total: Parameters, key: jax.Array) -> Parameters:
        """The gradient of the batch from the sum over all of its rows."""
        del key
        return total

    def phase_refuses(self, partner: Intervention) -> str | None:
        if isinstance(partner, LossIntervention):
            return (
                f"{self.title} takes the gradient row by row, and {partner.title} couples the rows of a batch; take one "
                "of them out, or weigh the rows before training instead of a penalty"
            )
        if isinstance(partner, GradientIntervention):
            return (
                f"{self.title} and {partner.title} both turn the losses of a batch into its gradient, and one model has "
                "one gradient; take one of them out, or write one intervention that does both"
            )
        return None


@dataclass(frozen=True, eq=False)
class FittingRows:
    """Held-out rows a prediction layer is fitted on: the favourable-class margin, label and group, and weights."""

    margins: Float[Array, " row"]
    labels: Bool[Array, " row"]
    groups: Int[Array, " row"]
    weights: Float[Array, " row"]


@dataclass(frozen=True)
class Rates:
    """The rate that thresholds were fitted for, and the one that each group attains on the fitted rows."""

    target: float
    attained: tuple[float | NotMeasurable, ...]


@dataclass(frozen=True, eq=False)
class Thresholds:
    """The margins at and above which the favourable decision is taken, one or two for each group.

    threshold(row) = low of its group where the row's draw < chance of its group, else high

    Where `low` and `high` agree nothing is left to chance. `rates` says what they were fitted for, where it is a rate.
    """

    low: Float[Array, " group"]
    high: Float[Array, " group"]
    chance: Float[Array, " group"]
    rates: Rates | None = None

    @classmethod
    def fixed(cls, limits: Float[Array, " group"], rates: Rates | None = None) -> Thresholds:
        """The same threshold for all rows of a group."""
        return cls(limits, limits, np.ones(len(limits)), rates)

    def of_rows(self, groups: Int[Array, " row"], draws: Float[Array, " row"]) -> Float[Array, " row"]:
        """The threshold of every row; `draws` are uniform between 0 and 1. A row without a group (-1) has zero.

        Example:
            >>> tied = Thresholds(np.array([1.0]), np.array([2.0]), np.array([0.25]))
            >>> tied.of_rows(np.array([0, 0, -1]), np.array([0.1, 0.7, 0.7])).tolist()
            [1.0, 2.0, 0.0]
        """
        low, high, chance = (np.append(values, 0.0) for values in (self.low, self.high, self.chance))
        return np.asarray(np.where(draws < chance[groups], low[groups], high[groups]))


@dataclass(frozen=True, eq=False)
class DrawnThresholds:
    """`Thresholds` fitted anew with the row weights of every draw."""

    low: Float[Array, "draw group"]
    high: Float[Array, "draw group"]
    chance: Float[Array, "draw group"]


@dataclass(frozen=True)
class PredictionIntervention(Intervention):
    """Post-processing: decisions adjusted with held-out rows."""

    @abc.abstractmethod
    def thresholds(self, rows: FittingRows, groups: int) -> Thresholds:
        """The thresholds of the groups, fitted on these rows."""

    def thresholds_in_draws(
        self,
        rows: FittingRows,
        weights: Float[Array, "draw row"],
        scale: Float[Array, " draw"],
        shift: Float[Array, " draw"],
        groups: int,
    ) -> DrawnThresholds:
        """The thresholds fitted anew in every draw, on the scale of the margins of `rows`, whose own weights are not used.

        In a draw the margins are scale * margins + shift, since the model is refitted too. As it is, `thresholds` is asked
        draw by draw; an intervention that can do it for all of them at once is faster.
        """
        fitted = [
            self.thresholds(FittingRows(size * rows.margins + move, rows.labels, rows.groups, drawn), groups)
            for size, move, drawn in zip(scale, shift, weights, strict=True)
        ]
        low, high = (
            (np.stack([getattr(single, side) for single in fitted]) - shift[:, None]) / scale[:, None]
            for side in ("low", "high")
        )
        return DrawnThresholds(low, high, np.stack([single.chance for single in fitted]))


@dataclass(frozen=True)
class ReleaseIntervention(Intervention):
    """Release: what leaves the model besides the label; `releases` is the exhibit it makes."""

    releases: ClassVar[type]
