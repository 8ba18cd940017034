"""What an intervention is: a frozen description of one thing done for an aspect; its phase says which method acts."""

from __future__ import annotations

import abc
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from numbers import Real
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, Self

from interplay.aspects import Aspect
from interplay.discovery import name_of
from interplay.errors import StudyError
from interplay.interventions._advice import Mitigates, Proposal
from interplay.interventions._parameters import Problem, Range, Search
from interplay.interventions._purpose import PartOf, Service
from interplay.interventions._schedule import Schedule

if TYPE_CHECKING:  # a description needs no engine: `interplay decide` answers without it
    from interplay.evidence import PrivacyGuarantee
    from interplay.models.network import Network


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

    def serves_like(self, other: Intervention) -> bool:
        """Whether it is done for an aspect that another one is done for, and may be chosen."""
        return not self.diagnostic and not self.has_own_schedule and bool(set(self.aspects) & set(other.aspects))

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
