"""Where harms come from, as an audit lists it."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from interplay.design.factors import Factors
from interplay.effects.harm_share import HarmShare


def origins_part(built: Factors, shares: Sequence[HarmShare]) -> dict[str, Any]:
    """The part "origins" of the audit: the diagnostics that take harms apart, and the share of each harm they explain."""
    known = {name: intervention.part_of for name, intervention in built.training.items()}
    return {
        "diagnostics": [
            {"name": name, "of": part.intervention, "how": part.how}
            for name, part in known.items()
            if part is not None and part.intervention in built.training
        ],
        "shares": [{**asdict(share), "target": share.target.value} for share in shares],
    }
