"""What attacks on released things are made of: the signals that somebody sees on some rows of the pool."""

from typing import TypeVar

import numpy as np

from interplay.arrays import Array, Float
from interplay.attacks import lira, shadow_logistic, shrunken_lira
from interplay.evidence import Disclosure, Predictions, RetrainedControl, Scores
from interplay.exhibits._setting import EvaluationSetting

Kind = TypeVar("Kind", bound=Disclosure)
Signal = Float[Array, "member disclosed"]


def by_regression(kind: type[Kind], setting: EvaluationSetting, *signals: Signal) -> Kind:
    """What an attacker finds who sees these signals, one of which has few values."""
    inside = setting.design.inside()[:, setting.disclosed]
    return _on_all_rows(kind, setting, shadow_logistic.scores(np.stack(signals, axis=2), inside))


def by_ratio(kind: type[Kind], setting: EvaluationSetting, *signals: Signal) -> Kind:
    """What an attacker finds who sees these signals, which are numbers."""
    inside = setting.design.inside()[:, setting.disclosed]
    return _on_all_rows(kind, setting, shrunken_lira.scores(np.stack(signals, axis=2), inside))


def _on_all_rows(kind: type[Kind], setting: EvaluationSetting, found: lira.LiraScores) -> Kind:
    inside = setting.design.inside()
    scores, scored = np.zeros(inside.shape), np.zeros(inside.shape, dtype=bool)
    scores[:, setting.disclosed], scored[:, setting.disclosed] = found.scores, found.scored
    return kind(scores, inside, scored)


def right(predictions: Predictions, setting: EvaluationSetting) -> Signal:
    """1 where a row is decided as its label, else 0."""
    rows = setting.disclosed
    return np.asarray(predictions.decisions[:, rows] == setting.dataset.labels[rows], dtype=np.float64)


def log_odds(scores: Scores | RetrainedControl, setting: EvaluationSetting) -> Signal:
    """The log-odds of the label."""
    rows = setting.disclosed
    return lira.signal(scores.log_probabilities[:, rows], setting.dataset.labels[rows])
