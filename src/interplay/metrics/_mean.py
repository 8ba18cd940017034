"""The sample of a metric that is a mean over rows."""

import numpy as np

from interplay.arrays import Array, Bool, Float, Int
from interplay.estimates import NotMeasurable, Sample
from interplay.evidence import Evidence
from interplay.metrics._metric import Rate


def averaged(evidence: Evidence, rate: Rate) -> Sample | NotMeasurable:
    """The mean of a rate over the counted rows, for every member and draw."""
    values = evidence.mean(rate.values, rate.where, rate.rows)
    if isinstance(values, NotMeasurable):
        return values
    return Sample(values, evidence.support(rate.where, rate.rows))


def known(values: Float[Array, "member some"], rows: Int[Array, " some"]) -> Rate:
    """A rate that leaves out the values that are not finite numbers (a score that does not vary has no R2)."""
    finite = np.isfinite(values)
    return Rate(np.where(finite, values, 0.0), finite, rows)


def left_out(evidence: Evidence, rate: Rate, why: str) -> tuple[NotMeasurable, ...]:
    """How many of the counted values `known` left out, as a footnote; nothing when there is none."""
    counted: Bool[Array, "member some"] = evidence.rows.counted[:, slice(None) if rate.rows is None else rate.rows]
    total = int(counted.sum())
    kept = total if rate.where is None else int((counted & rate.where).sum())
    return (NotMeasurable(f"{total - kept} of {total} values left out: {why}"),) if kept < total else ()
