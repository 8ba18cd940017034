"""The looks as an audit tells them: numbers and sentences."""

from collections.abc import Mapping, Sequence
from typing import Any

from interplay.design.plan import Design
from interplay.effects.compare import FUTILE
from interplay.statistics.crossed_interval import ONE_SIDED
from interplay.statistics.group_sequential import Looks


def told_looks(design: Design, taken: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    """The part "looks" of the audit's methods; None where a single look was planned."""
    if len(design.looks) == 1:
        return None
    return {"planned": list(design.looks), "taken": [dict(one) for one in taken]}


def look_sentences(design: Design, taken: Sequence[Mapping[str, Any]]) -> list[str]:
    """The looks in words; none where a single one was planned."""
    if len(design.looks) == 1:
        return []
    planned = ", ".join(map(str, design.looks))
    level = 100 * (1 - 2 * Looks(design.looks).nominal(ONE_SIDED))
    opening = (
        f"Looks were planned at {planned} members; every bound is held to a level that all of them together keep, so an "
        f"interval has {level:.1f} % by itself. Membership attacks and treatments as applied keep the first {design.members} "
        "members, so that every treatment has as many shadow models."
    )
    return [opening, *(_look_sentence(one) for one in taken)]


def _look_sentence(one: Mapping[str, Any]) -> str:
    grew = ", ".join(one["growing"])
    then = f"more members were trained of {grew}" if grew else "no treatment got more members"
    decided = [rest["treatment"] for rest in one["resting"] if not rest["undecided"]]
    hopeless = [rest["treatment"] for rest in one["resting"] if rest["undecided"]]
    reasons = [
        *([f"nothing that matters is open about {', '.join(decided)}"] if decided else []),
        *([f"more members would hardly settle what is open about {', '.join(hopeless)}"] if hopeless else []),
    ]
    return (
        f"At {one['members']} members {one['undecided']} of {one['matter']} comparisons that matter were open; for "
        f"{one['futile']} of them the chance that the members of the last look settle them was below "
        f"{100 * FUTILE:.0f} %; {'; '.join([then, *reasons])}."
    )
