"""PyTorch where a program has loaded it: its random numbers from one seed, and one thread, for as long as they are needed."""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


def is_module(given: object) -> bool:
    """Whether something is a module of PyTorch, which need not be installed for the answer.

    Example:
        >>> is_module("a text")
        False
    """
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(given, torch.nn.Module)


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """While it lasts PyTorch draws from this seed, on one thread and for nobody else; then its generators go on from where
    they were.

    A module draws its first parameters and its dropout from generators that all of a program share, and takes no
    `random_state`. Nothing happens where PyTorch is not loaded.

    Example:
        >>> with seeded(0):
        ...     pass
    """
    torch = sys.modules.get("torch")
    if torch is None:
        yield
        return
    with _DRAWING, single_thread(), torch.random.fork_rng(devices=range(torch.cuda.device_count())):
        torch.manual_seed(seed)
        yield


@contextmanager
def single_thread() -> Iterator[None]:
    """While it lasts PyTorch computes on one thread: numbers do not depend on the machine, and audits run side by side.

    The number that the program had is set again once nobody needs one thread any more. Nothing happens where PyTorch is not
    loaded.

    Example:
        >>> with single_thread():
        ...     pass
    """
    torch = sys.modules.get("torch")
    if torch is None:
        yield
        return
    _THREADS.enter(torch)
    try:
        yield
    finally:
        _THREADS.leave(torch)


class _Threads:
    """How many ask for one thread, and what the program had before the first of them."""

    def __init__(self) -> None:
        self._lock, self._asking, self._before = threading.Lock(), 0, 1

    def enter(self, torch: Any) -> None:
        with self._lock:
            if not self._asking:
                self._before = torch.get_num_threads()
            self._asking += 1
            torch.set_num_threads(1)

    def leave(self, torch: Any) -> None:
        with self._lock:
            self._asking -= 1
            if not self._asking:
                torch.set_num_threads(self._before)


_DRAWING, _THREADS = threading.RLock(), _Threads()
