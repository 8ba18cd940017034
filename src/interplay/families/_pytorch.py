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
    with _undisturbed():
        torch = sys.modules.get("torch")
        if torch is not None:
            torch.manual_seed(seed)
        yield


@contextmanager
def asked(model: object) -> Iterator[None]:
    """While a classifier is asked: on one thread, and one that is PyTorch's draws nothing from the program's generators.

    Loaders of batches, which skorch has, draw a number whenever they begin.
    """
    steps = getattr(model, "steps", None)
    last = type(steps[-1][1] if steps else model)
    through = any(kind.__module__.partition(".")[0] in ("skorch", "torch") for kind in last.__mro__)
    with _undisturbed() if through else single_thread():
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


@contextmanager
def _undisturbed() -> Iterator[None]:
    """While it lasts nobody else draws from PyTorch's generators, which go on afterwards from where they were."""
    torch = sys.modules.get("torch")
    if torch is None:
        yield
        return
    with _DRAWING, single_thread(), torch.random.fork_rng(devices=range(torch.cuda.device_count())):
        yield


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
