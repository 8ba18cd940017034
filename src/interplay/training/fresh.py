"""Fresh models for a confirmation: new streams, and learning rates that were chosen before."""

from collections.abc import Mapping
from functools import partial

from interplay.design.treatment import Treatment
from interplay.families import Order, Stack, TrainingSetting, budget
from interplay.training.train import Fleet, Keep, Progress, anew
from interplay.training.tuning import Tuning

ROLE = "confirmation"
"""The role in the names of their random streams, which no other model shares."""


def fresh(
    shop: TrainingSetting,
    tuning: Mapping[Treatment, Tuning],
    progress: Progress = lambda *_: None,
    keep: Keep[Stack] = anew,
    secret_noise: bool = False,
) -> Fleet:
    """Train the members of every training treatment of `shop.design` with its chosen rate; nothing is tuned.

    Budgets of differential privacy are solved for the rows of this design. Nothing is trained as applied. With
    `secret_noise` the models that have a budget draw their noise and batches from the system's entropy; kept pieces are
    known by it, so that neither kind is taken for the other.
    """
    trainings = shop.design.trainings
    budgets = {one: spent for one in trainings if (spent := budget(shop.design, one)) is not None}
    tuned: dict[Treatment, Stack] = {}
    for place, one in enumerate(trainings):
        hidden = secret_noise and one in budgets
        name = f"{place}-{tuning[one].chosen}" + ("-secret" if hidden else "")
        tuned[one] = keep(name, partial(_members, shop, one, tuning[one].chosen, hidden, progress))
    return Fleet(tuned, tuned, {one: tuning[one] for one in tuned}, budgets)


def _members(shop: TrainingSetting, treatment: Treatment, rate: float, hidden: bool, progress: Progress) -> Stack:
    orders = [Order(treatment, rate, half, at, ROLE, hidden) for at, half in enumerate(shop.design.halves)]
    return shop.family.train(shop, orders, lambda done: progress("train", done))
