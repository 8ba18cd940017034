"""Packages that only some uses need."""

from importlib import import_module
from typing import Any

from interplay.errors import InterplayError

FUNCTION = "give the network as a Function"
"""What does without a library of networks."""


def needed(package: str, extra: str, otherwise: str = "") -> Any:
    """The module `package`, which the extra `extra` installs; `otherwise` says what can be done without it.

    Raises InterplayError with the command that installs it where it is absent.

    Example:
        >>> needed("json", "json").dumps([1])
        '[1]'
    """
    try:
        return import_module(package)
    except ImportError as problem:
        remedy = f"pip install 'interplay[{extra}]'" + (f", or {otherwise}" if otherwise else "")
        raise InterplayError(f"the package {extra}", f"it cannot be imported: {problem}", package, remedy) from problem
