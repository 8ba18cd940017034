"""Halves of the pool: the rows that a member trains on."""

import numpy as np

from interplay import streams
from interplay.arrays import Array, Int


def halves(seed: int, purpose: str, members: int, clusters: Int[Array, " pool"]) -> Int[Array, "member half"]:
    """For every member the positions of a random half of the pool, rows // 2 of them, in ascending order.

    `clusters` numbers the cluster of every row of the pool. A half is made of whole clusters, drawn at random; one that
    no longer fits is passed over for smaller ones. Where whole clusters cannot fill a half, since all have to have the same
    number of rows, the smallest that is left gives some of its rows.

    Example:
        >>> halves(0, "half", 2, np.array([0, 1, 0, 2, 1, 2, 3, 3])).shape
        (2, 4)
    """
    codes = np.unique(clusters, return_inverse=True)[1].reshape(-1)
    draws = (streams.generator(seed, purpose, member=member) for member in range(members))
    return np.stack([np.sort(_half(random, codes)) for random in draws])


def _half(random: np.random.Generator, clusters: Int[Array, " pool"]) -> Int[Array, " half"]:
    sizes, wanted = np.bincount(clusters), len(clusters) // 2
    if len(sizes) == len(clusters):
        return random.choice(len(clusters), wanted, replace=False)
    order = random.permutation(len(sizes))
    whole = int(np.searchsorted(np.cumsum(sizes[order]), wanted, side="right"))
    taken = np.isin(np.arange(len(sizes)), order[:whole])
    room, rest = wanted - int(sizes[taken].sum()), order[whole:]
    while len(rest := rest[sizes[rest] <= room]):
        taken[rest[0]] = True
        room, rest = room - int(sizes[rest[0]]), rest[1:]
    left = order[~taken[order]]
    torn = left[np.argmin(sizes[left])]
    return np.concatenate([np.flatnonzero(taken[clusters]), np.flatnonzero(clusters == torn)[:room]])
