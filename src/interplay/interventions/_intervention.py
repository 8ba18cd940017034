"""What an intervention is: a frozen description of one thing done for an aspect, with one method per phase."""

from __future__ import annotations

import abc
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from numbers import Real
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, Literal, Self

from interplay.arrays import Array, Float, Int
from interplay.aspects import Aspect
from interplay.discovery import name_of
from interplay.errors import StudyError
from interplay.interventions._advice import Mitigates, Proposal

if TYPE_CHECKING:  # a description needs no engine: `interplay decide` answers without it
    from interplay.attacks.pgd import Threat
    from interplay.engine import jax
    from interplay.evidence import PrivacyGuarantee
    from interplay.models.network import Examples, Network, Parameters

NORMS_ALONE = 1.4
"""Clipping without forming gradients, and the noise, against plain training; from 1.1 for dense to 2 for convolutions."""
FORMED = 10.0
"""What forming one number of a row's gradient costs against a multiply-add; measured between 5 and 50."""

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
class PartOf:
    """Which intervention's harms a diagnostic takes apart.

    `alone`: it does by itself a part of what the intervention does, and its own harm is that part. `undone`: it does the
    same but for a part, which is what its harm lacks.
    """

    intervention: str
    how: Literal["alone", "undone"]


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
class Schedule:
    """How a model is trained: every one of `rows` is in a step's batch with chance `rate`, independently, in `steps` steps."""

    rows: int
    rate: float
    steps: int

    @property
    def expected(self) -> float:
        """The expected size of a batch."""
        return self.rows * self.rate


@dataclass(frozen=True)
class Problem:
    """Why a parameter makes no sense with the rows and steps of a study: what would, what it is, and what to do."""

    parameter: str
    expected: str
    found: str
    step: str


@dataclass(frozen=True)
class Search:
    """A parameter that is looked for on the tuning rows where a study does not declare it: what it is called, and the values
    tried.
    """

    called: str
    values: tuple[float, ...]


@dataclass(frozen=True)
class Intervention(abc.ABC):
    """One thing done for one aspect (or two).

    Class attributes: `aspects`, the aspects it serves; `title`, how people call it; `serves`, its positive control: the
    intervention worked when it improves one of these by more than the tolerance, on the grouping it acts on;
    `reference`, author and year; `ranges`, what its numbers may be; `searched`, the parameters that are looked for where a
    study does not declare them; `gives_guarantee`, whether it promises differential privacy, unless `no_guarantee` says
    why not; `streams`, what the random streams of its training are called besides, where it does not share those of the
    control; `stands_in_for`, an intervention of the same kind whose probes are asked of it too; `needs_groups`, whether a
    study has to declare a group for it; `beside`, of a diagnostic, the aspects whose training interventions it is also
    trained with, one at a time; `follows`, the one whose parameters it has where a study does not declare them for itself;
    `part_of`, whose harms a diagnostic takes apart; `proposal`, why a new study lists it; `mitigates`, the harms against
    which it is worth trying. A class does not inherit the last two.
    Fields are parameters a study may set.

    Raises StudyError for a number outside of its range.
    """

    aspects: ClassVar[tuple[Aspect, ...]]
    title: ClassVar[str]
    serves: ClassVar[tuple[Service, ...]]
    reference: ClassVar[str]
    ranges: ClassVar[Mapping[str, Range]] = MappingProxyType({})
    searched: ClassVar[Mapping[str, Search]] = MappingProxyType({})
    gives_guarantee: ClassVar[bool] = False
    streams: ClassVar[str] = ""
    stands_in_for: ClassVar[str] = ""
    needs_groups: ClassVar[bool] = False
    beside: ClassVar[tuple[Aspect, ...]] = ()
    follows: ClassVar[str] = ""
    part_of: ClassVar[PartOf | None] = None
    proposal: ClassVar[Proposal | None] = None
    mitigates: ClassVar[tuple[Mitigates, ...]] = ()

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
    def no_guarantee(self) -> str:
        """Why it promises no differential privacy with these parameters, where its kind does; empty where it promises it."""
        return self.diagnostic

    @property
    def aims(self) -> tuple[Service, ...]:
        """What its positive control looks at: all that it serves, or what its parameters aim at."""
        return self.serves

    @property
    def passes(self) -> float:
        """What it adds to the three passes over a batch of a plain training step, for planning."""
        return 0.0

    def expense(self, network: Network, columns: int, rows: int) -> str:
        """What it costs with a network against plain training, in words; empty where that is little.

        `rows` are those of a batch that are computed at once.
        """
        del network, columns, rows
        return ""

    def scheduled(self, schedule: Schedule) -> Schedule:
        """How a model with it is trained, where the study trains by `schedule`.

        What follows from a schedule (noise, budgets, costs) is asked with this one.
        """
        return schedule

    @property
    def has_own_schedule(self) -> bool:
        """Whether models with it may be trained by another schedule than the study's."""
        return type(self).scheduled is not Intervention.scheduled

    def solved(self, schedule: Schedule) -> Self:
        """The same with everything solved for that depends on how a model is trained."""
        del schedule
        return self

    def guarantee(self, schedule: Schedule, all_rows: int) -> PrivacyGuarantee | None:
        """What training so spends, and what it would with `all_rows` rows; None where nothing is promised."""
        del schedule, all_rows
        return None

    def promise(self, schedule: Schedule) -> str:
        """What training so promises, in words for a plan; empty where nothing is promised."""
        del schedule
        return ""

    def problems(self, schedule: Schedule, all_rows: int) -> Iterator[Problem]:
        """What makes no sense with these rows and steps, or with `all_rows` rows."""
        del schedule, all_rows
        return iter(())

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


