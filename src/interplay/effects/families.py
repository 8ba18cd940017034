"""Families: which comparisons share a correction for multiplicity, and what the correction makes of each test.

The correction is made once for a whole audit, over the cells declared before anything ran. Re-tuned primary probes are
the confirmatory family; all other comparisons, those as applied among them, are the secondary one. Comparisons on a
metric with a hard limit are also corrected together, by Holm, because one false harm there changes what is admissible.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from interplay.design.comparison import Comparison
from interplay.effects.reading import Reading
from interplay.measurement.measurements import Tuning
from interplay.statistics.group_sequential import Looks
from interplay.statistics.multiplicity import benjamini_hochberg, holm

Family = Literal["confirmatory", "secondary"]

LEVELS: Mapping[Family, float] = {"confirmatory": 0.05, "secondary": 0.10}
"""The expected share of false harms that is accepted in each family."""

STRICT = 0.05
"""The chance of a single false harm that is accepted over all comparisons on metrics with hard limits."""


@dataclass(frozen=True)
class Correction:
    """What multiplicity makes of one test.

    `adjusted_p` is the Benjamini-Hochberg p in the family, `level` the one it is held to, `tests` the size of the
    family. `holm_p` is Holm's p in the family, or over all comparisons on limited metrics when `limited`.
    """

    adjusted_p: float
    level: float
    tests: int
    holm_p: float
    limited: bool = False

    @property
    def passed(self) -> bool:
        """Whether harm stands after correction."""
        return self.adjusted_p <= self.level and (not self.limited or self.holm_p <= STRICT)


def family_of(comparison: Comparison, tuning: Tuning) -> Family:
    """Re-tuned primary probes are confirmatory."""
    return "confirmatory" if comparison.probe and comparison.primary and tuning == "tuned" else "secondary"


def corrections(found: Sequence[Reading], looks: Looks, limited: Collection[str]) -> Mapping[int, Correction]:
    """The correction of every tested reading, by position; those withheld or without a number are in no family.

    The p values are those of "worse by at most the tolerance", adjusted first for the `looks`. `limited` names the
    metrics with hard limits, by key or by name.
    """
    tested = {place: one.tested for place, one in enumerate(found) if one.tested is not None}
    raw = np.array([difference.p_above(found[place].tolerance) for place, difference in tested.items()])
    p_values = dict(zip(tested, np.atleast_1d(looks.adjusted(raw)), strict=True)) if tested else {}
    corrected: dict[int, Correction] = {}
    for family, level in LEVELS.items():
        places = [place for place in tested if family_of(found[place].comparison, found[place].tuning) == family]
        ours = np.array([p_values[place] for place in places])
        for place, shared, strict in zip(places, benjamini_hochberg(ours), holm(ours), strict=True):
            corrected[place] = Correction(float(shared), level, len(places), float(strict))
    gates = [place for place in tested if _is_limited(found[place], limited)]
    for place, strict in zip(gates, holm(np.array([p_values[place] for place in gates])), strict=True):
        one = corrected[place]
        corrected[place] = Correction(one.adjusted_p, one.level, one.tests, float(strict), limited=True)
    return corrected


def _is_limited(reading: Reading, limited: Collection[str]) -> bool:
    metric = reading.metric
    return metric is not None and bool({metric.key, metric.name} & set(limited)) and reading.tuning == "tuned"
