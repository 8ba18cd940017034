"""Linear algebra on one thread: an audit computes models side by side, and a second thread inside of each only costs time."""

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from threadpoolctl import threadpool_limits

Given = ParamSpec("Given")
Result = TypeVar("Result")


def one_thread(verb: Callable[Given, Result]) -> Callable[Given, Result]:
    """The same function, during which the libraries of linear algebra that are loaded use one thread each.

    What the program's owner had set holds again afterwards.

    Example:
        >>> from threadpoolctl import threadpool_info
        >>> @one_thread
        ... def most() -> int:
        ...     return max((each["num_threads"] for each in threadpool_info() if each["user_api"] == "blas"), default=1)
        >>> most()
        1
    """

    @functools.wraps(verb)
    def limited(*given: Given.args, **named: Given.kwargs) -> Result:
        with threadpool_limits(1, user_api="blas"):
            return verb(*given, **named)

    return limited
