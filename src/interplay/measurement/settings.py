"""Finding what a study leaves to its data, on the tuning rows: no row that is trained on, tested or held back is looked at."""

from dataclasses import replace

import numpy as np

from interplay import streams
from interplay.arrays import Array, Float, Int
from interplay.design.settings import Open, Settings, open_parameters, radius_is_open, settle
from interplay.design.treatment import Treatment
from interplay.estimates import NotMeasurable
from interplay.exhibits import EvaluationSetting, refitted
from interplay.families import Members, Stack, TrainingSetting
from interplay.measurement.ranking import exposures
from interplay.training.train import Keep, Progress, TuningRows, tuned_control, tuned_with
from interplay.training.tuning import Tuning, least_balanced

LOST, SHARE = 0.10, 1 / 3
"""The balanced accuracy that the control loses at the radius looked for: ten points, and no more than a third of what it has
above a collapsed model, so that something is left to defend."""
SMALLEST, LARGEST = 0.02, 2.0
"""Radii between which it is looked for, in standard deviations."""
HALVINGS = 8
"""Of the logarithm of the interval: the radius is right to about 2 %."""
EXPOSURE_DIGITS = 4
"""Of an exposure in nats; what is kept of it is what ranks rows."""
MOST_ROWS = 2_000
"""Tuning rows that are attacked; drawn from the seed where there are more, whatever their order."""


def settings(
    shop: TrainingSetting,
    setting: EvaluationSetting,
    rows: TuningRows,
    keep: Keep[Tuning],
    progress: Progress = lambda *_: None,
) -> Settings:
    """The radius at which the control loses ten points of balanced accuracy, or a third of what it has above a
    collapsed model where that is less, and for parameters that are looked for the values with the least log loss.

    Both on the tuning rows, by members set apart for tuning, and only where the study declares none. Where an intervention
    takes rows out by their exposure, that of every row of the pool too, by members set apart for it. `keep` holds what is
    found of the control's learning rate.

    Does not show: that the control loses as much on other rows, nor that other norms would not do better.
    """
    study, found = shop.design.study, Settings()
    if radius_is_open(study) and setting.is_movable:
        found = _radius(setting, tuned_control(shop, rows, keep, progress))
    parameters: dict[str, dict[str, float]] = {}
    for asked in open_parameters(shop.design):
        parameters.setdefault(asked.intervention, {})[asked.parameter] = _best(shop, rows, asked)
    exposure = None
    if shop.design.factors.removal is not None:
        exposure = tuple(exposures(shop, setting, rows, keep, progress).round(EXPOSURE_DIGITS).tolist())
    return replace(found, parameters=parameters, exposure=exposure)


def _radius(setting: EvaluationSetting, control: Stack) -> Settings:
    """By bisection of the logarithm; where nothing within the largest radius costs as much, the default stays."""
    members = refitted(setting, control)
    tuning = np.flatnonzero(setting.design.split.tuning)
    tuning = np.sort(streams.generator(setting.design.study.seed, "radius rows").permutation(tuning)[:MOST_ROWS])
    labels = setting.dataset.labels[tuning]
    plain = _balanced(under_attack(setting, members, tuning, 0.0), labels)
    wanted = min(LOST, SHARE * (plain - least_balanced(len(setting.dataset.classes))))

    def lost(radius: float) -> float:
        return plain - _balanced(under_attack(setting, members, tuning, radius), labels)

    if wanted <= 0 or lost(LARGEST) < wanted:
        return Settings()
    low, high = np.log(SMALLEST), np.log(LARGEST)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if lost(float(np.exp(middle))) >= wanted else (middle, high)
    radius = _rounded(float(np.exp(high)))
    return Settings(radius=radius, lost=round(lost(radius), 3))


def under_attack(
    setting: EvaluationSetting, members: Members, rows: Int[Array, " some"], radius: float
) -> Int[Array, "member some"]:
    """The most likely class of these rows under the evaluation attack within a radius."""
    inputs, labels = setting.encoded.matrix[rows], setting.dataset.labels[rows]
    if setting.family.decides_only:
        watched = members.decision_adversary(setting.attack_within(radius))
        return (
            members.decisions(inputs)
            if isinstance(watched, NotMeasurable)
            else watched.decided(inputs, labels, "radius")
        )
    adversary = members.adversary(setting.attack_within(radius))
    if isinstance(adversary, NotMeasurable):
        return members.decisions(inputs)
    return np.asarray(adversary.worst(inputs, labels, purpose="radius").argmax(axis=2))


def _rounded(value: float) -> float:
    """Two digits, as a person would write it."""
    return float(f"{value:.2g}")


def _balanced(decisions: Float[Array, "member row"], labels: Float[Array, " row"]) -> float:
    """The mean over classes of the share decided rightly, over all members."""
    return float(np.mean([np.mean(decisions[:, labels == label] == label) for label in np.unique(labels)]))


def _best(shop: TrainingSetting, rows: TuningRows, asked: Open) -> float:
    """The value whose best learning rate has the least log loss on the tuning rows."""

    def loss(value: float) -> float:
        tried = settle(shop.design, Settings(parameters={asked.intervention: {asked.parameter: value}}))
        how = tuned_with(replace(shop, design=tried), Treatment((asked.intervention,)), rows)
        return min((score for score in how.scores if score is not None), default=np.inf)

    return min(asked.search.values, key=loss)
