"""Contrasts by their names, as tests write them."""

from interplay.arrays import Array
from interplay.estimates import Contrast, Kind


def contrast(name: str, values: Array, support: int, kind: Kind = "gap") -> Contrast:
    """The contrast called "tpr: b against a", "b against a" or "accuracy of b"."""
    if kind != "gap":
        rate, _, group = name.partition(" of ")
        return Contrast(group, values, support, rate=rate, kind=kind)
    rate, _, pair = name.rpartition(": ")
    group, _, reference = pair.partition(" against ")
    return Contrast(group, values, support, reference, rate)
