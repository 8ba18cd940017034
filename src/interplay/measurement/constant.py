"""What a model that says the same of everybody has: the level beside which every level is read."""

import functools
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from interplay.arrays import Array, Float
from interplay.design.contexts import layer_of
from interplay.estimates import NotMeasurable, Sample
from interplay.evidence import (
    Attacked,
    Distances,
    Evidence,
    Logits,
    Memberships,
    Predictions,
    PredictionSets,
    RightlyDecided,
    Switched,
    present,
)
from interplay.interventions.group_conformal import GroupConformal
from interplay.interventions.split_conformal import SplitConformal
from interplay.measurement import layers
from interplay.measurement.bench import LARGEST_DISTANCE, Bench
from interplay.measurement.facts import Facts

MEMBERS = 2
"""Some metrics compare members; those of a constant model are alike."""


def constant_levels(bench: Bench, miscoverage: float) -> dict[str, float]:
    """Every metric of a model whose probabilities are the shares of the labels in the pool, whatever the row; by key.

    Metrics that such a model cannot have, as explanations of a constant score, are left out. Nothing is trained.

    Does not show: the best constant model for a metric; another share of labels may do better on one of them.
    """
    facts = _Constant(bench)
    exhibits = _exhibits(bench, facts)
    found = {}
    for key, metric in bench.design.metrics.items():
        known = dict(exhibits)
        if PredictionSets in metric.needs:
            known[PredictionSets] = functools.partial(
                _sets, bench, facts, layer_of(metric, bench.design.factors), miscoverage
            )
        measured = metric.measure(Evidence(_rows(bench), known))
        if isinstance(measured, Sample) and np.isfinite(measured.mean):
            found[key] = measured.mean
    return found


class _Constant(Facts):
    """The facts of two alike members that give every row the same probabilities."""

    def __init__(self, bench: Bench) -> None:
        super().__init__(replace(bench, rows=_rows(bench)), None)

    @functools.cached_property
    def log_probabilities(self) -> Float[Array, "member row label"]:
        bench = self.bench
        counts = np.bincount(bench.dataset.labels[bench.design.pool], minlength=len(bench.dataset.classes)) + 1.0
        shape = (MEMBERS, len(bench.dataset.labels), len(counts))
        return np.broadcast_to(np.log(counts / counts.sum()), shape)

    @functools.cached_property
    def adversarial_log_probabilities(self) -> Float[Array, "member attacked label"]:
        return self.log_probabilities[:, self.bench.attacked]


def _rows(bench: Bench) -> Any:
    counted = np.repeat(np.any(bench.rows.counted, axis=0, keepdims=True), MEMBERS, axis=0)
    return replace(bench.rows, counted=counted, weights=bench.rows.weights[:1])


def _exhibits(bench: Bench, facts: _Constant) -> dict[type, Callable[[], Any] | NotMeasurable]:
    right, margins = facts.rightly_decided.right, facts.margins(facts.log_probabilities)
    inside = bench.design.inside()[:MEMBERS]
    scored, level = np.broadcast_to(bench.design.split.pool, inside.shape), np.zeros(inside.shape)
    made = (
        facts.predictions,
        facts.rightly_decided,
        facts.attacked,
        Switched(bench.attacked, right[:, bench.attacked]),
        Distances(bench.near, np.full((MEMBERS, len(bench.near)), LARGEST_DISTANCE), LARGEST_DISTANCE),
        Logits(margins, margins),
        Memberships(level, level, level, inside, scored),
    )
    kinds = (Predictions, RightlyDecided, Attacked, Switched, Distances, Logits, Memberships)
    return {kind: present(one) for kind, one in zip(kinds, made, strict=True)}


def _sets(
    bench: Bench, facts: _Constant, released: tuple[str, ...], miscoverage: float
) -> PredictionSets | NotMeasurable:
    """Prediction sets calibrated on the constant scores, by the first release of the study that makes some."""
    layer = bench.design.factors.layers[released[0]] if released else None
    if not isinstance(layer, SplitConformal | GroupConformal):
        return NotMeasurable("the study releases no prediction sets")
    return layers.sets(facts, layer, miscoverage)
