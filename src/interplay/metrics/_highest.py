"""A number of every group, and the one of the group where it is highest."""

from collections.abc import Callable

import numpy as np

from interplay.arrays import Array, Bool
from interplay.estimates import Contrast, NotMeasurable, Sample
from interplay.evidence import Evidence
from interplay.metrics._metric import too_small

OfGroup = Callable[[Bool[Array, " row"]], Sample | NotMeasurable]
"""Gives a number over some rows."""


def highest(evidence: Evidence, grouping: str, number: OfGroup, called: str) -> Sample | NotMeasurable:
    """The number of the group where it is highest at unit weights, with those of all groups as contrasts.

    Groups with less support than the minimum are left out; with fewer than two others there is nothing to compare.
    """
    if grouping not in evidence.rows.groupings:
        return NotMeasurable(f"the data have no grouping {grouping!r}")
    groups, least = evidence.rows.groupings[grouping], evidence.rows.minimum_support
    known: dict[str, Sample] = {}
    excluded = []
    for code, name in enumerate(groups.names):
        sample = number(np.asarray(groups.codes == code))
        if isinstance(sample, Sample) and sample.support >= least:
            known[name] = sample
        else:
            count = 0 if isinstance(sample, NotMeasurable) else sample.support
            excluded.append(too_small(evidence, grouping, code, count))
    if len(known) < 2:
        reasons = "; ".join(one.reason for one in excluded)
        return NotMeasurable(f"fewer than two groups can be compared: {reasons}")
    worst = max(known.values(), key=lambda one: round(one.mean, 12))  # of groups alike the first, whatever the order
    contrasts = (Contrast(name, one.values, one.support, rate=called, kind="highest") for name, one in known.items())
    return Sample(worst.values, worst.support, tuple(contrasts), tuple(excluded))
