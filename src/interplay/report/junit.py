"""A gate as JUnit XML, which every pipeline can show: one test case a cell."""

import re
from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree

from interplay.report.names import clean, name

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(content: Mapping[str, Any]) -> bytes:
    """A failed cell is a failure, an open one an error, and one that is waived or not measured is skipped.

    What is open is no pass, so that a pipeline that only reads this file stops at it too.
    """
    cells, counts = content["cells"], content["counts"]
    totals = {
        "tests": str(len(cells)),
        "failures": str(counts["fail"]),
        "errors": str(counts["undecided"]),
        "skipped": str(counts["waived"] + counts["not_measured"]),
        "time": "0",
    }
    title = f"interplay gate: {_text(content['study']['name'])}"
    whole = ElementTree.Element(
        "testsuites", {"name": title, **{key: totals[key] for key in totals if key != "skipped"}}
    )
    suite = ElementTree.SubElement(whole, "testsuite", {"name": title, **totals})
    for cell in cells:
        _case(suite, cell, content["study"]["file"])
    ElementTree.indent(whole)
    return ElementTree.tostring(whole, encoding="utf-8", xml_declaration=True) + b"\n"


def _case(suite: ElementTree.Element, cell: Mapping[str, Any], file: str) -> None:
    own = {"classname": f"interplay.{cell['aspect']}", "name": name(_text(cell["name"])), "time": "0"}
    case = ElementTree.SubElement(suite, "testcase", own)
    why, status = clean(_text(cell["sentence"])), cell["status"]
    if status in ("waived", "not_measured"):
        ElementTree.SubElement(case, "skipped", {"message": why})
    elif status != "pass":
        kind = {"fail": ("failure", "harm"), "undecided": ("error", "undecided")}[status]
        place = f"{_text(file)}:{cell['line']}" if file else ""
        ElementTree.SubElement(case, kind[0], {"message": why, "type": kind[1]}).text = f"{why}\n{place}".strip()


def _text(value: str) -> str:
    """Without the characters that no XML may hold."""
    return _NOT_XML.sub("\ufffd", value)
