"""Finding what a room of the house holds: one public thing per file, and no list to keep."""

import importlib
import inspect
import pkgutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

from interplay.errors import DiscoveryError, StudyError

Kind = TypeVar("Kind")


def name_of(kind: type) -> str:
    """The catalogue name of a class: its file's stem, after "package/" when another package defines it.

    Example:
        >>> name_of(type("Local", (), {"__module__": "interplay.metrics.accuracy"}))
        'accuracy'
        >>> name_of(type("Foreign", (), {"__module__": "acme.trust.coverage_debt"}))
        'acme/coverage_debt'
    """
    package, stem = kind.__module__.partition(".")[0], kind.__module__.rpartition(".")[2]
    return stem if package in ("interplay", stem) else f"{package}/{stem}"


def _modules(package: ModuleType) -> list[ModuleType]:
    names = sorted(info.name for info in pkgutil.iter_modules(package.__path__) if not info.name.startswith("_"))
    return [importlib.import_module(f"{package.__name__}.{name}") for name in names]


def classes(package: ModuleType, base: type[Kind]) -> dict[str, type[Kind]]:
    """The single concrete subclass of `base` defined in each non-underscore module, by the module's stem.

    Raises `DiscoveryError` naming the file that defines none or several. An import error is never swallowed.
    """
    found: dict[str, type[Kind]] = {}
    for module in _modules(package):
        mine = [
            item
            for item in vars(module).values()
            if isinstance(item, type)
            and issubclass(item, base)
            and item.__module__ == module.__name__
            and not item.__name__.startswith("_")
            and not getattr(item, "__abstractmethods__", None)
        ]
        if len(mine) != 1:
            names = ", ".join(item.__name__ for item in mine) or "none"
            raise DiscoveryError(
                f"one public {base.__name__}", names, str(module.__file__), "define one public class in this file"
            )
        found[module.__name__.rpartition(".")[2]] = mine[0]
    return found


def constants(package: ModuleType, name: str, kind: type[Kind]) -> dict[str, Kind]:
    """The constant `name` of each non-underscore module, by the module's stem.

    Raises `DiscoveryError` naming the file that lacks it.
    """
    found: dict[str, Kind] = {}
    for module in _modules(package):
        value = getattr(module, name, None)
        if not isinstance(value, kind):
            raise DiscoveryError(
                f"a constant {name} of type {kind.__name__}",
                type(value).__name__,
                str(module.__file__),
                f"define {name} in this file",
            )
        found[module.__name__.rpartition(".")[2]] = value
    return found


def contributed(group: str, kind: type[Kind]) -> dict[str, Kind]:
    """What other installed packages add under an entry point group, by "package/name".

    Raises `DiscoveryError` when an entry point leads to something else than a `kind`, or two have the same name.
    """
    found: dict[str, Kind] = {}
    for point in entry_points(group=group):
        name = f"{point.module.partition('.')[0]}/{point.name}"
        value = point.load()
        if not isinstance(value, kind):
            raise DiscoveryError(
                f"something of type {kind.__name__}", repr(value), f"entry point {name}", "correct its value"
            )
        if name in found:
            raise DiscoveryError("one thing by this name", "two", f"entry point {name}", "rename one of them")
        found[name] = value
    return dict(sorted(found.items()))


def function(named: str, beside: Path | None, where: str) -> Any:
    """A function or class "module:name" of a user, whose module is looked for beside the study, then on Python's path.

    Importing it runs its code, as running a program does. `where` names the place in a study for messages. Raises StudyError
    where there is none.

    Example:
        >>> function("math:sqrt", None, "the study")(9.0)
        3.0
    """
    step = 'write "module:function", such as "sklearn.ensemble:RandomForestClassifier"'
    module, _, name = named.partition(":")
    if not module or not name:
        raise StudyError("a function or class as module:name", repr(named), where, step)
    try:
        with _found_beside(beside):
            return getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise StudyError("a function or class that can be imported", f"{named!r}: {error}", where, step) from error


def source(made: Any) -> str:
    """What a function says, so that an edit of it is another study; its own library's version where it cannot be read."""
    module = inspect.getmodule(made)
    package = (getattr(module, "__name__", "") or "").partition(".")[0]
    version = getattr(sys.modules.get(package), "__version__", "")
    if version:
        return f"{package} {version}"
    try:
        return inspect.getsource(module or made)
    except (OSError, TypeError):
        return ""


@contextmanager
def _found_beside(folder: Path | None) -> Iterator[None]:
    if folder is None:
        yield
        return
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        sys.path.remove(str(folder))
