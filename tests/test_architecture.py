"""The picture of the house is that of its imports."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

PATH = Path(__file__).parents[1] / "docs" / "architecture.py"


@pytest.fixture(scope="module")
def drawing() -> ModuleType:
    spec = importlib.util.spec_from_file_location("architecture", PATH)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_picture_and_the_table_are_those_of_the_imports(drawing: ModuleType) -> None:
    assert drawing.PICTURE.read_text(encoding="utf-8") == drawing.picture(), f"run python {PATH}"
    text = drawing.PAGE.read_text(encoding="utf-8")
    assert text == drawing.page(text), f"run python {PATH}"


def test_arrows_point_down_and_every_room_says_what_it_is(drawing: ModuleType) -> None:
    height = {room: at for at, layer in enumerate(drawing.layers()) for room in layer}
    for room, at in height.items():
        assert drawing.purpose(room), f"{room} says nothing of itself"
        assert all(height[other] > at for other in drawing.imports(room) & height.keys()), room


def test_adrs_are_numbered_without_a_gap_and_listed() -> None:
    folder = PATH.parent / "adr"
    files = sorted(folder.glob("[0-9]*.md"))
    assert [int(file.name[:4]) for file in files] == list(range(1, len(files) + 1))
    index = (folder / "README.md").read_text(encoding="utf-8")
    assert all(f"({file.name})" in index for file in files)
