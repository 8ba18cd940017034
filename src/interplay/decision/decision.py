"""What a decision is: the treatment chosen, and everything needed to disagree with it."""

from dataclasses import dataclass
from typing import Literal

from pydantic import TypeAdapter

from interplay.aspects import Aspect
from interplay.design.treatment import Treatment
from interplay.effects.effect import Effect

Status = Literal["admissible", "inadmissible", "undecided"]
Bound = Literal["at_least", "at_most"]


@dataclass(frozen=True)
class LimitFinding:
    """Whether one candidate keeps one hard limit.

    `probability` is that of one deployed model keeping it; `reachable` is the limit it would be admissible under. Both
    are None where the metric has no number.
    """

    treatment: Treatment
    metric: str
    bound: Bound
    declared: float
    status: Status
    probability: float | None
    reachable: float | None
    reason: str


@dataclass(frozen=True)
class Rejected:
    """A candidate that went, at which step ("collapse", "limit", an aspect, "ties") and why."""

    treatment: Treatment
    step: str
    reason: str


@dataclass(frozen=True)
class Flip:
    """Two neighbours of the ranking which, swapped, make another treatment win."""

    first: Aspect
    second: Aspect
    winner: Treatment


@dataclass(frozen=True)
class Relaxation:
    """How far one limit would have to move for a candidate to be admissible under it.

    `alone_enough` says that `treatment` keeps all other limits, so that moving this one alone admits it.
    """

    metric: str
    bound: Bound
    declared: float
    needed: float
    treatment: Treatment
    alone_enough: bool


@dataclass(frozen=True)
class Decision:
    """The outcome of DECIDE; `treatment` None means that no treatment is admissible.

    `residual` are the harms that remain with the chosen treatment, shown or not settled. `stability` is the share of
    row draws in which the same treatment wins among the admissible ones, with the members held fixed. `relaxations` are
    listed when no treatment is admissible.
    """

    treatment: Treatment | None
    reasons: tuple[str, ...]
    rejected: tuple[Rejected, ...]
    limits: tuple[LimitFinding, ...]
    residual: tuple[Effect, ...]
    stability: float | None
    flips: tuple[Flip, ...]
    relaxations: tuple[Relaxation, ...]

    def to_json(self) -> str:
        """The same as JSON text, which `from_json` reads back."""
        return _adapter.dump_json(self).decode()

    @classmethod
    def from_json(cls, text: str) -> "Decision":
        """Read back what `to_json` wrote."""
        return _adapter.validate_json(text)


_adapter = TypeAdapter(Decision)
