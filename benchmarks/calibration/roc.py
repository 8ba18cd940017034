"""Coverage of what pooled membership attacks achieve, from simulated scores whose curve is known exactly.

A non-member's score is row + noise, with variance 1 together; a member's has a leak on top, which differs between
members and between rows. Pooled over fresh members and rows both are normal.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import sqrt

import numpy as np
from scipy import special

from benchmarks.calibration.claims import Seen
from benchmarks.calibration.coverage import MEMBERS, ROWS, Quantity, covered
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
class PooledAttacks:
    """The area under the curve, and the rate found at 1 % false accusations, of a control and four treatments.

    With half the usual row draws, since pooled curves are what takes the time here.
    """

    repetitions: int
    members: tuple[int, ...] = MEMBERS
    rows: tuple[int, ...] = ROWS
    draws: int = 100

    def once(self, random: np.random.Generator) -> Iterator[Seen]:
        """The same scores, of which the first members and rows are looked at."""
        members, rows = max(self.members), max(self.rows)
        inside = random.random((members, rows)) < 0.5
        weights = np.concatenate([np.ones((1, rows)), random.exponential(size=(self.draws, rows))])
        scores = list(_scores(random, inside))
        for some in self.rows:
            for few in self.members:
                at = slice(0, few), slice(0, some)
                first = Rows(np.zeros(some, dtype=int), {}, np.ones((few, some), dtype=bool), weights[:, :some])
                found = [_evidence(first, one[at], inside[at]) for one in scores]
                quantities = [
                    Quantity(
                        name,
                        metric,
                        [_sample(metric, one) for one in found],
                        true[0],
                        [one - true[0] for one in true[1:]],
                    )
                    for name, metric, true in QUANTITIES
                ]
                yield from covered(quantities, {"members": few, "rows": some})


QUANTITIES: tuple[tuple[str, Metric, list[float]], ...] = (
    ("membership attack, area", MembershipRisk(), [area(leak) for leak in LEAKS]),
    ("membership attack, found at 1 %", MembershipExposure(), [exposure(leak) for leak in LEAKS]),
)


def _scores(random: np.random.Generator, inside: Bool[Array, "member row"]) -> Iterator[Array]:
    shape, (members, rows) = inside.shape, inside.shape
    offset, shared = ROW * random.standard_normal(rows), sqrt(ALIKE) * random.standard_normal(shape)
    varying = LEAK_BY_MEMBER * random.standard_normal((members, 1)) + LEAK_BY_ROW * random.standard_normal(rows)
    for leak in LEAKS:
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
