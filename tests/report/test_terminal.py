import io
import re
from typing import Any

import pytest
from rich.console import Console

from interplay.report.notebook import fragment, text
from interplay.report.terminal import summary
from tests.report.parsed import parse

Audit = dict[str, Any]


def printed(audit: Audit, width: int = 120, **options: Any) -> str:
    console = Console(file=io.StringIO(), width=width, **options)
    with console.capture() as captured:
        console.print(summary(audit, {"report": "runs/4be0/report.html"}))
    return captured.get()


def test_summary_says_the_essentials(audit: Audit) -> None:
    said = printed(audit, color_system=None)
    for words in (
        "DP-SGD harms fairness here",
        "harm +6.2",
        "better \N{MINUS SIGN}.057",
        "Privacy ->         harm      .",
        "Of the 20 interactions: 4 harm",
        "Chosen under the declared limits and priorities: adversarial training",
        "report  runs/4be0/report.html",
    ):
        assert words in said


def test_no_colour_is_honoured(audit: Audit, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "\x1b[38" in printed(audit, force_terminal=True, color_system="256")
    monkeypatch.setenv("NO_COLOR", "1")
    assert not re.search(r"\x1b\[[\d;]*38;", printed(audit, force_terminal=True, color_system="256"))


@pytest.mark.parametrize("width", [60, 80, 120, 200])
def test_lines_fit_the_terminal(audit: Audit, width: int) -> None:
    lines = printed(audit, width, color_system=None).splitlines()
    assert max(map(len, lines)) <= width
    assert any("withheld" in line for line in lines)


def test_control_characters_never_reach_the_terminal(hostile: Audit) -> None:
    said = printed(hostile, color_system=None)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", said)
    assert "[U+202E]" in said or "[U+0000]" in said
    assert len(said) < 20_000


def test_markup_in_names_is_literal(audit: Audit) -> None:
    audit["study"]["name"] = "[bold red]loud[/bold red]"
    assert "[bold red]loud[/bold red]" in printed(audit, color_system=None)


def test_plain_text_for_notebooks(audit: Audit) -> None:
    assert "\x1b" not in text(audit) and "DP-SGD harms fairness here" in text(audit)


def test_fragment_for_notebooks(audit: Audit, hostile: Audit) -> None:
    parsed = parse(fragment(audit))
    assert parsed.faults == []
    assert parsed.elements[0].text.strip().startswith("DP-SGD harms fairness here")
    images = parsed.all("img")
    assert len(images) == 1 and images[0].attributes["src"].startswith("data:image/svg+xml;base64,")
    assert "Of the 20 interactions" in images[0].attributes["alt"]
    assert "<script" not in fragment(hostile) and "\u202e" not in fragment(hostile)
    assert not parse(fragment(hostile)).all("script")
