"""Packages that only some networks need."""

from importlib import import_module
from typing import Any

from interplay.errors import InterplayError


def needed(package: str, extra: str) -> Any:
    """The module `package`, which the extra `extra` installs.

    Raises InterplayError with the command that installs it where it is absent.

    Example:
        >>> needed("json", "json").dumps([1])
        '[1]'
    """
    try:
        return import_module(package)
    except ImportError as problem:
        remedy = f"pip install 'interplay[{extra}]', or give the network as a Function"
        raise InterplayError(f"the package {extra}", f"it cannot be imported: {problem}", package, remedy) from problem