def act_together(first: Intervention, second: Intervention) -> bool:
    """Whether a study puts two interventions on one model: a diagnostic only beside one that it asks about.

    Example:
        >>> from interplay.interventions.clipping_only import ClippingOnly
        >>> from interplay.interventions.dp_sgd import DpSgd
        >>> from interplay.interventions.parity_penalty import ParityPenalty
        >>> act_together(ParityPenalty(), DpSgd()), act_together(ParityPenalty(), ClippingOnly())
        (True, False)
    """
    if first.diagnostic and second.diagnostic:
        return False
    asked = ((one.beside, other.aspects) for one, other in ((first, second), (second, first)) if one.diagnostic)
    return all(set(beside) & set(aspects) for beside, aspects in asked)


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
    """The rows one member trains on: labels and the codes of the grouping the study mitigates for.

    Where a study takes rows out by their exposure, `ranks` say of every row which share of the pool is more exposed, and
    `lots` which share of the pool comes before it by lot; else both are None. Rows of one cluster have one rank and one lot.
    """

    labels: Int[Array, " row"]
    groups: Int[Array, " row"]
    classes: int
    ranks: Float[Array, " row"] | None = None
    lots: Float[Array, " row"] | None = None


@dataclass(frozen=True)
class DataIntervention(Intervention):
    """Pre-processing: row weights from the training rows, and other labels for them.

    Labels are changed first, by one intervention after the other, and every row weight follows from the labels that a model
    learns from. The weights of several multiply, and the product is scaled to mean one again.
    """

    @abc.abstractmethod
    def weigh(self, rows: TrainingRows) -> Float[Array, " row"]:
        """One weight per training row, mean one."""

    def relabel(self, rows: TrainingRows) -> Int[Array, " row"]:
        """The labels that a model learns from; those of the rows unless an intervention changes them."""
        return rows.labels

    @property
    def relabels(self) -> bool:
        """Whether it changes labels."""
        return type(self).relabel is not DataIntervention.relabel


