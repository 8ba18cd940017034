"""What networks have learned when their training begins, where an intervention says so."""

from collections.abc import Sequence

import numpy as np

from interplay.families._family import Order
from interplay.families._setting import TrainingSetting, acting
from interplay.families.network.fleet import Lazy, train_all
from interplay.families.network.loop import Job
from interplay.families.network.recipes import CONTROL, job, recipe, table
from interplay.interventions import StartIntervention
from interplay.models.network import Network, Parameters


def starts(setting: TrainingSetting, network: Network, orders: Sequence[Order]) -> Parameters | None:
    """The parameters with which the training of these models begins; None for random ones."""
    active = acting(setting.design, orders[0].treatment)
    first = next((each for each in active if isinstance(each, StartIntervention)), None)
    if first is None:
        return None

    def made(at: int) -> Job:
        order = orders[at]
        own = job(setting, CONTROL, order.rows, order.member, order.rate, order.role)
        weights = own.weights * first.weigh_first(setting.rows(order.rows))
        return own._replace(weights=(weights / weights.mean()).astype(np.float32))

    return train_all(recipe(setting, network), table(setting), Lazy(len(orders), made))
