"""A gate as Markdown, for the summary of a pipeline."""

import re
from collections.abc import Mapping
from typing import Any

from interplay.report.gate_text import WORDS, beginning, ending, outcome_sentence
from interplay.report.names import clean, name

_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+!|<>~&:@-])")


def markdown(content: Mapping[str, Any]) -> str:
    """The outcome, a table of the cells, and what else is to be known.

    Text of outside is shown as it is: whatever Markdown or HTML would take for more than text is escaped.
    """
    rows = [
        f"| {WORDS[cell['status']]} | {cell['aspect']} | {escaped(name(cell['name']))} | {escaped(clean(cell['sentence']))} |"
        for cell in content["cells"]
    ]
    title = escaped(name(content["study"]["name"])) if content.get("study") else "two models"
    lines = [
        f"## Gate: {title}",
        "",
        f"**{outcome_sentence(content)}**",
        "",
        *(f"{escaped(line)}  " for line in beginning(content)),
        "",
        "| Status | Aspect | Cell | Why |",
        "|---|---|---|---|",
        *rows,
        "",
        *(f"- {escaped(line)}" for line in ending(content)),
    ]
    return "\n".join(lines) + "\n"


def escaped(text: str) -> str:
    r"""The text with every character escaped that means something in Markdown or HTML.

    Example:
        >>> print(escaped("<b>*x*|y"))
        \<b\>\*x\*\|y
    """
    return _SPECIAL.sub(r"\\\1", text)
