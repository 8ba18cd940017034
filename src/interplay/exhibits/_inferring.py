"""Guessing the group of rows from their other columns, with and without something that a model gives away."""

import numpy as np

from interplay import streams
from interplay.arrays import Array, Bool, Float, Int
from interplay.attacks.logistic import ridge_logistic, standardised_design
from interplay.design.plan import mitigated
from interplay.estimates import NotMeasurable
from interplay.exhibits._setting import UNGROUPED, EvaluationSetting

FOLDS, PENALTY = 4, 1.0
FEWEST = 20
"""Rows of the rarer side below which nothing is guessed."""


def gains(
    setting: EvaluationSetting, rows: Int[Array, " some"], released: Float[Array, "member some signal"]
) -> Float[Array, "member some"] | NotMeasurable:
    """What a guess of "belongs to the reference group" gains by the released signals, on rows left out of its fit.

    The guess is a logistic regression on the encoded columns without those of the group itself, the label, and the signals.
    """
    name = mitigated(setting.dataset, setting.design.study.groups.mitigate)
    if name is None:
        return UNGROUPED
    grouping = setting.dataset.groupings[name]
    truth = grouping.codes[rows] == grouping.reference
    if min(int(truth.sum()), int((~truth).sum())) < FEWEST:
        return NotMeasurable(
            f"fewer than {FEWEST} of the attacked rows are inside, or outside, of {grouping.names[grouping.reference]!r}"
        )
    known = _known(setting, rows, name)
    fold = streams.generator(setting.design.study.seed, "folds of guesses").permutation(len(rows)) % FOLDS
    base = _right(known, truth, fold)
    return np.stack([_right(np.concatenate([known, more], axis=1), truth, fold) - base for more in released])


def _known(setting: EvaluationSetting, rows: Int[Array, " some"], grouping: str) -> Float[Array, "some column"]:
    """What the attacker knows of rows: their columns without the group's own, and their labels."""
    section = setting.design.study.groups.attributes.get(grouping)
    own = grouping if section is None or section.column is None else section.column
    kept = np.ones(len(setting.encoded.columns), dtype=bool)
    for feature in setting.encoded.features:
        if feature.name == own:
            kept[feature.columns] = False
    labels = np.eye(len(setting.dataset.classes))[setting.dataset.labels[rows]][:, 1:]
    return np.concatenate([setting.encoded.matrix[rows][:, kept], labels], axis=1).astype(np.float64)


def _right(
    known: Float[Array, "some column"], truth: Bool[Array, " some"], fold: Int[Array, " some"]
) -> Float[Array, " some"]:
    """1 where the guess on a row left out is right, else 0."""
    design = standardised_design(known, known)
    penalty = np.full(design.shape[1], PENALTY)
    found = np.zeros(len(known))
    for number in range(FOLDS):
        fitted = fold != number
        weights = ridge_logistic(design[fitted], truth[fitted], penalty)
        found[~fitted] = (design[~fitted] @ weights > 0) == truth[~fitted]
    return found
