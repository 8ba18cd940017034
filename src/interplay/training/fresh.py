"""Fresh models for a confirmation: new streams, and learning rates that were chosen before."""

from collections.abc import Mapping
from functools import partial

from interplay.design.treatment import Treatment
from interplay.models.network import Parameters
from interplay.training.fleet import Lazy, train_all
from interplay.training.loop import Job
from interplay.training.recipes import TrainingSetting, budget, job, recipe, secret
from interplay.training.train import Fleet, Keep, Progress, anew
from interplay.training.tuning import Tuning

ROLE = "confirmation"
"""The role in the names of their random streams, which no other model shares."""


def fresh(
    shop: TrainingSetting,
    tuning: Mapping[Treatment, Tuning],
    progress: Progress = lambda *_: None,
    keep: Keep[Parameters] = anew,
    secret_noise: bool = False,
) -> Fleet:
    """Train the members of every training treatment of `shop.design` with its chosen rate; nothing is tuned.

    Budgets of differential privacy are solved for the rows of this design. Nothing is trained as applied. With
    `secret_noise` the models that have a budget draw their noise and batches from the system's entropy; kept pieces are
    known by it, so that neither kind is taken for the other.
    """
    trainings = shop.design.trainings
    budgets = {one: spent for one in trainings if (spent := budget(shop.design, one)) is not None}
    tuned: dict[Treatment, Parameters] = {}
    for place, one in enumerate(trainings):
        hidden = secret_noise and one in budgets
        name = f"{place}-{tuning[one].chosen}" + ("-secret" if hidden else "")
        tuned[one] = keep(name, partial(_members, shop, one, tuning[one].chosen, hidden, progress))
    return Fleet(tuned, tuned, {one: tuning[one] for one in tuned}, budgets)


def _members(shop: TrainingSetting, treatment: Treatment, rate: float, hidden: bool, progress: Progress) -> Parameters:
    rows = shop.design.halves

    def made(number: int) -> Job:
        own = job(shop, treatment, rows[number], number, rate, ROLE)
        return secret(own) if hidden else own

    jobs = Lazy(len(rows), made)
    return train_all(recipe(shop), shop.table, jobs, lambda done: progress("train", done))
