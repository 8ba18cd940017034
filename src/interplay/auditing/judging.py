"""Whether the audit rows can judge a decision, known before they are looked at: from their number, labels and groups."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from interplay.aspects import RANKED_ASPECTS, Aspect
from interplay.auditing.prepare import Prepared
from interplay.decision.bound import Bound, declared_bounds, in_words, is_relative
from interplay.decision.confirmation import CONTROL, rested_on
from interplay.decision.measured import Measured
from interplay.design.confirming import NO_SHADOWS, audit_rows, on_audit_rows, unconfirmed
from interplay.design.denominators import denominators, evaluated, planned
from interplay.design.resolution import MILD, rows_needed, smallest_decidable
from interplay.design.treatment import Treatment
from interplay.effects.near_collapse import METRIC as BALANCED
from interplay.errors import RunError
from interplay.estimates import NotMeasurable
from interplay.exhibits import looked_at
from interplay.metrics import Metric

MORE_ROWS = "raise audit_share under [data], or lower minimum_rows under [groups] if fewer are enough for you"
ANOTHER_LIMIT = (
    "take out the limit that no confirmation can judge, or set one on privacy_budget, which training guarantees"
)
UNTOUCHED = "and run the study again; these audit rows were not looked at, and the ledger is as it was"


@dataclass(frozen=True, eq=False)
class Judging:
    """The rows of a confirmation in the denominators of each metric that is a share of rows, or why there are too few.

    Metrics that are no share are not counted beforehand, and taken to be measurable. `left_out` are those that need models
    which did not see a row.
    """

    rows: int
    metrics: Mapping[str, Metric]
    denominators: Mapping[str, int | NotMeasurable]
    left_out: Sequence[str]

    def why_not(self, key: str) -> str:
        """Why a metric cannot be measured on these rows; empty where nothing speaks against it."""
        if key in self.left_out:
            return NO_SHADOWS
        rows = self.denominators.get(key, 0)
        return rows.reason if isinstance(rows, NotMeasurable) else ""

    def decides(self, key: str, share: float) -> float | None:
        """The smallest difference that the rows decide where this share of paired decisions differs; None if unknown."""
        rows = self.denominators.get(key)
        return smallest_decidable(rows, share) if isinstance(rows, int) else None


@dataclass(frozen=True)
class AskedLimit:
    """One limit on one metric, and what the audit rows can say of it."""

    key: str
    bound: Bound
    declared: float

    @property
    def text(self) -> str:
        """The limit in words."""
        return f"{self.key} {in_words(self.bound, f'{self.declared:g}')}"

    def given(self, winner: Treatment) -> bool:
        """Whether the winner keeps it by definition."""
        return is_relative(self.bound) and winner == CONTROL

    def problem(self, known: Judging) -> str:
        """Why these rows cannot settle it; empty where they may."""
        if why := known.why_not(self.key):
            return f"{self.text} cannot be judged: {why}"
        least = known.decides(self.key, MILD) if is_relative(self.bound) else None
        if least is None or least <= self.declared:
            return ""
        needed = f" and it takes about {rows_needed(self.declared, MILD):,}" if self.declared > 0 else ""
        rows = f"{known.denominators[self.key]} rows count{needed}"
        return f"{self.text} stays open even for a treatment that hardly differs from the control ({rows})"

    def margin(self, known: Judging) -> str:
        """How far a value must lie on the right side for a limit that is a share of rows to be settled, from rows alone."""
        share = MILD if is_relative(self.bound) else self.declared * (1 - self.declared)
        rows = known.denominators.get(self.key)
        if not isinstance(rows, int) or share < 0:
            return ""
        return f": {rows} rows settle it where the value keeps it by {smallest_decidable(rows, share):.3f}"


def judging(ready: Prepared) -> Judging:
    """What the audit rows of a study can judge; only labels and groups of the rows are counted."""
    design = on_audit_rows(ready.design, 2)
    looked = looked_at(design, ready.dataset, evaluated(design))
    plan = planned(design, ready.dataset, looked.attacked, looked.explained)
    found = denominators(design.metrics, plan)
    if isinstance(found.get(BALANCED), int):
        labels = ready.dataset.labels[audit_rows(ready.design)]
        found[BALANCED] = effective_rows(np.bincount(labels, minlength=len(ready.dataset.classes)).tolist())
    return Judging(len(audit_rows(ready.design)), design.metrics, found, unconfirmed(ready.design))


def effective_rows(classes: Sequence[int]) -> int:
    """The rows that a mean of class rates is worth: classes ** 2 / sum(1 / rows of each), so that small classes count.

    Example:
        >>> effective_rows([50, 50]), effective_rows([105, 14])
        (100, 49)
    """
    return int(len(classes) ** 2 / sum(1 / rows for rows in classes))


def refuse_unjudgeable(ready: Prepared, winner: Treatment, measured: Measured, where: Path) -> None:
    """Raise RunError where the confirmation of this winner cannot end in "stands", whatever the rows hold."""
    known = judging(ready)
    limits = [one for one in _limits(known, ready) if not one.given(winner) and one.problem(known)]
    beyond = [one.problem(known) for one in limits if one.key in known.left_out]
    few = [
        *_usefulness(known),
        *(one.problem(known) for one in limits if one.key not in known.left_out),
        *_aspect_problems(known, rested_on(winner, measured)),
    ]
    if problems := [*few, *beyond]:
        remedy = "; ".join([*([MORE_ROWS] if few else []), *([ANOTHER_LIMIT] if beyond else []), UNTOUCHED])
        expected = f"audit rows that can judge the decision for {winner.name}"
        raise RunError(
            expected, f"{known.rows} rows, on which {'; '.join(dict.fromkeys(problems))}", str(where), remedy
        )


def confirmation_lines(ready: Prepared) -> Iterator[str]:
    """What a confirmation of this study could judge, as lines of a plan."""
    known = judging(ready)
    yield f"Confirm    the choice, on {known.rows} audit rows:"
    for one in _limits(known, ready):
        yield f"           - {one.problem(known) or f'{one.text} can be judged{one.margin(known)}'}"
    for aspect in RANKED_ASPECTS:
        headline = tuple(key for key, one in known.metrics.items() if one.headline and one.aspect == aspect)
        if headline:
            yield f"           - {aspect.value}: {_judged(known, headline)}"
    if refused := [*_usefulness(known), *filter(None, (one.problem(known) for one in _limits(known, ready)))]:
        yield f"Warning    interplay confirm will refuse these rows: {'; '.join(dict.fromkeys(refused))}"


def _usefulness(known: Judging) -> list[str]:
    why = known.why_not(BALANCED)
    return [f"{BALANCED} cannot be compared with a constant model's: {why}"] if why else []


def _limits(known: Judging, ready: Prepared) -> Iterator["AskedLimit"]:
    """Every limit on every metric that it covers."""
    for limit in ready.study.limits:
        for key, metric in known.metrics.items():
            if limit.metric in (key, metric.name):
                yield from (AskedLimit(key, bound, declared) for bound, declared in declared_bounds(limit))


def _aspect_problems(known: Judging, aspects: Mapping[Aspect, Sequence[str]]) -> Iterator[str]:
    """The aspects of which none of these metrics can be measured, though a confirmation could on more rows."""
    for aspect, keys in aspects.items():
        possible = [key for key in keys if key not in known.left_out]
        if possible and all(map(known.why_not, possible)):
            yield f"nothing of {aspect.value} can be measured: {known.why_not(possible[0])}"


def _judged(known: Judging, headline: Sequence[str]) -> str:
    possible = [key for key in headline if key not in known.left_out]
    if not possible:
        return f"cannot be confirmed on any rows: {NO_SHADOWS}"
    kept = [key for key in possible if not known.why_not(key)]
    if not kept:
        return (
            f"cannot be measured on these rows ({known.why_not(possible[0])}); a decision that rests on it is refused"
        )
    finest = min((known.decides(key, MILD) or 0.0, key) for key in kept)
    told = f", {finest[1]} to {finest[0]:.3f} where treatments hardly differ" if finest[0] else ""
    return f"{len(kept)} of {len(headline)} headline metrics{told}"
