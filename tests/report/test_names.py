import pytest

from interplay.report.names import NAME_LENGTH, clean, name


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain Müller", "plain Müller"),
        ("a\nb\tc\u2028d", "a b c d"),
        ("\x1b[31mred", "[U+001B][31mred"),
        ("evil\u202egnp", "evil[U+202E]gnp"),
        ("\u2066isolate\u2069", "[U+2066]isolate[U+2069]"),
        ("\ud800", "[U+D800]"),
        ("\ufeffbom\u200b", "[U+FEFF]bom[U+200B]"),
        ("\u0645\u06cc\u200c\u062e", "\u0645\u06cc\u200c\u062e"),
        ("<b>&amp;", "<b>&amp;"),
    ],
)
def test_clean(text: str, shown: str) -> None:
    assert clean(text) == shown


def test_long_names_are_cut() -> None:
    assert name("x" * NAME_LENGTH) == "x" * NAME_LENGTH
    assert name("x" * 10_000) == "x" * (NAME_LENGTH - 1) + "…"
    assert len(name("\x00" * 10_000)) == NAME_LENGTH
