"""The hash by which a study is known."""

import hashlib
import json
from pathlib import PurePath
from typing import Any

from interplay.study.dump import to_json
from interplay.study.model import Study

FORMAT = "interplay study 7"
"""Part of what is hashed, so that another way of hashing gives other hashes."""


def digest(study: Study, data_fingerprint: str = "", network: str = "") -> str:
    """The SHA-256 of a study, and of its data when their fingerprint is given: 64 hexadecimal digits.

    sha256(JSON of the study with sorted keys, defaults written out, and whole floats as integers)

    The order of keys in the file does not count, except for the attributes where it chooses the one mitigated for; nor
    does up to how many members are added, since that continues a run, nor the section `gate`.
    With a fingerprint, the bytes of the data count and the folder they lie in does not, so that a study moved with its
    data stays the same. `network` is the computation of a network that the study does not describe. Raises `StudyError`
    as `to_json` does.

    Example:
        >>> study = Study(name="loans", data={"source": "mortgage"})
        >>> digest(study) == digest(Study(data={"source": "mortgage"}, name="loans"))
        True
        >>> digest(study) == digest(study.model_copy(update={"seed": 1}))
        False

    Does not show: the version of the program that runs the study.
    """
    declared = to_json(study)
    del declared["most_members"]  # members are added to a run, they do not make it another one
    del declared["gate"]  # what is measured does not depend on what it is held against
    model = declared["model"]
    usual = {"factory": "", "inputs": "encoded", "path": "", "trusted": [], "classes": []}
    for key, default in usual.items():  # as before there were estimators, and trained models
        if model[key] == default:
            del model[key]
    for key in ("trained_on", "radius"):
        if declared["data"][key] is None:
            del declared["data"][key]
    if model["kind"] == "network":
        del model["kind"], model["options"]
    for one in declared["interventions"]:
        if not one["alone"]:  # as before it could be said
            del one["alone"]
    groups = declared["groups"]
    groups["mitigate"] = groups["mitigate"] or next(iter(groups["attributes"]), None)
    if data_fingerprint:
        declared["data"] |= {key: _file_name(declared["data"][key]) for key in ("source", "path")}
        if "path" in model:
            model["path"] = _file_name(model["path"])
    content = {"format": FORMAT, "study": _canonical(declared), "data": data_fingerprint}
    if network:
        content["network"] = network
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def _file_name(path: str | None) -> str | None:
    return PurePath(path).name if path else path


def _canonical(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _canonical(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_canonical(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
