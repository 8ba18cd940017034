"""How much models rely on each feature around a row, by changing it."""

from typing import ClassVar

import numpy as np
from scipy.special import expit

from interplay import streams
from interplay.arrays import Array, Bool, Int
from interplay.design.plan import mitigated
from interplay.estimates import NotMeasurable
from interplay.evidence import Exhibit, Reliance
from interplay.exhibits._maker import Maker
from interplay.exhibits._setting import UNGROUPED, EvaluationSetting, some_places
from interplay.families import Members
from interplay.interventions import Ask
from interplay.representations import Neighbourhood

AT_ONCE = 8
"""Features that are changed in one call."""
CHANGED_ROWS, OTHERS, MOST = 100, 3, 3
"""Rows, values of other rows that each feature is replaced by, and features that say most of the group, or of the label."""


class RelianceMaker(Maker):
    """How much models rely on each feature around a row, by changing it."""

    makes: ClassVar[type[Exhibit]] = Reliance

    def make(self, members: Members, ask: Ask, setting: EvaluationSetting) -> Reliance | NotMeasurable:
        del ask
        name = mitigated(setting.dataset, setting.design.study.groups.mitigate)
        if name is None:
            return UNGROUPED
        around = setting.around
        rows = setting.explained[some_places(setting.explained, CHANGED_ROWS)]
        chance = streams.generator(setting.design.study.seed, "values of other rows")
        others = chance.choice(setting.design.pool, (OTHERS, len(rows)))
        own = expit(setting.margins(members.log_probabilities(setting.encoded.matrix[rows])))
        effects = np.zeros((*own.shape, around.raw.shape[1]))
        for start in range(0, effects.shape[2], AT_ONCE):
            # The last block is filled up: models are compiled for one shape.
            features = np.minimum(np.arange(start, start + AT_ONCE), effects.shape[2] - 1)
            changed = np.tile(around.raw[rows], (AT_ONCE, OTHERS, 1))
            for place, feature in enumerate(features):
                changed[place, :, feature] = around.raw[others.ravel(), feature]
            columns = around.encoded(changed.reshape(-1, changed.shape[2])).columns
            found = expit(setting.margins(members.log_probabilities(columns)))
            moved = np.abs(found.reshape(len(own), AT_ONCE, OTHERS, -1) - own[:, None, None]).mean(axis=2)
            effects[:, :, features] = moved.transpose(0, 2, 1)
        groups, labels = setting.dataset.groupings[name].codes, setting.dataset.labels
        return Reliance(rows, effects, _informative(around, groups), _informative(around, labels))


def _informative(around: Neighbourhood, target: Int[Array, " row"]) -> Bool[Array, " feature"]:
    """The features whose bins have the most information in common with these codes, on the pool."""
    bins, codes = around.bins(around.pool), target[around.pool]
    shared = np.array([_mutual_information(column[codes >= 0], codes[codes >= 0]) for column in bins.T])
    found = np.zeros(len(shared), dtype=bool)
    found[np.argsort(-shared, kind="stable")[:MOST]] = True
    return found


def _mutual_information(first: Int[Array, " row"], second: Int[Array, " row"]) -> float:
    """In nats."""
    table = np.zeros((len(np.unique(first)), len(np.unique(second))))
    np.add.at(table, (np.unique(first, return_inverse=True)[1], np.unique(second, return_inverse=True)[1]), 1.0)
    joint = table / max(table.sum(), 1.0)
    apart = joint.sum(axis=1, keepdims=True) * joint.sum(axis=0, keepdims=True)
    return float(np.where(joint > 0, joint * np.log(np.where(joint > 0, joint, 1.0) / apart), 0.0).sum())
