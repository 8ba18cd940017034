import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from interplay.study import Study
from interplay.study.dump import to_json
from interplay.study.schema import FILE, schema, text

LEAST: dict[str, Any] = {"name": "loans", "data": {"source": "mortgage"}}


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft202012Validator:
    jsonschema.Draft202012Validator.check_schema(schema())
    return jsonschema.Draft202012Validator(schema())


def test_the_shipped_schema_is_the_generated_one() -> None:
    assert FILE.read_text(encoding="utf-8") == text(), "run: python -m interplay.study.schema"
    assert json.loads(text())["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_studies_are_valid(validator: jsonschema.Draft202012Validator, full: Study) -> None:
    validator.validate(LEAST)
    validator.validate(to_json(full))


@pytest.mark.parametrize(
    "change",
    [
        {"nam": "x"},
        {"members": 1},
        {"members": "16"},
        {"model": {"stepz": 1}},
        {"model": {"batch_size": 0}},
        {"model": {"hidden": [0]}},
        {"limits": [{"at_least": 1}]},
        {"priorities": {"ranking": ["beauty"]}},
        {"groups": {"attributes": {"race": {"colum": "x"}}}},
        {"soft_goals": [{"aspect": "fairness", "text": "x", "responsible": "y"}]},
    ],
)
def test_what_is_no_study_is_invalid(change: dict[str, Any], validator: jsonschema.Draft202012Validator) -> None:
    assert not validator.is_valid({**LEAST, **change})


def _undescribed(section: dict[str, Any], name: str) -> Iterator[str]:
    for key, field in section["properties"].items():
        if "description" not in field and "$ref" not in field:
            yield f"{name}.{key}"


def test_fields_are_described_by_the_texts_below_them() -> None:
    found = schema()
    assert found["properties"]["seed"]["description"] == "Every random number of the study follows from it."
    own = ("ModelSection", "InterventionSection", "PrioritiesSection", "LimitSection", "SoftGoalSection")
    sections = {name: found["$defs"][name] for name in own}
    missing = [key for name, section in sections.items() for key in _undescribed(section, name)]
    assert missing == []


def test_the_module_writes_the_file(tmp_path: Path) -> None:
    path = tmp_path / "study.schema.json"
    subprocess.run([sys.executable, "-W", "error", "-m", "interplay.study.schema", path], check=True)
    assert path.read_bytes() == FILE.read_bytes()
