"""Work on several things at the same time, with the results in order."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from interplay.engine import CORES

Item = TypeVar("Item")
Result = TypeVar("Result")

MOST = 4
"""Threads at most: each holds what is known of one treatment, and more of them wait for the interpreter."""


def at_once(work: Callable[[Item], Result], items: Iterable[Item], threads: int | None = None) -> Iterator[Result]:
    """The results of all items, in their order; a thread for every core, up to four.

    Where one fails, or whoever takes the results stops, what has not begun is left out.

    Example:
        >>> list(at_once(lambda number: number**2, [3, 1, 2]))
        [9, 1, 4]
    """
    pool = ThreadPoolExecutor(threads or min(CORES, MOST))
    try:
        for future in [pool.submit(work, item) for item in items]:
            yield future.result()
    finally:
        pool.shutdown(cancel_futures=True)
