"""Finding what a study leaves to its data, on the tuning rows: no row that is trained on, tested or held back is looked at."""

from dataclasses import replace

import numpy as np

from interplay import streams
from interplay.arrays import Array, Float
from interplay.design.settings import Settings, clipping_is_open, radius_is_open, settle
from interplay.design.treatment import Treatment
from interplay.measurement.bench import Bench
from interplay.measurement.facts import under_attack
from interplay.measurement.refitting import refitted
from interplay.models.network import Parameters
from interplay.training.recipes import Workshop
from interplay.training.train import Keep, Progress, Rows, tuned_control, tuned_with
from interplay.training.tuning import Tuning, least_balanced

LOST, SHARE = 0.10, 1 / 3
"""The balanced accuracy that the control loses at the radius looked for: ten points, and no more than a third of what it has
above a collapsed model, so that something is left to defend."""
SMALLEST, LARGEST = 0.02, 2.0
"""Radii between which it is looked for, in standard deviations."""
HALVINGS = 8
"""Of the logarithm of the interval: the radius is right to about 2 %."""
CLIPPINGS = 0.1, 0.3, 1.0
MOST_ROWS = 2_000
"""Tuning rows that are attacked; drawn from the seed where there are more, whatever their order."""


def settings(
    shop: Workshop, bench: Bench, rows: Rows, keep: Keep[Tuning], progress: Progress = lambda *_: None
) -> Settings:
    """The radius at which the control loses ten points of balanced accuracy, or a third of what it has above a
    collapsed model where that is less, and the clipping norm with the least log loss.

    Both on the tuning rows, by members set apart for tuning, and only where the study declares none. `keep` holds what is
    found of the control's learning rate.

    Does not show: that the control loses as much on other rows, nor that other norms would not do better.
    """
    study, found = shop.design.study, Settings()
    if radius_is_open(study) and bench.encoded.movable.any():
        found = _radius(bench, tuned_control(shop, rows, keep, progress))
    if clipping_is_open(study):
        found = replace(found, max_grad_norm=_clipping(shop, rows))
    return found


def _radius(bench: Bench, control: Parameters) -> Settings:
    """By bisection of the logarithm; where nothing within the largest radius costs as much, the default stays."""
    parameters = refitted(bench, control)
    tuning = np.flatnonzero(bench.design.split.tuning)
    tuning = np.sort(streams.generator(bench.design.study.seed, "radius rows").permutation(tuning)[:MOST_ROWS])
    labels = bench.dataset.labels[tuning]
    plain = _balanced(under_attack(bench, parameters, tuning, 0.0), labels)
    wanted = min(LOST, SHARE * (plain - least_balanced(len(bench.dataset.classes))))

    def lost(radius: float) -> float:
        return plain - _balanced(under_attack(bench, parameters, tuning, radius), labels)

    if wanted <= 0 or lost(LARGEST) < wanted:
        return Settings()
    low, high = np.log(SMALLEST), np.log(LARGEST)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if lost(float(np.exp(middle))) >= wanted else (middle, high)
    radius = _rounded(float(np.exp(high)))
    return Settings(radius=radius, lost=round(lost(radius), 3))


def _rounded(value: float) -> float:
    """Two digits, as a person would write it."""
    return float(f"{value:.2g}")


def _balanced(decisions: Float[Array, "member row"], labels: Float[Array, " row"]) -> float:
    """The mean over classes of the share decided rightly, over all members."""
    return float(np.mean([np.mean(decisions[:, labels == label] == label) for label in np.unique(labels)]))


def _clipping(shop: Workshop, rows: Rows) -> float:
    """The norm whose best learning rate has the least log loss on the tuning rows."""

    def loss(norm: float) -> float:
        how = tuned_with(
            replace(shop, design=settle(shop.design, Settings(max_grad_norm=norm))), Treatment(("dp_sgd",)), rows
        )
        return min((score for score in how.scores if score is not None), default=np.inf)

    return min(CLIPPINGS, key=loss)
