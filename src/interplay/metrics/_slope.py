"""Slopes over classes: how much more is lost where a class has more of something."""

import numpy as np

from interplay.arrays import Array, Float
from interplay.estimates import NotMeasurable
from interplay.evidence import Evidence

FEWEST_CLASSES = 6
"""Two classes give a scatter, and no verdict."""


def why_no_slope(evidence: Evidence) -> NotMeasurable | None:
    """Why the classes are too few, or one of them too small; None where they are not."""
    rows = evidence.rows
    if rows.classes < FEWEST_CLASSES:
        return NotMeasurable(
            f"{rows.classes} classes give a scatter, no verdict: a slope over classes needs at least {FEWEST_CLASSES}"
        )
    supports = [evidence.support(rows.labels == label) for label in range(rows.classes)]
    if min(supports) < rows.minimum_support:
        few = int(np.argmin(supports))
        return NotMeasurable(f"class {few} has {supports[few]} of at least {rows.minimum_support} rows")
    return None


def standardised(values: Float[Array, " label"]) -> Float[Array, " label"] | None:
    """The distance of every value from their mean, in standard deviations; None where all are alike.

    Example:
        >>> standardised(np.array([1.0, 3.0])).tolist()
        [-1.0, 1.0]
    """
    spread = float(values.std())
    return np.asarray((values - values.mean()) / spread) if spread > 1e-9 * float(np.abs(values).max()) else None
