"""Rows of the pool in the order of an exposure that was measured, and in one by lot."""

from collections.abc import Iterator

import numpy as np

from interplay import streams
from interplay.arrays import Array, Float, Int
from interplay.design.factors import Factors
from interplay.interventions import RemovalIntervention
from interplay.study import Study
from interplay.study.faults import Fault

MEMBERS = 16
"""Of the control, set apart for ranking: with fewer the order of two rows is mostly chance."""


def ranked(values: Float[Array, " pool"], clusters: Int[Array, " pool"]) -> Float[Array, " pool"]:
    """For every row the share of the rows that have a larger value.

    Rows of a cluster have the largest value of its rows, so that all of them have one rank; rows with equal values share
    theirs.

    Example:
        >>> ranked(np.array([1.0, 3.0, 2.0, 0.0]), np.array([0, 1, 2, 1])).tolist()
        [0.75, 0.0, 0.5, 0.0]
    """
    codes = np.unique(clusters, return_inverse=True)[1].reshape(-1)
    largest = np.full(int(codes.max()) + 1, -np.inf)
    np.maximum.at(largest, codes, values)
    every = largest[codes]
    above = len(every) - np.searchsorted(np.sort(every), every, side="right")
    return np.asarray(above / len(every))


def by_lot(seed: int, clusters: Int[Array, " pool"]) -> Float[Array, " pool"]:
    """For every row the share of the rows that come before it by lot; rows of a cluster come together.

    Example:
        >>> sorted(by_lot(0, np.array([0, 1, 2, 1])).tolist())[-1] < 1
        True
    """
    codes = np.unique(clusters, return_inverse=True)[1].reshape(-1)
    lots = streams.generator(seed, "lots of removal").random(int(codes.max()) + 1)
    return ranked(lots[codes], clusters)


def removal_faults(study: Study, built: Factors) -> Iterator[Fault]:
    """Shares of rows taken out that differ: the next layer, on which all treatments are measured, is that of one share."""
    removal = built.removal
    for index, section in enumerate(study.interventions):
        other = built.training.get(section.name)
        if removal is None or not isinstance(other, RemovalIntervention):
            continue
        if section.strengths:
            step = "take strengths out; another share needs another study"
            found = f"strengths of {section.name!r}"
            yield Fault(("interventions", index, "strengths"), "one share of rows that are taken out", found, step)
        if other.share != removal.share:
            at = ("interventions", index, "parameters", *(("share",) if "share" in section.parameters else ()))
            found = f"{other.share:g}"
            yield Fault(at, f"the share of {removal.name}, {removal.share:g}", found, "write the same share for both")
