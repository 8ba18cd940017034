"""Coverage of what conformal sets achieve, their thresholds taken from calibration rows that every draw redraws.

Rows belong to one of four classes; a member sees the right one with a signal and noise on every class. Members differ
in their signal. As many rows calibrate as test.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from math import ceil

import numpy as np
from scipy.special import log_softmax

from benchmarks.calibration.claims import Seen
from benchmarks.calibration.coverage import Grid, Quantity, covered
from interplay.arrays import Array, Float, Int
from interplay.conformal.quantile import thresholds_by_group
from interplay.conformal.scores import lac
from interplay.estimates import NotMeasurable, Sample
from interplay.evidence import Evidence, PredictionSets, Rows
from interplay.metrics import Metric
from interplay.metrics.coverage import Coverage
from interplay.metrics.set_size import SetSize

CLASSES, MISCOVERAGE = 4, 0.1
SIGNALS = 2.5, 2.5, 2.4, 2.3, 2.1
"""Of the control, then of the treatments."""
SIGNAL_BY_MEMBER, SIGNAL_BY_BOTH = 0.05, 0.08
ROW, ROW_BY_MEMBER, ROW_BY_BOTH = 1.0, 0.4, 0.3
FRESH, FRESH_ROWS = 50, 5_000
"""How many fresh fleets, on so many fresh rows each, give the true ratio of sizes."""


@dataclass(frozen=True)
class ConformalSets(Grid):
    """Mean set sizes as ratios to the control's, and differences in coverage: four treatments."""

    fresh: int = FRESH

    def once(self, random: np.random.Generator) -> Iterator[Seen]:
        """The same members and rows, of which the first so many are looked at."""
        for some, few, sizes, coverages in _sets(self, random, SIGNALS):
            quantities = [
                Quantity("set size, ratio", SetSize(), sizes, None, true_ratios(some, self.fresh)),
                Quantity("coverage of sets", Coverage(), coverages, None, [0.0] * (len(SIGNALS) - 1)),
            ]
            yield from covered(quantities, {"members": few, "rows": some})


@dataclass(frozen=True)
class ConformalSetsAlone(Grid):
    """The coverage of the control's sets, which takes less time, so that there are more repetitions."""

    def once(self, random: np.random.Generator) -> Iterator[Seen]:
        """As for differences."""
        for some, few, _, coverages in _sets(self, random, SIGNALS[:1]):
            reached = ceil((some + 1) * (1 - MISCOVERAGE)) / (some + 1)
            quantity = Quantity("coverage of sets", Coverage(), coverages, reached, [])
            yield from covered([quantity], {"members": few, "rows": some})


def _sets(
    of: Grid, random: np.random.Generator, signals: tuple[float, ...]
) -> Iterator[tuple[int, int, list[Sample], list[Sample]]]:
    """Rows, members, set sizes and coverages of every arm."""
    members, rows = max(of.members), max(of.rows)
    labels = random.integers(CLASSES, size=2 * rows)
    scores = _scores(random, labels, _signals(random, members, signals))
    weights = np.concatenate([np.ones((1, 2 * rows)), random.exponential(size=(of.draws, 2 * rows))])
    for some in of.rows:
        # The first `some` rows calibrate, the next `some` are the test rows.
        first = slice(0, 2 * some)
        found = [_sampled(one[:, first], labels[first], weights[:, first]) for one in scores]
        for few in of.members:
            sizes, coverages = ([Sample(one[place][:few], some) for one in found] for place in (0, 1))
            yield some, few, sizes, coverages


def _signals(random: np.random.Generator, members: int, signals: tuple[float, ...]) -> Float[Array, "arm member"]:
    """How well every member of every arm sees the right class."""
    by_member = SIGNAL_BY_MEMBER * random.standard_normal(members)
    by_both = SIGNAL_BY_BOTH * random.standard_normal((len(signals), members))
    return np.asarray(np.array(signals)[:, None] + by_member + by_both)


def _scores(
    random: np.random.Generator, labels: Int[Array, " row"], signals: Float[Array, "arm member"]
) -> list[Float[Array, "member row label"]]:
    """The conformity scores of every label, for the control and every treatment."""
    right = np.eye(CLASSES, dtype=np.float32)[labels]
    shared = np.float32(ROW) * _normal(random, *right.shape)
    own = shared + np.float32(ROW_BY_MEMBER) * _normal(random, signals.shape[1], *right.shape)
    found = []
    for seen in signals.astype(np.float32):
        logits = own + np.float32(ROW_BY_BOTH) * _normal(random, *own.shape) + seen[:, None, None] * right
        found.append(lac(log_softmax(logits, axis=2)))
    return found


def _normal(random: np.random.Generator, *shape: int) -> Array:
    return random.standard_normal(shape, dtype=np.float32)


def _sampled(
    scores: Float[Array, "member row label"], labels: Int[Array, " row"], weights: Float[Array, "draw row"]
) -> tuple[Float[Array, "member draw"], Float[Array, "member draw"]]:
    """Set sizes and coverages through the thresholds, sets and metrics of an audit."""
    half = len(labels) // 2
    part = np.zeros(len(labels), dtype=np.int64)
    truth = np.take_along_axis(scores[:, :half], labels[None, :half, None], axis=2)[..., 0]
    limits = np.stack([thresholds_by_group(one, part[:half], 1, MISCOVERAGE, weights[:, :half]) for one in truth])
    counted = np.broadcast_to(np.arange(len(labels)) >= half, scores.shape[:2])
    sets = PredictionSets(scores, limits, part, MISCOVERAGE)
    evidence = Evidence(Rows(labels, {}, counted, weights, classes=CLASSES), {PredictionSets: lambda: sets})
    return _values(SetSize(), evidence), _values(Coverage(), evidence)


def _values(metric: Metric, evidence: Evidence) -> Float[Array, "member draw"]:
    found = metric.measure(evidence)
    if isinstance(found, NotMeasurable):
        raise ValueError(f"simulated sets are measurable: {found.reason}")
    return found.values


@lru_cache
def true_ratios(rows: int, fresh: int) -> tuple[float, ...]:
    """The mean over fresh members, on fresh rows, of what an audit estimates: the logarithm of the ratio, as a ratio - 1.

    No formula gives it. It depends on the number of calibration rows. Every simulated member has a mirror image, whose
    signals lie as far on the other side of the mean.
    """
    logs = np.array([_log_ratios(np.random.default_rng((rows, place)), rows) for place in range(fresh)])
    return tuple(np.expm1(logs.mean(axis=0)).tolist())


def _log_ratios(random: np.random.Generator, rows: int) -> Float[Array, " treatment"]:
    labels = random.integers(CLASSES, size=rows + FRESH_ROWS)
    half = _signals(random, 8, SIGNALS)
    mirrored = 2 * np.array(SIGNALS)[:, None] - half
    sizes, part = [], np.zeros(rows, dtype=np.int64)
    for one in _scores(random, labels, np.concatenate([half, mirrored], axis=1)):
        truth = np.take_along_axis(one[:, :rows], labels[None, :rows, None], axis=2)[..., 0]
        limits = np.array([thresholds_by_group(own, part, 1, MISCOVERAGE)[0, 0] for own in truth])
        sizes.append((one[:, rows:] <= limits[:, None, None]).sum(axis=2).mean(axis=1))
    return np.asarray(np.log(np.array(sizes[1:]) / sizes[0]).mean(axis=1))
