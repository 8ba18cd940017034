"""Fresh models for a confirmation: new streams, and learning rates that were chosen before."""

from collections.abc import Mapping
from functools import partial

from interplay.design.treatment import Treatment
from interplay.models.network import Parameters
from interplay.training.fleet import Lazy, train_all
from interplay.training.recipes import Workshop, budget, job, recipe
from interplay.training.train import Fleet, Keep, Progress, anew
from interplay.training.tuning import Tuning

ROLE = "confirmation"
"""The role in the names of their random streams, which no other model shares."""


def fresh(
    shop: Workshop,
    tuning: Mapping[Treatment, Tuning],
    progress: Progress = lambda *_: None,
    keep: Keep[Parameters] = anew,
) -> Fleet:
    """Train the members of every training treatment of `shop.design` with its chosen rate; nothing is tuned.

    Budgets of differential privacy are solved for the rows of this design. Nothing is trained as applied.
    """
    tuned = {
        one: keep(f"{place}-{tuning[one].chosen}", partial(_members, shop, one, tuning[one].chosen, progress))
        for place, one in enumerate(shop.design.trainings)
    }
    budgets = {one: spent for one in tuned if (spent := budget(shop, one)) is not None}
    return Fleet(tuned, tuned, {one: tuning[one] for one in tuned}, budgets)


def _members(shop: Workshop, treatment: Treatment, rate: float, progress: Progress) -> Parameters:
    rows = shop.design.halves
    jobs = Lazy(len(rows), lambda number: job(shop, treatment, rows[number], number, rate, ROLE))
    return train_all(recipe(shop), shop.table, jobs, lambda done: progress("train", done))
