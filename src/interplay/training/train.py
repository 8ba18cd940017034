"""TRAIN: from a design to a fleet."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np

from interplay.arrays import Array, Float, Int
from interplay.data.dataset import Dataset
from interplay.data.encoder import Encoded
from interplay.design.plan import Design
from interplay.design.treatment import Treatment
from interplay.evidence import PrivacyBudget
from interplay.models.dense import Parameters
from interplay.training.fleet import scores, train_all
from interplay.training.recipes import Workshop, budget, job, recipe, workshop
from interplay.training.tuning import Trial, Tuning, choose, collapse_reason, refitted_log_loss

Progress = Callable[[str, int], None]
"""Told the stage and how many models of it are done."""


@dataclass(frozen=True, eq=False)
class Fleet:
    """Trained models: parameters stacked over members, for every training treatment.

    `tuned` have each treatment's own learning rate, `as_applied` the control's. `tuning` says how rates were chosen,
    `budgets` what differential privacy was spent.
    """

    tuned: Mapping[Treatment, Parameters]
    as_applied: Mapping[Treatment, Parameters]
    tuning: Mapping[Treatment, Tuning]
    budgets: Mapping[Treatment, PrivacyBudget]


def tune(design: Design, dataset: Dataset, encoded: Encoded, progress: Progress) -> dict[Treatment, Tuning]:
    """Choose a learning rate for every training treatment, the control first."""
    shop = workshop(design, dataset, encoded)
    rows = np.flatnonzero(design.split.tuning)
    inputs, labels = encoded.matrix[rows], dataset.labels[rows]
    found: dict[Treatment, Tuning] = {}
    share: float | None = None
    for treatment in design.trainings:
        trials = partial(_trials, shop, treatment, inputs=inputs, labels=labels, share=share, progress=progress)
        found[treatment] = choose(trials, design.study.model.learning_rates)
        if share is None:
            share = _share(shop, treatment, found[treatment].chosen, inputs)
    return found


def train(
    design: Design,
    dataset: Dataset,
    encoded: Encoded,
    tuning: Mapping[Treatment, Tuning],
    progress: Progress = lambda *_: None,
) -> Fleet:
    """Train every member of every treatment, with its own learning rate and with the control's."""
    shop = workshop(design, dataset, encoded)
    control = tuning[Treatment()].chosen
    tuned = {one: _members(shop, one, tuning[one].chosen, progress) for one in design.trainings}
    as_applied = {
        one: tuned[one] if tuning[one].chosen == control else _members(shop, one, control, progress)
        for one in design.trainings
    }
    budgets = {one: budget(shop, one) for one in design.trainings}
    return Fleet(tuned, as_applied, tuning, {one: spent for one, spent in budgets.items() if spent is not None})


def _members(shop: Workshop, treatment: Treatment, rate: float, progress: Progress) -> Parameters:
    halves = shop.design.halves
    jobs = [job(shop, treatment, halves[member], member, rate, "member") for member in range(len(halves))]
    return train_all(recipe(shop, treatment), shop.table, jobs, lambda done: progress("train", done))


def _tuning_models(shop: Workshop, treatment: Treatment, rates: tuple[float, ...], progress: Progress) -> Parameters:
    halves = shop.design.tuning_halves
    jobs = [
        job(shop, treatment, halves[member], member, rate, "tuning") for rate in rates for member in range(len(halves))
    ]
    return train_all(recipe(shop, treatment), shop.table, jobs, lambda done: progress("tune", done))


def _trials(
    shop: Workshop,
    treatment: Treatment,
    rates: tuple[float, ...],
    *,
    inputs: Float[Array, "row column"],
    labels: Int[Array, " row"],
    share: float | None,
    progress: Progress,
) -> list[Trial]:
    found = scores(_tuning_models(shop, treatment, rates, progress), inputs)
    members = len(shop.design.tuning_halves)
    trials = []
    for position, rate in enumerate(rates):
        mine = found[position * members : (position + 1) * members]
        losses = np.array([refitted_log_loss(one, labels) for one in mine])
        collapsed = collapse_reason(mine.argmax(axis=2), labels, shop.classes, share) is not None
        trials.append(Trial(rate, losses, collapsed))
    return trials


def _share(shop: Workshop, treatment: Treatment, rate: float, inputs: Float[Array, "row column"]) -> float:
    decided = scores(_tuning_models(shop, treatment, (rate,), lambda *_: None), inputs).argmax(axis=2)
    return float(np.mean([np.bincount(one).max() / len(one) for one in decided]))
