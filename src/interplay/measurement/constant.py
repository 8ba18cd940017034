"""What a model that says the same of everybody has: the level beside which every level is read."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from interplay.arrays import Array, Float
from interplay.estimates import NotMeasurable, Sample
from interplay.evidence import (
    AdversarialDisclosure,
    AdversarialScores,
    CategoryFlips,
    CleanTwin,
    DecisionDisclosure,
    Distances,
    Exhibit,
    Logits,
    LossMemberships,
    Memberships,
    PairDisclosure,
    ReferenceMemberships,
    Rows,
    ScoreDisclosure,
    Scores,
    SetDisclosure,
    released,
)
from interplay.exhibits import UNMOVED, EvaluationSetting, Memo
from interplay.families import LARGEST_DISTANCE
from interplay.interventions import ReleaseIntervention
from interplay.metrics import Metric

MEMBERS = 2
"""Some metrics compare members; those of a constant model are alike."""


def constant_levels(setting: EvaluationSetting, miscoverage: float) -> dict[str, float]:
    """Every metric of a model whose probabilities are the shares of the labels in the pool, whatever the row; by key.

    Metrics that such a model cannot have, as explanations of a constant score, are left out. Nothing is trained.

    Does not show: the best constant model for a metric; another share of labels may do better on one of them.
    """
    alone = replace(setting, rows=_rows(setting.rows))
    memo = Memo(None, alone)
    memo.give(_given(alone))
    found = {}
    for key, metric in setting.design.metrics.items():
        measured = metric.measure(_released(memo, metric, miscoverage).evidence(alone.rows))
        if isinstance(measured, Sample) and np.isfinite(measured.mean):
            found[key] = measured.mean
    return found


def _rows(rows: Rows) -> Rows:
    counted = np.repeat(np.any(rows.counted, axis=0, keepdims=True), MEMBERS, axis=0)
    return replace(rows, counted=counted, weights=rows.weights[:1])


def _given(setting: EvaluationSetting) -> Mapping[type[Exhibit], Exhibit | NotMeasurable]:
    """What two alike members show that give every row the same probabilities."""
    dataset, design, attacked, near = setting.dataset, setting.design, setting.attacked, setting.near
    logs = _log_probabilities(setting)
    margins, inside = setting.margins(logs), design.inside()[:MEMBERS]
    moved = AdversarialScores(attacked, logs[:, attacked], margins[:, attacked])
    right = logs[:, attacked].argmax(axis=2) == dataset.labels[attacked]
    scored, level = np.broadcast_to(design.split.pool, inside.shape), np.zeros(inside.shape)
    return {
        Scores: Scores(logs, margins),
        AdversarialDisclosure: AdversarialDisclosure(level, inside, scored) if setting.is_movable else UNMOVED,
        AdversarialScores: moved if setting.is_movable else UNMOVED,
        CategoryFlips: CategoryFlips(attacked, right),
        CleanTwin: CleanTwin(logs, np.asarray(logs.argmax(axis=2))),
        Distances: Distances(near, np.full((MEMBERS, len(near)), LARGEST_DISTANCE), LARGEST_DISTANCE),
        Logits: Logits(margins, margins),
        LossMemberships: LossMemberships(level, inside, scored),
        Memberships: Memberships(level, level, level, inside, scored),
        ReferenceMemberships: ReferenceMemberships(level, inside, scored),
        DecisionDisclosure: DecisionDisclosure(level, inside, scored),
        PairDisclosure: PairDisclosure(level, inside, scored),
        ScoreDisclosure: ScoreDisclosure(level, inside, scored),
        SetDisclosure: SetDisclosure(level, inside, scored),
    }


def _log_probabilities(setting: EvaluationSetting) -> Float[Array, "member row label"]:
    dataset = setting.dataset
    counts = np.bincount(dataset.labels[setting.design.pool], minlength=len(dataset.classes)) + 1.0
    return np.broadcast_to(np.log(counts / counts.sum()), (MEMBERS, len(dataset.labels), len(counts)))


def _released(memo: Memo, metric: Metric, miscoverage: float) -> Memo:
    """With the first release of the study that makes each thing that the metric reads, where it reads something released."""
    releases = [one for one in memo.setting.design.factors.layers.values() if isinstance(one, ReleaseIntervention)]
    for kind in released(metric.needs):
        layer = next((one for one in releases if one.releases is kind), None)
        if layer is not None:
            memo = memo.layered(layer.makers(memo.setting.held_out(miscoverage)))
    return memo
