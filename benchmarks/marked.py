"""The part of a page that is written from measured figures: what lies between its two marks."""

from pathlib import Path

DOCS = Path(__file__).parent.parent / "docs"


def renew(page: Path, name: str, text: str) -> None:
    """Put `text` between the marks of this name, and leave the rest of the page as it is."""
    before, _, after = parts(page, name)
    page.write_text(f"{before}{_begin(name)}\n{text}\n{_end(name)}{after}", encoding="utf-8")


def parts(page: Path, name: str) -> tuple[str, str, str]:
    """What stands before, between and after the marks of this name."""
    before, _, rest = page.read_text(encoding="utf-8").partition(_begin(name))
    inside, _, after = rest.partition(_end(name))
    return before, inside.strip(), after


def _begin(name: str) -> str:
    return f"<!-- {name}: begin -->"


def _end(name: str) -> str:
    return f"<!-- {name}: end -->"
