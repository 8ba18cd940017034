"""Means within each class: what a model that always says the same cannot win."""

import numpy as np

from interplay.arrays import Array, Bool, Float, Int
from interplay.drawn import Drawn
from interplay.estimates import NotMeasurable
from interplay.evidence import Evidence

FEWEST = 50
"""Rows a member, below which a class is not judged where only rightly decided rows count."""


def class_means(
    evidence: Evidence,
    values: Float[Array, "member some"] | Drawn,
    rows: Int[Array, " some"] | None = None,
    where: Bool[Array, "member some"] | None = None,
    fewest: int = 1,
) -> list[Float[Array, "member draw"]] | NotMeasurable:
    """The mean of row values within each class, or which class has too few rows.

    `rows` are the positions the values belong to (all rows when None), `where` restricts them, and every class needs
    `fewest` of them a member on average.
    """
    labels = evidence.rows.labels if rows is None else evidence.rows.labels[rows]
    counted = evidence.rows.counted if rows is None else evidence.rows.counted[:, rows]
    means = []
    for label in range(evidence.rows.classes):
        here = (labels == label)[None] & (True if where is None else where)
        count = float(np.mean([evidence.rows.distinct(mine, rows) for mine in here & counted]))
        mean = evidence.mean(values, here, rows)
        if count < fewest and fewest > 1:
            return NotMeasurable(f"label {label} has {count:.0f} such rows a member, of at least {fewest}")
        if isinstance(mean, NotMeasurable):
            return NotMeasurable(f"no row with label {label} counts for some member")
        means.append(np.asarray(mean))
    return means
