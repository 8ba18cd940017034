"""The result of a confirmation in a run folder: a stage of its own, which no later stage of a run takes away."""

import json
from typing import Any

from interplay.auditing.folder import RunFolder

STAGE, FILE = "confirm", "confirmation.json"


def stored(folder: RunFolder) -> dict[str, Any] | None:
    """The part "confirmation" of the audit, whole and as it was written; None when there is none."""
    if not folder.finished(STAGE):
        return None
    found: dict[str, Any] = json.loads(folder.read(FILE))
    return found
