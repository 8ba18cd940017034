"""Coverage of what pooled membership attacks achieve, from simulated scores whose curve is known exactly.

A non-member's score is row + noise, with variance 1 together; a member's has a leak on top, which differs between
members and between rows. Pooled over fresh members and rows both are normal.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import sqrt

import numpy as np
from scipy import special

from benchmarks.calibration.claims import Seen
from benchmarks.calibration.coverage import Grid, Quantity, covered
from interplay.arrays import Array, Bool
from interplay.estimates import NotMeasurable, Sample
from interplay.evidence import Evidence, Memberships, Rows
from interplay.metrics import Metric
from interplay.metrics.membership_exposure import MembershipExposure
from interplay.metrics.membership_risk import MembershipRisk

LEAKS = 0.4, 0.4, 0.3, 0.2, 0.0
"""Of the control, then of the treatments."""
LEAK_BY_MEMBER, LEAK_BY_ROW = 0.1, 0.4
ROW, ALIKE = 0.3, 0.7
"""The deviation of a row's offset, and the share of the noise's variance that all treatments have in common."""


def _variance(leak: float) -> float:
    """Of a member's score; a treatment without a leak has none that varies."""
    return 1 + (LEAK_BY_MEMBER**2 + LEAK_BY_ROW**2 if leak else 0.0)


def area(leak: float) -> float:
    """The true area under the curve."""
    return float(special.ndtr(leak / sqrt(1 + _variance(leak))))


def exposure(leak: float, false_positive_rate: float = 0.01) -> float:
    """The true rate of members found at a rate of false accusations."""
    return float(special.ndtr((leak + special.ndtri(false_positive_rate)) / sqrt(_variance(leak))))


@dataclass(frozen=True)
class PooledAttacks(Grid):
    """Differences of the area under the curve and of the rate found at 1 % false accusations: four treatments.

    With half the usual row draws, since pooled curves are what takes the time here.
    """

    draws: int = 100

    def once(self, random: np.random.Generator) -> Iterator[Seen]:
        """The same scores, of which the first members and rows are looked at."""
        yield from _attacks(self, random, LEAKS)


@dataclass(frozen=True)
class PooledAttacksAlone(Grid):
    """The same of the control alone, which takes less time, so that there are more repetitions."""

    draws: int = 100

    def once(self, random: np.random.Generator) -> Iterator[Seen]:
        """As for differences."""
        yield from _attacks(self, random, LEAKS[:1])


def _attacks(of: Grid, random: np.random.Generator, leaks: tuple[float, ...]) -> Iterator[Seen]:
    members, rows = max(of.members), max(of.rows)
    inside = random.random((members, rows)) < 0.5
    weights = np.concatenate([np.ones((1, rows)), random.exponential(size=(of.draws, rows))])
    scores = list(_scores(random, inside, leaks))
    for some in of.rows:
        for few in of.members:
            at = slice(0, few), slice(0, some)
            first = Rows(np.zeros(some, dtype=int), {}, np.ones((few, some), dtype=bool), weights[:, :some])
            found = [_evidence(first, one[at], inside[at]) for one in scores]
            quantities = [
                Quantity(
                    name,
                    metric,
                    [_sample(metric, one) for one in found],
                    None if len(leaks) > 1 else true(leaks[0]),
                    [true(leak) - true(leaks[0]) for leak in leaks[1:]],
                )
                for name, metric, true in QUANTITIES
            ]
            yield from covered(quantities, {"members": few, "rows": some})


QUANTITIES: tuple[tuple[str, Metric, Callable[[float], float]], ...] = (
    ("membership attack, area", MembershipRisk(), area),
    ("membership attack, found at 1 %", MembershipExposure(), exposure),
)


def _scores(
    random: np.random.Generator, inside: Bool[Array, "member row"], leaks: tuple[float, ...]
) -> Iterator[Array]:
    shape, (members, rows) = inside.shape, inside.shape
    offset, shared = ROW * random.standard_normal(rows), sqrt(ALIKE) * random.standard_normal(shape)
    varying = LEAK_BY_MEMBER * random.standard_normal((members, 1)) + LEAK_BY_ROW * random.standard_normal(rows)
    for leak in leaks:
        noise = shared + sqrt(1 - ALIKE) * random.standard_normal(shape)
        yield offset + sqrt(1 - ROW**2) * noise + inside * (leak + varying if leak else 0.0)


def _evidence(rows: Rows, scores: Array, inside: Array) -> Evidence:
    blank = np.zeros_like(scores)
    memberships = Memberships(scores, blank, blank, inside, np.ones(inside.shape, dtype=bool))
    return Evidence(rows, {Memberships: lambda: memberships})


def _sample(metric: Metric, evidence: Evidence) -> Sample:
    found = metric.measure(evidence)
    if isinstance(found, NotMeasurable):
        raise ValueError(f"a simulated attack is measurable: {found.reason}")
    return found
