"""`python -m benchmarks.same_audit BEFORE AFTER`: whether two audits hold the same numbers, verdicts and choice.

Reads two `audit.json`. Every number, truth value, verdict and name has to be equal; sentences may be worded otherwise, and
digests, versions, times and the machine may differ. Prints what differs, and ends with 1 where something other than words does.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FREE = {
    "digest",
    "version",
    "seconds",
    "environment",
    "machine",
    "fingerprint",
    "settled",
    "path",
    "timings",
    "registered",
}
"""Keys whose values may differ."""
SPACES = 3
"""A text with so many spaces is a sentence."""


def main(arguments: list[str]) -> int:
    """Compare two files."""
    before, after = (json.loads(Path(path).read_text(encoding="utf-8")) for path in arguments)
    differences = list(compared(before, after, "audit"))
    words = [line for sentence, line in differences if sentence]
    others = [line for sentence, line in differences if not sentence]
    for line in others[:50]:
        print(line)
    print(f"{len(others)} differences beside words, {len(words)} sentences worded otherwise")
    for line in words[:10]:
        print(f"  {line}")
    return int(bool(others))


def compared(before: Any, after: Any, where: str) -> Iterator[tuple[bool, str]]:
    """What differs: whether it is a sentence, and where with both values."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in [*before, *(key for key in after if key not in before)]:
            if key not in FREE and not any(key.endswith(f"_{free}") for free in FREE):
                yield from compared(before.get(key), after.get(key), f"{where}.{key}")
    elif isinstance(before, list) and isinstance(after, list):
        if len(before) != len(after):
            yield False, f"{where}: {len(before)} entries, now {len(after)}"
        for place, (old, new) in enumerate(zip(before, after, strict=False)):
            yield from compared(old, new, f"{where}[{place}]")
    elif before != after:
        sentence = isinstance(before, str) and isinstance(after, str) and before.count(" ") >= SPACES
        yield sentence, f"{where}: {str(before)[:90]!r}, now {str(after)[:90]!r}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
