"""TRAIN: from a design to a fleet."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

import numpy as np

from interplay.arrays import Array, Float, Int
from interplay.design.treatment import Treatment
from interplay.evidence import PrivacyGuarantee
from interplay.families import Order, Stack, TrainingSetting, budget
from interplay.training.refit import refit
from interplay.training.tuning import Trial, Tuning, choose, collapse_reason, refitted_log_loss, untried

Progress = Callable[[str, int], None]
"""Told the stage and how many models of it are done."""

Piece = TypeVar("Piece")
Keep = Callable[[str, Callable[[], Piece]], Piece]
"""Gives the piece of work that was kept under a name; otherwise does the work, and keeps what it makes."""


def anew(_: str, work: Callable[[], Piece]) -> Piece:
    """Keeps nothing."""
    return work()


@dataclass(frozen=True, eq=False)
class Fleet:
    """Trained models: a stack of members for every training treatment.

    `tuned` have each treatment's own learning rate, `as_applied` the one that the study declares, or else the control's
    (`applied_rate`). `tuning` says how rates were chosen, `budgets` what differential privacy was spent.
    """

    tuned: Mapping[Treatment, Stack]
    as_applied: Mapping[Treatment, Stack]
    tuning: Mapping[Treatment, Tuning]
    budgets: Mapping[Treatment, PrivacyGuarantee]


@dataclass(frozen=True, eq=False)
class TuningRows:
    """Encoded rows that no model trained on, their labels, and their weights where they do not count alike."""

    inputs: Float[Array, "row column"]
    labels: Int[Array, " row"]
    weights: Float[Array, " row"] | None = None


def tune(
    shop: TrainingSetting, rows: TuningRows, progress: Progress = lambda *_: None, keep: Keep[Tuning] = anew
) -> dict[Treatment, Tuning]:
    """Choose a learning rate for every training treatment, the control first, by its scores on `rows`."""
    found: dict[Treatment, Tuning] = {}
    share: float | None = None
    for place, treatment in enumerate(shop.design.trainings):
        found[treatment] = keep(f"{place}", partial(tuned_with, shop, treatment, rows, share, progress))
        if share is None and not shop.family.decides_only:
            share = _share(shop, treatment, found[treatment].chosen, rows)
    return found


def tuned_with(
    shop: TrainingSetting,
    treatment: Treatment,
    rows: TuningRows,
    share: float | None = None,
    progress: Progress = lambda *_: None,
) -> Tuning:
    """The learning rate of one treatment; `share` is that of the control's most frequent decision."""
    if shop.family.decides_only:
        return untried(shop.design.study.model.learning_rates[0])
    trials = partial(_trials, shop, treatment, rows=rows, share=share, progress=progress)
    return choose(trials, shop.design.study.model.learning_rates)


def tuned_control(
    shop: TrainingSetting, rows: TuningRows, keep: Keep[Tuning] = anew, progress: Progress = lambda *_: None
) -> Stack:
    """The control's members for tuning, with the learning rate chosen for it."""
    return _tuning_models(shop, Treatment(), (_controls_rate(shop, rows, keep, progress),), lambda *_: None)


def ranking_control(
    shop: TrainingSetting, rows: TuningRows, keep: Keep[Tuning] = anew, progress: Progress = lambda *_: None
) -> Stack:
    """The control's members for ranking rows, with the learning rate chosen for it."""
    rate = _controls_rate(shop, rows, keep, progress)
    halves = shop.design.ranking_halves
    return shop.family.train(shop, [Order(Treatment(), rate, half, at, "ranking") for at, half in enumerate(halves)])


def _controls_rate(shop: TrainingSetting, rows: TuningRows, keep: Keep[Tuning], progress: Progress) -> float:
    return keep("0", partial(tuned_with, shop, Treatment(), rows, None, progress)).chosen


