"""What a stage writes: files by name, and JSON in one form."""

import json
from typing import Any

Files = dict[str, bytes]


def as_json(value: Any) -> bytes:
    """JSON with sorted keys, as bytes; a number that is not finite is refused."""
    return json.dumps(value, indent=1, sort_keys=True, allow_nan=False, ensure_ascii=False).encode()
