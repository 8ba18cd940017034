import json
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest

from interplay.errors import RunError
from interplay.report.schema import audit_schema, inconsistencies
from interplay.report.validation import validate

Audit = dict[str, Any]


def test_schema_is_a_schema_and_describes_every_name() -> None:
    schema = audit_schema()
    jsonschema.Draft202012Validator.check_schema(schema)

    def undescribed(value: Any, where: str) -> list[str]:
        if isinstance(value, list):
            return [found for one in value for found in undescribed(one, where)]
        if not isinstance(value, dict):
            return []
        missing = [f"{where}.{key}" for key, one in value.get("properties", {}).items() if "description" not in one]
        return missing + [found for key, one in value.items() for found in undescribed(one, f"{where}.{key}")]

    assert undescribed(schema, "audit") == []


def test_samples_are_valid(audit: Audit, hostile: Audit, large: Audit) -> None:
    for one in (audit, hostile, large):
        validate(one)
        json.dumps(one, allow_nan=False)


def test_sample_has_every_verdict(audit: Audit) -> None:
    assert {effect["verdict"] for effect in audit["effects"]} == set(audit_schema()["$defs"]["verdict"]["enum"])


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (("aspects",), [], "aspects"),
        (("surprise",), 1, "surprise"),
        (("effects", 0, "verdict"), "fine", "effects"),
        (("interactions",), [], "interactions"),
        (("study", "digest"), "xyz", "digest"),
        (("effects", 0, "estimate"), "6", "estimate"),
        (("data", "rows"), -1, "rows"),
    ],
)
def test_broken_shapes_are_refused(audit: Audit, path: tuple[str | int, ...], value: Any, said: str) -> None:
    inner: Any = audit
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    with pytest.raises(RunError, match=said):
        validate(audit)


def test_contradictions_are_named(audit: Audit) -> None:
    assert inconsistencies(audit) == []
    audit["effects"][0]["treatment"] = "nobody"
    audit["effects"][1] |= {"estimate": float("nan")}
    audit["effects"][2] |= {"verdict": "inconclusive", "reason": ""}
    audit["effects"][3] |= {"verdict": "harm", "low": None}
    audit["effects"][4] |= {"verdict": "harm", "low": 3.0, "estimate": 1.0, "high": 4.0}
    audit["effects"][5]["metric"] = "beauty"
    audit["interactions"][0]["target"] = "robustness"
    audit["interactions"][1]["probes"][0]["effects"] = [10_000]
    audit["decision"]["rejected"].append({"treatment": "ghost", "step": "", "reason": ""})
    audit["aspects"][0]["rank"] = 6
    text = "\n".join(inconsistencies(audit))
    for said in (
        "unknown treatment 'nobody'",
        "effects[1].estimate is nan",
        "effects[2] says inconclusive without a reason",
        "effects[3] says harm without",
        "effects[4] has an estimate outside",
        "unknown metric 'beauty'",
        "fairness to privacy 0 times",
        "fairness to robustness 2 times",
        "refers to an effect that is not there",
        "unknown treatment 'ghost'",
        "ranked from 1 to 6",
    ):
        assert said in text, said
