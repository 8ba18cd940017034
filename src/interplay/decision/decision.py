"""What a decision is: the treatment chosen, and everything needed to disagree with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

from pydantic import TypeAdapter

from interplay.aspects import Aspect
from interplay.decision.bound import Bound
from interplay.design.treatment import Treatment
from interplay.effects.effect import Effect
from interplay.effects.sample_size import Need

Status = Literal["admissible", "inadmissible", "undecided"]
Unresolved = Literal["nothing_admissible", "nothing_learned", "priorities_not_set"]
"""Why no treatment is chosen."""

WHY_UNRESOLVED: Mapping[Unresolved, str] = {
    "nothing_admissible": "No treatment is admissible.",
    "nothing_learned": "Nothing is recommended, because no treatment, the control included, is shown to beat a model that "
    "says the same of everybody.",
    "priorities_not_set": "Nothing is recommended, because nobody has set the priorities.",
}
"""The same as one sentence."""


@dataclass(frozen=True)
class LimitFinding:
    """Whether one candidate keeps one hard limit.

    `probability` is that of one deployed model keeping it, and `adjusted` the same corrected (Holm) for all
    limits, which is what admits. `reachable` is the limit it would be admissible under. All are None
    where the metric has no number. `estimate`, `low` and `high` are the expected value of one deployed model and where
    it lies with 90 % probability, in the unit of the metric. Under a limit relative to the control all numbers are
    distances from the control's value on the side of the limit: 0.02 below is 0.02, 0.02 above is -0.02.
    `needed` says what would settle an undecided limit.
    """

    treatment: Treatment
    metric: str
    bound: Bound
    declared: float
    status: Status
    probability: float | None
    reachable: float | None
    reason: str
    adjusted: float | None = None
    estimate: float | None = None
    low: float | None = None
    high: float | None = None
    needed: Need | None = None


@dataclass(frozen=True)
class Rejected:
    """A candidate that went, at which step ("collapse", "limit", an aspect, "ties") and why.

    `estimate`, `low` and `high` are the numbers behind it, where there are any: at a limit those of its `LimitFinding`,
    at an aspect the loss to the candidate that beat it (positive: worse). `metric` is the one they belong to.
    """

    treatment: Treatment
    step: str
    reason: str
    metric: str = ""
    estimate: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Front:
    """The probability that no other admissible candidate dominates `treatment` (see `interplay.decision.front`)."""

    treatment: Treatment
    probability: float


@dataclass(frozen=True)
class HeadToHead:
    """The runner-up against the winner on one headline metric (and contrast): positive where the runner-up is worse.

    `low` and `high` are simultaneous over the metrics of `aspect`; `shown` says that a difference beyond the tolerance
    is, in either direction. Relative metrics are given as a ratio minus one.
    """

    metric: str
    contrast: str
    aspect: Aspect
    estimate: float
    low: float
    high: float
    tolerance: float
    shown: bool


@dataclass(frozen=True)
class RunnerUp:
    """The candidate that would win without the winner, the step at which it went, and how the two differ."""

    treatment: Treatment
    decided_at: str
    differences: tuple[HeadToHead, ...]
    sentence: str


@dataclass(frozen=True)
class Orders:
    """How many of all orders of the ranked aspects choose `treatment`."""

    treatment: Treatment
    count: int


@dataclass(frozen=True)
class Flip:
    """Two neighbours of the ranking which, swapped, make another treatment win."""

    first: Aspect
    second: Aspect
    winner: Treatment


@dataclass(frozen=True)
class ToleranceFlip:
    """The tolerance of one metric nearest to the declared one under which another treatment wins.

    Both are amounts as the study declares them (a ratio minus one for a relative metric).
    """

    metric: str
    declared: float
    needed: float
    winner: Treatment


@dataclass(frozen=True)
class LimitFlip:
    """The smallest change of one hard limit that changes the winner.

    A limit loosened to `needed` `admits` a candidate, which changes the winner. With `admits` None it is a limit tighter
    than `needed` that bars the winner, and `winner` is who wins instead (None: nobody is admissible).
    """

    metric: str
    bound: Bound
    declared: float
    needed: float
    admits: Treatment | None
    winner: Treatment | None


@dataclass(frozen=True)
class OpenQuestion:
    """Something undecided that, settled one way, would change the choice to `would_choose`.

    `needed` says what would settle it; where no count does, `sentence` says so.
    """

    kind: Literal["limit", "comparison"]
    treatment: Treatment
    metric: str
    sentence: str
    would_choose: Treatment | None
    needed: Need | None


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
    """The outcome of DECIDE; where `treatment` is None, `unresolved` says why none is chosen.

    While nobody has set the priorities, what depends on a ranking is left out: only limits, the front and the choice
    under every order are told.
    `residual` are the harms that remain with the chosen treatment, shown or not settled. `stability` is the probability
    that a repetition with other rows and other members, limits included, comes to the same treatment, or again to none.
    `relaxations` are listed when no treatment is admissible. What would change the choice: `flips` (neighbours in the
    ranking), `orders` (all rankings), `tolerance_flips` and `limit_flips`; `open_questions` are the undecided limits and
    comparisons that matter for it.
    """

    treatment: Treatment | None
    reasons: tuple[str, ...]
    rejected: tuple[Rejected, ...]
    limits: tuple[LimitFinding, ...]
    residual: tuple[Effect, ...]
    stability: float | None
    flips: tuple[Flip, ...]
    relaxations: tuple[Relaxation, ...]
    pareto: tuple[Front, ...] = ()
    runner_up: RunnerUp | None = None
    orders: tuple[Orders, ...] = ()
    tolerance_flips: tuple[ToleranceFlip, ...] = ()
    limit_flips: tuple[LimitFlip, ...] = ()
    open_questions: tuple[OpenQuestion, ...] = ()
    unresolved: Unresolved | None = None

    def to_json(self) -> str:
        """The same as JSON text, which `from_json` reads back."""
        return _adapter().dump_json(self).decode()

    @classmethod
    def from_json(cls, text: str) -> "Decision":
        """Read back what `to_json` wrote."""
        return _adapter().validate_json(text)


@cache
def _adapter() -> TypeAdapter[Decision]:
    """Takes time to build, and a question about a finished run needs none."""
    return TypeAdapter(Decision)
