"""From stored measurements to verdicts and decision, in a process of its own so that its peak memory is its own.

    python -m benchmarks.own.verdicts '{"treatments": 32}'

prints one line of JSON: the seconds of comparing and of deciding, and the peak memory.
"""

import json
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from itertools import combinations

import numpy as np

from interplay import catalogue
from interplay.arrays import Array
from interplay.auditing.timings import peak_memory
from interplay.decision.decide import decide
from interplay.design.comparison import Comparison
from interplay.design.treatment import Treatment
from interplay.effects.compare import compare
from interplay.estimates import Contrast, Sample
from interplay.measurement.measurements import Cell, Measurements
from interplay.metrics import GroupMetric, Metric
from interplay.metrics._metric import DisparityMetric
from interplay.study.model import LimitSection, PrioritiesSection

CONTROL = Treatment()


@dataclass(frozen=True)
class Size:
    """How much is compared: `metrics` counts group metrics once for each grouping, and limits are on two of them."""

    treatments: int = 32
    metrics: int = 60
    members: int = 16
    draws: int = 200
    groups: int = 3
    rows: int = 2_000


def main() -> None:
    """Compare and decide at the size that the argument describes."""
    given = json.loads(sys.argv[1]) if len(sys.argv) > 1 else {}
    size = Size(**{one.name: given[one.name] for one in fields(Size) if one.name in given})
    measured = _measurements(size)
    treatments = list(dict.fromkeys(cell.treatment for cell in measured.samples))
    planned = [
        Comparison(one, CONTROL, key, key, one.interventions, (), metric.aspect, "pair/probe", metric.headline)
        for one in treatments[1:]
        for key, metric in measured.metrics.items()
    ]
    limits = [LimitSection(metric="accuracy", at_least=0.5), LimitSection(metric="accuracy_disparity", at_most=0.4)]
    began = time.perf_counter()
    effects = compare(measured, planned, {}, limited=[limit.metric for limit in limits])
    compared = time.perf_counter()
    decision = decide(treatments, measured, PrioritiesSection(set_by="the benchmark"), limits, {}, effects=effects)
    decided = time.perf_counter()
    found = {"compare_seconds": round(compared - began, 2), "decide_seconds": round(decided - compared, 2)}
    sizes = {"effects": len(effects.effects), "chosen": decision.treatment is not None}
    print(json.dumps({**asdict(size), **found, **sizes, "peak_bytes": peak_memory()}))


def _measurements(size: Size) -> Measurements:
    random = np.random.default_rng(0)
    treatments = [CONTROL, *(Treatment((f"intervention {place}",)) for place in range(1, size.treatments))]
    metrics = {metric.key: metric for metric, _ in zip(_metrics(), range(size.metrics), strict=False)}
    samples = {
        Cell(one, "tuned", key): _sample(random, metric, size) for key, metric in metrics.items() for one in treatments
    }
    return Measurements(samples, metrics, {}, {})


def _metrics() -> Iterator[Metric]:
    """The metrics of the catalogue, then group metrics again for further groupings until nobody asks."""
    kinds = list(catalogue.metrics().values())
    yield from (kind() for kind in kinds if not issubclass(kind, GroupMetric))
    grouping = 0
    while True:
        grouping += 1
        yield from (kind(grouping=f"grouping {grouping}") for kind in kinds if issubclass(kind, GroupMetric))


def _sample(random: np.random.Generator, metric: Metric, size: Size) -> Sample:
    pairs = combinations((f"group {place}" for place in range(size.groups)), 2)
    contrasts = tuple(Contrast(one, _values(random, 0.05, size), size.rows // 4, other) for other, one in pairs)
    own = contrasts if isinstance(metric, DisparityMetric) else ()
    return Sample(_values(random, 0.1 if own else 0.7, size), size.rows, own)


def _values(random: np.random.Generator, level: float, size: Size) -> Array:
    member, row = 0.01 * random.standard_normal((size.members, 1)), 0.01 * random.standard_normal(size.draws + 1)
    return level + member + row + 0.005 * random.standard_normal((size.members, size.draws + 1))


if __name__ == "__main__":
    main()
