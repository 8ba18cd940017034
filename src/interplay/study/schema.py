"""The JSON Schema of a study file, for editors and for other programs.

`python -m interplay.study.schema` writes the shipped file again, or another one when its path follows.
"""

import ast
import inspect
import json
import sys
from itertools import pairwise
from pathlib import Path
from textwrap import dedent
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core.core_schema import ModelSchema

from interplay.sections import Section
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
    return {"$schema": DIALECT, **Study.model_json_schema(mode="validation", schema_generator=_Described)}


def text() -> str:
    """The schema as the shipped file holds it."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


class _Described(GenerateJsonSchema):
    """Fields with the text below them as their description."""

    def model_schema(self, schema: ModelSchema) -> JsonSchemaValue:
        found = super().model_schema(schema)
        for kind in schema["cls"].__mro__:
            for name, told in _below_fields(kind).items() if issubclass(kind, Section) else ():
                found["properties"][name].setdefault("description", told)
        return found


def _below_fields(kind: type[Section]) -> dict[str, str]:
    (body,) = ast.parse(dedent(inspect.getsource(kind))).body
    assert isinstance(body, ast.ClassDef)
    return {
        field.target.id: inspect.cleandoc(below.value.value)
        for field, below in pairwise(body.body)
        if isinstance(field, ast.AnnAssign)
        and isinstance(field.target, ast.Name)
        and isinstance(below, ast.Expr)
        and isinstance(below.value, ast.Constant)
        and isinstance(below.value.value, str)
    }


if __name__ == "__main__":
    Path(*sys.argv[1:] or [str(FILE)]).write_text(text(), encoding="utf-8")
