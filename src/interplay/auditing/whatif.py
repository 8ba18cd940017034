"""What if: the decision of a finished run under other priorities, limits or tolerances. Nothing is written."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from interplay import catalogue
from interplay.aspects import RANKED_ASPECTS, Aspect
from interplay.auditing.choices import Choices, read_choices
from interplay.data.nearest import suggestion
from interplay.decision.bound import Bound, declared_bounds
from interplay.decision.decide import decide
from interplay.decision.decision import Decision, Unresolved
from interplay.decision.mitigations import to_try
from interplay.design.treatment import Treatment
from interplay.errors import StudyError
from interplay.study import Study
from interplay.study.faults import raise_first
from interplay.study.limits import limit_faults, tolerance_faults
from interplay.study.model import LimitSection

QUESTION = "the question"

BESIDE: Mapping[tuple[str, str], Bound] = {
    ("<=", ""): "at_most",
    (">=", ""): "at_least",
    (">=", "control"): "at_most_below_control",
    ("<=", "control"): "at_most_above_control",
}
"""The bound that a sign means, with or without the control after it."""


@dataclass(frozen=True)
class Question:
    """What is asked to be different: priorities from the first on, limits and tolerances.

    A limit is written "metric<=value", "metric>=value", "metric>=control-value" or "metric<=control+value", a tolerance
    "metric=value".
    """

    priorities: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()
    tolerances: tuple[str, ...] = ()


@dataclass(frozen=True)
class Answer:
    """The decision that was asked for, beside the treatment `chosen` as declared, which stays the one of record.

    `unresolved` says why the run chose none.

    `harmed` are the directed pairs whose harms remain and against which something can be tried.
    """

    study: Study
    asked: Study
    chosen: Treatment | None
    unresolved: Unresolved | None
    found: Decision
    harmed: tuple[tuple[Aspect, Aspect], ...]


def answer(path: Path, question: Question) -> Answer:
    """Decide again on the measurements of a finished run.

    Priorities that are not named follow in the declared order; where nobody has set the declared ones, there is a choice
    only under priorities that are asked for. A limit replaces the declared one on the same metric and
    side, or is added; a tolerance likewise. Raises `StudyError` for an unknown or repeated aspect, an unknown metric or a
    value that makes no sense, and `RunError` for a folder that holds no finished run.

    Does not show: a decision that may be relied on. Priorities count when they are set before the results are known.
    """
    named = tuple(re.split(r"<=|>=", one)[0].strip() for one in question.limits)
    choices = read_choices(path, named)
    asked = _asked(choices.study, question)
    raise_first([*limit_faults(asked, catalogue.metrics()), *tolerance_faults(asked, catalogue.metrics())], QUESTION)
    found = _decided(choices, asked)
    harmed = tuple(to_try(found, choices.effects.effects))
    return Answer(choices.study, asked, choices.chosen, choices.unresolved, found, harmed)


def _decided(choices: Choices, asked: Study) -> Decision:
    return decide(
        choices.candidates,
        choices.measured,
        asked.priorities,
        asked.limits,
        asked.tolerances,
        choices.places,
        choices.effects,
    )


def _asked(study: Study, question: Question) -> Study:
    first = tuple(map(_aspect, question.priorities))
    if repeated := next((one for place, one in enumerate(first) if one in first[:place]), None):
        raise StudyError("every aspect once", f"{repeated.value!r} twice", "--priorities", "name it once")
    ranking = (*first, *(one for one in study.priorities.ranking if one not in first))
    set_by = QUESTION if first and not study.priorities.signed else study.priorities.set_by
    return study.model_copy(
        update={
            "priorities": study.priorities.model_copy(update={"ranking": ranking, "set_by": set_by}),
            "limits": _limits(study.limits, question.limits),
            "tolerances": {**study.tolerances, **dict(map(_tolerance, question.tolerances))},
        }
    )


def _aspect(word: str) -> Aspect:
    known = [aspect.value for aspect in RANKED_ASPECTS]
    if word.strip() not in known:
        raise StudyError("an aspect", repr(word.strip()), "--priorities", suggestion(word.strip(), known))
    return Aspect(word.strip())


def _limits(declared: Sequence[LimitSection], words: Sequence[str]) -> tuple[LimitSection, ...]:
    asked = [_limit(word) for word in words]
    replaced = {(one.metric, bound) for one in asked for bound, _ in declared_bounds(one)}
    return (*(left for one in declared if (left := _without(one, replaced)) is not None), *asked)


def _without(limit: LimitSection, replaced: Collection[tuple[str, Bound]]) -> LimitSection | None:
    """What is left of a declared limit; None where nothing is."""
    gone = [bound for bound, _ in declared_bounds(limit) if (limit.metric, bound) in replaced]
    left = limit.model_copy(update=dict.fromkeys(gone)) if gone else limit
    return left if declared_bounds(left) else None


def _limit(word: str) -> LimitSection:
    found = re.fullmatch(r"\s*([^<>=]+?)\s*(<=|>=)\s*(?:(control)\s*([-+])\s*)?(\S+)\s*", word)
    if found is None:
        raise StudyError(
            "a limit such as 'accuracy>=0.8'",
            repr(word),
            "--limit",
            "write metric<=value, metric>=value, metric>=control-value or metric<=control+value",
        )
    metric, sign, control, way, value = found.groups()
    if control and (sign, way) not in (("<=", "+"), (">=", "-")):
        other = f"{word.strip()!r}, which the control itself does not keep"
        step = "write metric>=control-value where higher is better, and metric<=control+value where lower is"
        raise StudyError("a limit that the control keeps", other, "--limit", step)
    side = BESIDE[sign, control or ""]
    return LimitSection(**{"metric": metric, side: _number(value, "--limit")})


def _tolerance(word: str) -> tuple[str, float]:
    metric, equals, value = word.partition("=")
    if not equals:
        raise StudyError("a tolerance such as 'accuracy=0.01'", repr(word), "--tolerance", "write metric=value")
    return metric.strip(), _number(value.strip(), "--tolerance")


def _number(word: str, where: str) -> float:
    try:
        value = float(word)
    except ValueError:
        value = float("nan")
    if value != value or value in (float("inf"), float("-inf")):
        raise StudyError("a number", repr(word), where, "write it with a decimal point, such as 0.05")
    return value
