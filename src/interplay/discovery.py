"""Finding what a room of the house holds: one public thing per file, and no list to keep."""

import importlib
import pkgutil
from types import ModuleType
from typing import TypeVar

from interplay.errors import DiscoveryError

Kind = TypeVar("Kind")


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
