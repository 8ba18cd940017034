"""How many rows each share is a share of, known before anything is trained."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from interplay.arrays import Array, Bool, Int
from interplay.data.dataset import Dataset
from interplay.design.plan import Design
from interplay.estimates import NotMeasurable
from interplay.evidence import Evidence, Planned, Rows, present
from interplay.metrics import DisparityMetric, GroupMetric, Metric, group_rates

SHARE = "share of rows"
"""The unit of the metrics whose row values are yes or no."""


def evaluated(design: Design) -> Bool[Array, " row"]:
    """Every row that a member may be evaluated on: the test rows, and in small tables the pool rows it does not train on."""
    held_out = design.uses_pool_rows and design.half < len(design.pool)
    return design.split.test | design.split.pool if held_out else design.split.test


def planned(
    design: Design, dataset: Dataset, attacked: Int[Array, " attacked"], explained: Int[Array, " explained"]
) -> Planned:
    """What will be evaluated, attacked and explained, with the labels and groups of the rows."""
    kept = np.flatnonzero(evaluated(design))
    rows = Rows(
        labels=dataset.labels[kept],
        groupings={name: replace(one, codes=one.codes[kept]) for name, one in dataset.groupings.items()},
        counted=np.ones((2, len(kept)), dtype=bool),  # some metrics need a second member
        weights=np.ones((1, len(kept))),
        classes=len(dataset.classes),
        favourable=dataset.favourable,
        minimum_support=design.study.groups.minimum_rows,
        clusters=None if design.shared is None else design.shared[kept],
    )
    return Planned(rows, np.searchsorted(kept, attacked), np.searchsorted(kept, explained))


def denominators(metrics: Mapping[str, Metric], plan: Planned) -> dict[str, int | NotMeasurable]:
    """The rows in the smallest denominator of every metric that is a share of rows, by key.

    Each metric is asked what it averages over, on stand-ins that decide every row correctly; a group below the minimum
    is left out, as it will be. A metric that averages several rates without groups tells all its rows.
    """
    kinds = {kind for metric in metrics.values() for kind in metric.needs}
    made = {kind: exhibit for kind in kinds if (exhibit := kind.stand_in(plan)) is not None}
    evidence = Evidence(plan.rows, {kind: present(exhibit) for kind, exhibit in made.items()})
    return {key: _smallest(metric, evidence) for key, metric in metrics.items() if metric.unit == SHARE}


def _smallest(metric: Metric, evidence: Evidence) -> int | NotMeasurable:
    measured = metric.measure(evidence)
    if isinstance(measured, NotMeasurable) or not isinstance(metric, GroupMetric):
        return measured if isinstance(measured, NotMeasurable) else measured.support
    rates = metric.rates(evidence)
    if isinstance(rates, NotMeasurable):
        return rates
    supports = [tuple(group_rates(evidence, metric.grouping, rate).supports.values()) for rate in rates.values()]
    least = 2 if isinstance(metric, DisparityMetric) else 1
    return min(count for counts in supports if len(counts) >= least for count in counts)
