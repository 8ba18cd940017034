"""The JSON Schema of a study file, for editors and for other programs.

`python -m interplay.study.schema` writes the shipped file again, or another one when its path follows.
"""

import json
import sys
from pathlib import Path
from typing import Any

from interplay.study.model import Study

DIALECT = "https://json-schema.org/draft/2020-12/schema"
FILE = Path(__file__).with_name("study.schema.json")
"""The shipped schema."""


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a study; descriptions are the texts below the fields.

    Example:
        >>> schema()["required"]
        ['name', 'data']

    Does not show: names of metrics and interventions, which the catalogue knows, nor contradictions.
    """
    return {"$schema": DIALECT, **Study.model_json_schema(mode="validation")}


def text() -> str:
    """The schema as the shipped file holds it."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    Path(*sys.argv[1:] or [str(FILE)]).write_text(text(), encoding="utf-8")
