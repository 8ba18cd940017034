"""The joint effects as an audit lists them."""

from dataclasses import asdict
from typing import Any

from interplay.design.factors import Factors, factorial
from interplay.design.fractional import alias_statements, fraction
from interplay.effects.joint import TIMES
from interplay.effects.joint_effect import JointEffects

PARTLY = ("contrasts at the baseline and in the stack are made where the fraction trains what they need",)


def fraction_lines(built: Factors) -> list[str]:
    """For the outline of a plan: which contrasts a fraction mixes; nothing where every combination is trained."""
    told = alias_statements(built.crossed)
    return [f"{'           - ' if place else 'Fraction   '}{line}" for place, line in enumerate(told)]


def joint_part(built: Factors, found: JointEffects) -> dict[str, Any]:
    """The part "joint" of the audit: how the treatments were laid out, and every joint contrast."""
    names = built.crossed
    part = fraction(names)
    return {
        "design": {
            "kind": "full" if part is None else "fraction",
            "factors": list(names),
            "treatments": len(factorial(built)),
            "resolution": None if part is None else part.resolution,
            "statements": [*alias_statements(names), *(() if part is None else PARTLY)],
        },
        "times_tolerance": TIMES,
        "tested": found.family,
        "flagged": sum(effect.flagged for effect in found.effects),
        "effects": [
            {
                **asdict(effect),
                "target": effect.target.value,
                "factors": list(effect.factors),
                "aliases": [list(one) for one in effect.aliases],
                "unsettled": list(effect.unsettled),
            }
            for effect in found.effects
        ],
    }
