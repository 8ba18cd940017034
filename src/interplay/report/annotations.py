"""A gate as annotations of GitHub: a line of the study file for every cell that failed, is open or is waived."""

from collections.abc import Iterator, Mapping
from typing import Any

from interplay.report.names import clean, name

_LEVELS = {"fail": "error", "undecided": "warning", "waived": "notice"}


def annotations(content: Mapping[str, Any], root: str = "") -> Iterator[str]:
    """Workflow commands, one a line; `root` is the folder from which paths of files are written.

    Reference: the workflow commands of GitHub Actions; line breaks, per cents, colons and commas of outside text are encoded.
    """
    file = content["study"]["file"]
    shown = file[len(root) :].lstrip("/\\") if root and file.startswith(root) else file
    for cell in content["cells"]:
        if level := _LEVELS.get(cell["status"]):
            own = {"file": shown, "line": cell["line"], "col": cell["column"], "title": name(cell["name"])}
            told = ",".join(f"{key}={_property(str(value))}" for key, value in own.items() if value != "")
            yield f"::{level} {told}::{_data(clean(cell['sentence']))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
