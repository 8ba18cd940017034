"""Discovery finds new files without an edit and refuses files that define no thing, or two."""

import importlib
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import EntryPoint
from pathlib import Path
from types import ModuleType

import pytest

from interplay import discovery
from interplay.errors import DiscoveryError
from interplay.interactions import Interaction
from interplay.metrics import Metric

Room = Callable[[dict[str, str]], ModuleType]

METRIC = '''
from dataclasses import dataclass
from interplay.estimates import NotMeasurable
from interplay.metrics import Metric

@dataclass(frozen=True)
class {name}(Metric):
    """A metric that finds nothing."""

    def measure(self, evidence):
        return NotMeasurable("nothing to see")
'''


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Room]:
    """Makes a package of these files."""
    monkeypatch.syspath_prepend(tmp_path)

    def make(files: dict[str, str]) -> ModuleType:
        folder = tmp_path / "a_room"
        folder.mkdir(exist_ok=True)
        for name, text in {"__init__.py": "", **files}.items():
            (folder / name).write_text(text)
        importlib.invalidate_caches()
        return importlib.import_module("a_room")

    yield make
    for name in [name for name in sys.modules if name.partition(".")[0] == "a_room"]:
        del sys.modules[name]


def test_a_new_file_is_found_with_no_edit(room: Room) -> None:
    package = room({"first.py": METRIC.format(name="First")})
    assert list(discovery.classes(package, Metric)) == ["first"]  # type: ignore[type-abstract]
    room({"second.py": METRIC.format(name="Second")})
    found = discovery.classes(package, Metric)  # type: ignore[type-abstract]
    assert {stem: kind.__name__ for stem, kind in found.items()} == {"first": "First", "second": "Second"}


def test_underscore_files_imported_names_and_abstract_bases_do_not_count(room: Room) -> None:
    base = "import abc\nfrom interplay.metrics import Metric\nclass Base(Metric, abc.ABC):\n    pass\n"
    mixed = "from a_room._base import Base\n" + METRIC.format(name="First") + "\nclass Between(Metric):\n    pass\n"
    package = room({"_base.py": base, "first.py": mixed})
    assert [kind.__name__ for kind in discovery.classes(package, Metric).values()] == ["First"]  # type: ignore[type-abstract]


@pytest.mark.parametrize(
    ("text", "found"),
    [("", "none"), (METRIC.format(name="One") + METRIC.format(name="Two"), "One, Two")],
    ids=["no class", "two classes"],
)
def test_a_file_without_exactly_one_class_is_refused_with_its_path(room: Room, text: str, found: str) -> None:
    package = room({"wrong.py": text})
    with pytest.raises(DiscoveryError, match=r"wrong\.py") as error:
        discovery.classes(package, Metric)  # type: ignore[type-abstract]
    assert error.value.expected == "one public Metric"
    assert error.value.found == found


@pytest.mark.parametrize(("text", "found"), [("", "NoneType"), ("INTERACTION = 'a pair'", "str")])
def test_a_file_without_the_constant_is_refused_with_its_path(room: Room, text: str, found: str) -> None:
    package = room({"a_to_b.py": text})
    with pytest.raises(DiscoveryError, match=r"a_to_b\.py") as error:
        discovery.constants(package, "INTERACTION", Interaction)
    assert error.value.found == found


def test_an_import_error_is_not_swallowed(room: Room) -> None:
    package = room({"broken.py": "import a_package_that_does_not_exist"})
    with pytest.raises(ModuleNotFoundError, match="a_package_that_does_not_exist"):
        discovery.classes(package, Metric)  # type: ignore[type-abstract]


def _entry_points(monkeypatch: pytest.MonkeyPatch, *points: EntryPoint) -> None:
    monkeypatch.setattr(discovery, "entry_points", lambda group: [one for one in points if one.group == group])


def test_contributions_of_other_packages_are_called_by_package_and_name(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    room({"first.py": METRIC.format(name="First")})
    point = EntryPoint("first", "a_room.first:First", "interplay.metrics")
    _entry_points(monkeypatch, point, EntryPoint("other", "a_room.first:First", "another.group"))
    found = discovery.contributed("interplay.metrics", type)
    assert list(found) == ["a_room/first"]
    assert discovery.name_of(found["a_room/first"]) == "a_room/first"


def test_a_contribution_of_another_type_is_refused(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    room({"first.py": "NUMBER = 3"})
    _entry_points(monkeypatch, EntryPoint("first", "a_room.first:NUMBER", "interplay.interactions"))
    with pytest.raises(DiscoveryError, match="entry point a_room/first"):
        discovery.contributed("interplay.interactions", Interaction)


def test_two_contributions_with_one_name_are_refused(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    room({"first.py": METRIC.format(name="First")})
    point = EntryPoint("first", "a_room.first:First", "interplay.metrics")
    _entry_points(monkeypatch, point, point)
    with pytest.raises(DiscoveryError, match="found two"):
        discovery.contributed("interplay.metrics", type)