@dataclass(frozen=True)
class InputIntervention(Intervention):
    """In-processing: perturbed inputs for a batch, from the current parameters.

    As it is, rows climb the model's loss, and a record's loss is the mean cross-entropy of its copies; an intervention
    with other ones overrides `objective` and `losses`. One model takes one: what a second one makes of rows that the
    first has moved is described by neither.
    """

    @abc.abstractmethod
    def perturb(
        self, loss: Callable[[jax.Array], jax.Array], inputs: jax.Array, threat: Threat, key: jax.Array
    ) -> jax.Array:
        """The inputs to train on, (row, column) or several copies of each row (row, copy, column).

        `inputs` are the columns an attacker can move, and `loss(inputs)` is the `objective`, row by row. Each row's
        perturbation depends on that row only, so that clipping still bounds one person's influence.
        """

    def objective(
        self, scores: Callable[[jax.Array], jax.Array], inputs: jax.Array, labels: jax.Array, weights: jax.Array
    ) -> Callable[[jax.Array], jax.Array]:
        """What the rows climb: a number for each, as a function of its movable columns; grows with the model's loss.

        `scores` gives the current model's class scores (row, label) of movable columns like `inputs` (row, column);
        rows whose `weights` are zero are padding.
        """
        from interplay.attacks.margin import steepest

        return steepest(scores, inputs, labels, weights)

    def losses(self, scores: Sequence[jax.Array], labels: jax.Array) -> jax.Array:
        """The loss of every record, in nats, from the class scores (row, label) of each of its copies.

        Each record's loss depends on its own copies only. Where an intervention leaves this out, it is the mean
        cross-entropy of the copies, which networks compute faster.
        """
        raise NotImplementedError

    @property
    def has_own_losses(self) -> bool:
        """Whether a record's loss is another one than the mean cross-entropy of its copies."""
        return type(self).losses is not InputIntervention.losses

    @property
    def passes(self) -> float:
        return 30.0

    def expense(self, network: Network, columns: int, rows: int) -> str:
        del network, columns, rows
        return "moves every row in every step; how much that costs is not known here"

    def phase_refuses(self, partner: Intervention) -> str | None:
        if not isinstance(partner, InputIntervention):
            return None
        return (
            f"{self.title} and {partner.title} both replace the rows of a batch, and rows moved twice lie outside the "
            "radius of either; take one of them out, or list one with alone = true, to compare both"
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
    losses of single rows, which leaves nothing for a second rule, and a penalty is not a sum over rows. A rule that treats
    rows differently says how by `factors`.
    """

    def factors(self, rows: TrainingRows) -> Float[Array, " row"] | None:
        """A number for every row that a member trains on, which `summed` sees as `examples.factors`; None for no number."""
        del rows
        return None

    @abc.abstractmethod
    def summed(self, network: Network, parameters: Parameters, examples: Examples) -> Parameters:
        """The sum of the rows' contributions; each depends on its own row only. The loop divides by the batch size."""

    def released(self, total: Parameters, key: jax.Array) -> Parameters:
        """The gradient of the batch from the sum over all of its rows."""
        del key
        return total

    @property
    def passes(self) -> float:
        return 2.0

    def expense(self, network: Network, columns: int, rows: int) -> str:
        if not network.forms_gradients:
            return f"norms of the rows' gradients without forming them, about {NORMS_ALONE} times plain training"
        times = NORMS_ALONE + FORMED * network.size / max(network.operations(columns), 1.0)
        held = 4 * network.size * rows
        at_once = f"{held / 1e9:,.1f} GB" if held >= 1e9 else f"{held / 1e6:,.1f} MB"
        return (
            f"forms one gradient per row ({network.size:,} parameters x {rows:,} rows = {at_once} at once), "
            f"about {times:.0f} times plain training"
        )

    def phase_refuses(self, partner: Intervention) -> str | None:
        if isinstance(partner, LossIntervention):
            return (
                f"{self.title} takes the gradient row by row, and {partner.title} couples the rows of a batch; take one "
                "of them out, or weigh the rows before training instead of a penalty"
            )
        if isinstance(partner, GradientIntervention):
            return (
                f"{self.title} and {partner.title} both turn the losses of a batch into its gradient, and one model has "
                "one gradient; take one of them out, or list one with alone = true, to compare both"
            )
        return None
