"""What a gate leaves behind: its numbers, JUnit XML, a summary in Markdown and, where asked for, SARIF."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from interplay.auditing.folder import write
from interplay.auditing.written import Files, as_json
from interplay.report.gate_markdown import markdown
from interplay.report.junit import junit
from interplay.report.sarif import sarif as findings


def gate_files(content: Mapping[str, Any], sarif: bool = False) -> Files:
    """The files of a gate by name."""
    files = {"gate.json": as_json(content), "junit.xml": junit(content), "summary.md": markdown(content).encode()}
    return {**files, "findings.sarif": findings(content)} if sarif else files


def write_gate(folder: Path, files: Files) -> dict[str, str]:
    """Write them, each whole or not at all; gives where each lies."""
    for name, content in files.items():
        write(folder / name, content)
    return {name: str(folder / name) for name in files}
