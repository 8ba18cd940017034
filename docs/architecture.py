"""Draw the house from its imports: docs/architecture.svg, and the table of rooms in docs/architecture.md.

    python docs/architecture.py

The order of the rooms is that of the contract "data flows one way" in pyproject.toml, which `lint-imports` checks. An arrow
says that some file of the upper room imports a file of the lower one.
"""

import ast
import tomllib
from html import escape
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HOUSE = ROOT / "src" / "interplay"
PICTURE, PAGE = ROOT / "docs" / "architecture.svg", ROOT / "docs" / "architecture.md"
BEGIN, END = "<!-- rooms: begin -->", "<!-- rooms: end -->"
WIDTH, HIGH, GAP, SIDE = 150, 40, 46, 20
ACROSS = 7
"""Rooms side by side at most."""
ASIDE = (-260, 60, 300, -80)
"""How far a room that is alone in its layer stands from the middle."""


def layers() -> list[list[str]]:
    """The rooms of every layer, the highest first."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    return [[room.strip() for room in layer.split("|")] for layer in contracts[0]["layers"]]


def files(room: str) -> list[Path]:
    """The files of a room, which may be one."""
    folder = HOUSE / room
    return sorted(folder.rglob("*.py")) if folder.is_dir() else [HOUSE / f"{room}.py"]


def imports(room: str) -> set[str]:
    """The other rooms that files of a room import."""
    found = set()
    for file in files(room):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [each.name for each in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module == "interplay":
                names += [f"interplay.{each.name}" for each in node.names]
            found |= {name.split(".")[1] for name in names if name.startswith("interplay.")}
    return found - {room}


def purpose(room: str) -> str:
    """The first sentence of what a room says of itself."""
    file = HOUSE / room / "__init__.py" if (HOUSE / room).is_dir() else HOUSE / f"{room}.py"
    words = (ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or "").split("\n\n")[0]
    return " ".join(words.split())


def table() -> str:
    """One line for every room, from the top down."""
    lines = ["| room | files | what it is |", "|---|---|---|"]
    for layer in layers():
        lines += [f"| `{room}` | {len(files(room))} | {purpose(room)} |" for room in layer]
    return "\n".join(lines)


def places() -> dict[str, tuple[float, float]]:
    """Where every room is drawn."""
    found, low = {}, SIDE
    for number, layer in enumerate(layers()):
        start = SIDE + (ACROSS - len(layer)) * (WIDTH + SIDE) / 2
        if len(layer) == 1:  # so that arrows past a room are seen
            start += ASIDE[number % len(ASIDE)]
        for at, room in enumerate(layer):
            found[room] = (start + at * (WIDTH + SIDE), low)
        low += HIGH + GAP
    return found


def picture() -> str:
    """The rooms as boxes, layer under layer, with an arrow for every import between rooms."""
    at = places()
    width, height = SIDE + ACROSS * (WIDTH + SIDE), max(low for _, low in at.values()) + HIGH + SIDE
    arrows = [_arrow(at[room], at[other]) for room in at for other in sorted(imports(room) & at.keys())]
    boxes = [_box(room, *place) for room, place in at.items()]
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
        'font-family="sans-serif" font-size="14"><title>The rooms of interplay and what they import</title>'
    )
    ground = f'<rect width="{width}" height="{height}" fill="#ffffff"/>'
    return "\n".join([head, ground, *arrows, *boxes, "</svg>"]) + "\n"


def _arrow(start: tuple[float, float], end: tuple[float, float]) -> str:
    x, y, to_x, to_y = start[0] + WIDTH / 2, start[1] + HIGH, end[0] + WIDTH / 2, end[1]
    bend = (to_y - y) / 2
    path = f"M{x:.0f},{y:.0f} C{x:.0f},{y + bend:.0f} {to_x:.0f},{to_y - bend:.0f} {to_x:.0f},{to_y:.0f}"
    return f'<path d="{path}" fill="none" stroke="#0072b2" stroke-opacity="0.25"/>'


def _box(room: str, x: float, y: float) -> str:
    count = len(files(room))
    size = f"{count} files" if count > 1 else "1 file"
    return (
        f'<g><title>{escape(purpose(room))}</title><rect x="{x:.0f}" y="{y:.0f}" width="{WIDTH}" height="{HIGH}" rx="4" '
        f'fill="#f5f5f5" stroke="#444444"/><text x="{x + WIDTH / 2:.0f}" y="{y + 17:.0f}" text-anchor="middle" '
        f'fill="#111111">{room}</text><text x="{x + WIDTH / 2:.0f}" y="{y + 33:.0f}" text-anchor="middle" '
        f'fill="#555555" font-size="11">{size}</text></g>'
    )


def page(text: str) -> str:
    """The page with the table of rooms made anew."""
    before, after = text.partition(BEGIN)[0], text.partition(END)[2]
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


if __name__ == "__main__":
    PICTURE.write_text(picture(), encoding="utf-8")
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
