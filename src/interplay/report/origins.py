"""Where harms come from, as the report tells it: the shares of every harm that diagnostics explain."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from interplay.report.reading import AuditReading, Effect

Share = Mapping[str, Any]
"""One entry of the audit's shares."""


@dataclass(frozen=True, eq=False)
class TakenApart:
    """One shown harm, and the shares of it."""

    effect: Effect
    shares: tuple[Share, ...]


@dataclass(frozen=True, eq=False)
class Origins:
    """The harms on headline metrics and of primary probes, and all others."""

    leading: tuple[TakenApart, ...]
    others: tuple[TakenApart, ...]


def origins(reading: AuditReading) -> Origins:
    """The section on where harms come from."""
    by_effect: dict[int, list[Share]] = {}
    for share in reading.audit["origins"]["shares"]:
        by_effect.setdefault(share["effect"], []).append(share)
    harms = [TakenApart(reading.at([place])[0], tuple(shares)) for place, shares in by_effect.items()]
    leading = tuple(harm for harm in harms if _leads(reading, harm.effect))
    return Origins(leading, tuple(harm for harm in harms if harm not in leading))


def _leads(reading: AuditReading, effect: Effect) -> bool:
    return bool(effect["primary"] or reading.metrics[effect["metric"]]["headline"])


def said(reading: AuditReading, diagnostic: Mapping[str, Any]) -> str:
    """What a diagnostic tells: longer DP-SGD: the share of a harm of DP-SGD that is gone with it."""
    by, of = reading.interventions([diagnostic["name"]]), reading.interventions([diagnostic["of"]])
    if diagnostic["how"] == "undone":
        return f"{by}: the share of a harm of {of} that is gone with it"
    return f"{by}: the share of a harm of {of} that it does by itself"


def share_words(share: Share) -> str:
    """A share as people read it, or a dash.

    Example:
        >>> share_words({"share": 0.62})
        '62\\xa0%'
    """
    return "\N{EN DASH}" if share["share"] is None else _percent(share["share"])


def share_interval(share: Share) -> str:
    """Its interval.

    Example:
        >>> share_interval({"share": 0.6, "low": 0.2, "high": 1.1})
        '20 to 110\\xa0%'
    """
    return "" if share["low"] is None else f"{_number(share['low'])} to {_percent(share['high'])}"


def _percent(value: float) -> str:
    return f"{_number(value)}\N{NO-BREAK SPACE}%"


def _number(value: float) -> str:
    whole = round(100 * value)
    return f"\N{MINUS SIGN}{-whole:,}" if whole < 0 else f"{whole:,}"
