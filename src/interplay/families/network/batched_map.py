"""A function of one model, lifted to many: mapped by every thread, all threads at once.

Each thread runs the whole program on some of the models, instead of a part of one program for all: the compiler
changes a program that it divides, in the last digits, and then a model would depend on how many threads there are.
"""

import functools
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Any

import numpy as np

from interplay.arrays import Array
from interplay.engine import accelerated, block_bytes, jax, jnp, make_room, workers

PLACES = 32
"""Models that one thread takes at most in one call; places that stay empty cost nothing on processor cores."""
CALL_SECONDS = 2.0
"""About how long one call should take, so that progress can be told and an interrupt is heard."""

Progress = Callable[[int], None]
"""Told how many models are done since the last call."""


class BatchedMap:
    """`function(shared, item)` for many items, compiled once for every kind and shape of its arguments.

    What one item gives never depends on the others, on their number, their order, or the threads: calls have one
    shape, empty places are skipped, and on a processor core the items of a call come one after the other.
    """

    def __init__(self, function: Callable[[Any, Any], Any]) -> None:
        self._function = function
        self._seconds = CALL_SECONDS  # what one item took last time
        self._bytes: dict[Any, int] = {}
        self.program = jax.jit(self._block)

    def __call__(self, shared: Any, items: Sequence[Any], progress: Progress = lambda _: None) -> Any:
        """The results on a leading axis, as numpy arrays, in the order of the items.

        Items are trees of numpy arrays of one structure; they are asked for only when their turn comes.
        """
        make_room()
        places = self.places(shared, items[0])
        done: dict[int, Any] = {}
        placed = {device: jax.device_put(shared, device) for device in workers()}
        idle = deque((device, placed[device]) for device in workers())
        running: dict[Future[tuple[Any, float]], tuple[int, int, Any]] = {}
        at = 0
        with ThreadPoolExecutor(len(idle)) as pool:
            while at < len(items) or running:
                while idle and at < len(items):
                    device = idle.popleft()
                    share = -(-(len(items) - at) // (len(idle) + 1))
                    count = min(max(1, int(CALL_SECONDS / max(self._seconds, 1e-6))), places, share)
                    block = [items[number] for number in range(at, at + count)]
                    running[pool.submit(self._call, *device, block, places)] = at, count, device
                    at += count
                finished, _ = wait(running, return_when=FIRST_COMPLETED)
                for one in finished:
                    start, count, device = running.pop(one)
                    done[start], seconds = one.result()
                    idle.append(device)
                    self._seconds = seconds / count
                    progress(count)
        return jax.tree.map(lambda *parts: np.concatenate(parts), *(done[start] for start in sorted(done)))

    def places(self, shared: Any, item: Any, budget: int | None = None) -> int:
        """How many items a thread takes in one call so that all calls stay within `budget` bytes; at least one.

        Without a budget they stay within `block_bytes`, which follows the declared memory.
        """
        each = self._bytes_of(shared, item)
        allowed = (block_bytes() if budget is None else budget) // (max(each, 1) * len(workers()))
        return int(np.clip(allowed, 1, PLACES))

    def _bytes_of(self, shared: Any, item: Any) -> int:
        """What one item and its result take, worked out once for every kind and shape of arguments."""
        leaves, structure = jax.tree.flatten((shared, item))
        key = structure, tuple((np.shape(leaf), str(getattr(leaf, "dtype", type(leaf)))) for leaf in leaves)
        if key not in self._bytes:
            result = jax.eval_shape(self._function, shared, item)
            self._bytes[key] = sum(leaf.size * leaf.dtype.itemsize for leaf in jax.tree.leaves((item, result)))
        return self._bytes[key]

    def _call(self, device: jax.Device, shared: Any, block: list[Any], places: int) -> tuple[Any, float]:
        began = time.perf_counter()
        many = jax.tree.map(lambda *leaves: _filled(leaves, places), *block)
        taken = np.arange(places) < len(block)
        found = jax.device_get(self.program(shared, *jax.device_put((many, taken), device)))
        return jax.tree.map(lambda leaf: leaf[: len(block)], found), time.perf_counter() - began

    def _block(self, shared: Any, many: Any, taken: jax.Array) -> Any:
        def one(place: tuple[Any, jax.Array]) -> Any:
            item, wanted = place
            compute = functools.partial(self._function, shared, item)
            empty = jax.eval_shape(compute)
            blank = jax.tree.map(lambda leaf: jnp.zeros(leaf.shape, leaf.dtype), empty)
            return jax.lax.cond(wanted, compute, lambda: blank)

        if accelerated():
            return jax.vmap(one)((many, taken))
        return jax.lax.map(one, (many, taken))


def _filled(leaves: Sequence[Any], places: int) -> Array:
    """The leaves of some items on a leading axis, with zeros in the places without an item."""
    first = np.asarray(leaves[0])
    found = np.zeros((places, *first.shape), first.dtype)
    for place, leaf in enumerate(leaves):
        found[place] = leaf
    return found
