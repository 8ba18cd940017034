"""What makes the models of a study: a function or class of the user's, and what it is called with."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from interplay.discovery import function, source
from interplay.errors import StudyError


@dataclass(frozen=True)
class Factory:
    """A function or class "module:name" and what it is called with."""

    make: Callable[..., Any]
    called: str
    options: Mapping[str, Any]
    sizes: Mapping[str, int]

    def __call__(self) -> Any:
        """A new model. Raises StudyError where it does not take what it is called with."""
        try:
            return self.make(**self.sizes, **self.options)
        except TypeError as error:
            raise StudyError(
                f"options that {self.called!r} takes", str(error), "the study, [model], options", "correct them"
            ) from error

    @property
    def identity(self) -> str:
        """What tells it from another one: its name, its options and its source."""
        return f"{self.called} {sorted(self.options.items())} {source(self.make)}"


def factory(called: str, options: Mapping[str, Any], beside: Path | None, sizes: Mapping[str, int]) -> Factory:
    """The function or class "module:name", to be called with the options of the study.

    Of `sizes` (how many columns and classes there are) it is also given those that it has a parameter for without a default.
    The module is looked for beside the study, then on Python's path. Importing it runs its code, as running a program does.

    Raises StudyError where there is none.

    Example:
        >>> factory("math:sqrt", {}, None, {"columns": 3}).sizes
        {}
        >>> factory("textwrap:indent", {"prefix": "> "}, None, {"text": 1, "columns": 3, "prefix": 2}).sizes
        {'text': 1}
    """
    make = function(called, beside, "the study, [model], factory")
    wanted = {name: sizes[name] for name in _required(make) if name in sizes and name not in options}
    return Factory(make, called, options, wanted)


def _required(make: Callable[..., Any]) -> list[str]:
    """The parameters without a default that can be given by name."""
    try:
        parameters = inspect.signature(make).parameters.values()
    except (TypeError, ValueError):
        return []
    named = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    return [each.name for each in parameters if each.kind in named and each.default is inspect.Parameter.empty]
