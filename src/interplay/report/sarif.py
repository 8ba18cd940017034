"""A gate as SARIF 2.1.0, for pages that show findings beside the code."""

import json
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

from interplay.report.names import clean, name

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_KINDS = {
    "fail": "fail",
    "undecided": "review",
    "waived": "informational",
    "not_measured": "notApplicable",
    "pass": "pass",
}


def sarif(content: Mapping[str, Any]) -> bytes:
    """Every cell as a result, with its status as kind and its line of the study file."""
    cells = content["cells"]
    rules = [
        {"id": one, "shortDescription": {"text": one}} for one in dict.fromkeys(name(cell["metric"]) for cell in cells)
    ]
    driver = {"name": "interplay", "version": version("interplay"), "rules": rules}
    results = [_result(cell, content["study"]["file"]) for cell in cells]
    whole = {"$schema": SCHEMA, "version": "2.1.0", "runs": [{"tool": {"driver": driver}, "results": results}]}
    return json.dumps(whole, indent=1, ensure_ascii=False).encode() + b"\n"


def _result(cell: Mapping[str, Any], file: str) -> dict[str, Any]:
    status = cell["status"]
    result: dict[str, Any] = {
        "ruleId": name(cell["metric"]),
        "kind": _KINDS[status],
        "level": "error"
        if status == "fail"
        else "none",  # the standard has no other level where the kind is not "fail"
        "message": {"text": f"{name(cell['name'])}: {clean(cell['sentence'])}"},
    }
    if file:
        region = {"startLine": cell["line"], "startColumn": cell["column"]}
        result["locations"] = [{"physicalLocation": {"artifactLocation": {"uri": clean(file)}, "region": region}}]
    return result
