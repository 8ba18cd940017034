"""Ranking the rows of the pool by their exposure, by members that are set apart for it: who ranks is not measured."""

from interplay.arrays import Array, Float
from interplay.attacks import lira
from interplay.attacks.exposure import exposure
from interplay.exhibits import EvaluationSetting, refitted
from interplay.families import TrainingSetting
from interplay.training.train import Keep, Progress, TuningRows, ranking_control
from interplay.training.tuning import Tuning


def exposures(
    shop: TrainingSetting,
    setting: EvaluationSetting,
    rows: TuningRows,
    keep: Keep[Tuning],
    progress: Progress = lambda *_: None,
) -> Float[Array, " pool"]:
    """The exposure of every row of the pool in the control, by members whose halves and random numbers no other member has.

    `keep` holds what is found of the control's learning rate on `rows`.

    Does not show: the exposure under another treatment; with few members one row's value is mostly chance.
    """
    design = shop.design
    pool, inside = design.pool, design.trained_on(design.ranking_halves)
    members = refitted(setting, ranking_control(shop, rows, keep, progress))
    signals = lira.signal(members.log_probabilities(setting.encoded.matrix[pool]), setting.dataset.labels[pool])
    return exposure(signals, inside[:, pool])