def applied_rate(shop: TrainingSetting, tuning: Mapping[Treatment, Tuning]) -> float:
    """The learning rate of every treatment as applied: the study's own where it declares one, else the control's."""
    declared = shop.design.study.model.learning_rate
    return tuning[Treatment()].chosen if declared is None else declared


def train(
    shop: TrainingSetting,
    tuning: Mapping[Treatment, Tuning],
    progress: Progress = lambda *_: None,
    keep: Keep[Stack] = anew,
) -> Fleet:
    """Train every member of every treatment, with its own learning rate and with the one as applied."""
    trainings, applied = shop.design.trainings, applied_rate(shop, tuning)

    def members(one: Treatment, rate: float) -> Stack:
        place = trainings.index(one)
        return keep(f"{place}-{rate}", lambda: _members(shop, one, rate, progress))

    tuned = {one: members(one, tuning[one].chosen) for one in trainings}
    as_applied = {one: tuned[one] if tuning[one].chosen == applied else members(one, applied) for one in trainings}
    budgets = {one: budget(shop.design, one) for one in trainings}
    return Fleet(tuned, as_applied, tuning, {one: spent for one, spent in budgets.items() if spent is not None})


def more_members(
    shop: TrainingSetting,
    treatment: Treatment,
    rate: float,
    members: Sequence[int],
    progress: Progress = lambda *_: None,
) -> Stack:
    """Train the members with these numbers; `shop` has a design with that many."""
    halves = shop.design.halves
    role = _role(shop, treatment, "member")
    orders = [Order(treatment, rate, halves[member], member, role) for member in members]
    return shop.family.train(shop, orders, lambda done: progress("train", done))


def _members(shop: TrainingSetting, treatment: Treatment, rate: float, progress: Progress) -> Stack:
    return more_members(shop, treatment, rate, range(shop.design.members), progress)


def _tuning_models(shop: TrainingSetting, treatment: Treatment, rates: tuple[float, ...], progress: Progress) -> Stack:
    halves = shop.design.tuning_halves
    role = _role(shop, treatment, "tuning")
    orders = [Order(treatment, rate, half, at, role) for rate in rates for at, half in enumerate(halves)]
    return shop.family.train(shop, orders, lambda done: progress("tune", done))


def _role(shop: TrainingSetting, treatment: Treatment, role: str) -> str:
    """What the random streams of a model are called."""
    known = shop.design.factors.known
    own = (known[name].streams for name in treatment.interventions if name in known)
    return " ".join((role, *filter(None, own)))


def _trials(
    shop: TrainingSetting,
    treatment: Treatment,
    rates: tuple[float, ...],
    *,
    rows: TuningRows,
    share: float | None,
    progress: Progress,
) -> list[Trial]:
    found = shop.family.scores(_tuning_models(shop, treatment, rates, progress), rows.inputs)
    members = len(shop.design.tuning_halves)
    trials = []
    for position, rate in enumerate(rates):
        mine = found[position * members : (position + 1) * members]
        losses = np.array([refitted_log_loss(one, rows.labels, rows.weights) for one in mine])
        collapsed = collapse_reason(_decided(mine, rows), rows.labels, shop.classes, share) is not None
        trials.append(Trial(rate, losses, collapsed))
    return trials


def _share(shop: TrainingSetting, treatment: Treatment, rate: float, rows: TuningRows) -> float:
    models = _tuning_models(shop, treatment, (rate,), lambda *_: None)
    decided = _decided(shop.family.scores(models, rows.inputs), rows)
    return float(np.mean([np.bincount(one).max() / len(one) for one in decided]))


def _decided(found: Float[Array, "member row label"], rows: TuningRows) -> Int[Array, "member row"]:
    """The decisions of refitted models, which are those that a treatment takes."""
    fitted = [refit(one, rows.labels, rows.weights) for one in found]
    return np.stack([(how(one) if how else one).argmax(axis=1) for how, one in zip(fitted, found, strict=True)])
