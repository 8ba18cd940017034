"""What a stage writes: files by name, and JSON in one form."""

import json
from enum import Enum
from math import isfinite
from typing import Any

Files = dict[str, bytes]


def plain(value: Any) -> Any:
    """A value with everything in it ready for JSON: enumerations by their text, numbers that are not finite as None.

    Example:
        >>> plain({"bounds": (0.0, float("inf"))})
        {'bounds': [0.0, None]}
    """
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, Enum):
        return value.value
    return None if isinstance(value, float) and not isfinite(value) else value


def as_json(value: Any) -> bytes:
    """JSON with sorted keys, as bytes; a number that is not finite is refused."""
    return json.dumps(value, indent=1, sort_keys=True, allow_nan=False, ensure_ascii=False).encode()
