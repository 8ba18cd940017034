"""The 20 directed pairs as an audit lists them."""

from collections.abc import Iterable, Sequence
from typing import Any

from interplay.effects.matrix import PairVerdict
from interplay.effects.results import Effects
from interplay.interactions import Interaction, Probe, Unmeasured


def directed_pairs(
    verdicts: Sequence[PairVerdict], effects: Effects, interactions: Iterable[Interaction]
) -> list[dict[str, Any]]:
    """The part "interactions" of the audit: one entry for each pair, with its probes and their effects."""
    pairs = {(one.source, one.target): one for one in interactions}
    return [
        {
            "source": pair.source.value,
            "target": pair.target.value,
            "verdict": pair.verdict,
            "primary_verdict": pair.primary,
            "harms": list(pair.harms),
            "open_metrics": list(pair.open_metrics),
            "sentence": pair.sentence,
            "clear_p": pair.clear_p,
            "clear_holm_p": pair.clear_holm_p,
            "section": pairs[pair.source, pair.target].section,
            "probes": _probes(pairs[pair.source, pair.target], effects),
        }
        for pair in verdicts
    ]


def _probes(interaction: Interaction, effects: Effects) -> list[dict[str, Any]]:
    found = []
    for probe in interaction.probes:
        name = f"{interaction.name}/{probe.name}"
        places = [place for place, effect in enumerate(effects.effects) if effect.probe == name]
        found.append(
            {
                "name": probe.name,
                "claim": probe.claim,
                "mechanism": probe.mechanism if isinstance(probe, Probe) else "",
                "references": list(probe.references),
                "effects": places,
                "missing": probe.missing if isinstance(probe, Unmeasured) else _not_listed(probe, places),
            }
        )
    return found


def _not_listed(probe: Probe, places: list[int]) -> str | None:
    if places:
        return None
    needed = " or ".join(probe.interventions)
    context = "".join(f", with {name}" for name in (*probe.context, *probe.replaces))
    return f"the study does not list {needed}{context}"


def without_a_number(verdicts: Sequence[PairVerdict]) -> list[dict[str, str]]:
    """The pairs that have no verdict from numbers, each with the reason."""
    silent = ("not_yet_measurable", "not_in_this_study", "not_measurable")
    return [
        {"what": f"the interaction {pair.source.value} -> {pair.target.value}", "reason": pair.sentence}
        for pair in verdicts
        if pair.verdict in silent
    ]
