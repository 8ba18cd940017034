"""The audit in a notebook: an HTML fragment without a script, and the same as plain text."""

import io

from rich.console import Console

from interplay.report import sentences
from interplay.report.environment import environment
from interplay.report.picture import picture
from interplay.report.reading import Audit
from interplay.report.terminal import summary

_WIDTH = 110


def fragment(audit: Audit) -> str:
    """What `_repr_html_` returns: the verdict, the decision and the 20 interactions as a list and a picture.

    The picture is embedded as an image, so that its style stays its own.
    """
    parts = {
        "verdict": sentences.verdict_sentence(audit),
        "decision": sentences.decision_sentence(audit),
        "counts": sentences.counts_sentence(audit),
        "harms": sentences.harm_sentences(audit),
        "picture": picture(audit),
    }
    return environment().get_template("fragment.html").render(parts)


def text(audit: Audit) -> str:
    """What `_repr_mimebundle_` gives as plain text: the summary of the terminal without colour."""
    console = Console(file=io.StringIO(), width=_WIDTH, no_color=True, color_system=None, force_terminal=False)
    with console.capture() as captured:
        console.print(summary(audit))
    return captured.get()
