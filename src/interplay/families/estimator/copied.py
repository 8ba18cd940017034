"""Copies of training rows, drawn by an intervention before a model is fitted."""

from typing import Any

import numpy as np

from interplay import streams
from interplay.arrays import Array, Float
from interplay.engine import jax, jnp
from interplay.families._family import Order
from interplay.families._setting import TrainingSetting, acting
from interplay.interventions import InputIntervention
from interplay.representations import threat_of


def moved(setting: TrainingSetting, order: Order) -> Float[Array, "copy half movable"] | None:
    """What the movable columns of an order's rows are in every copy; None where nothing draws copies or nothing can move.

    Copies have the random stream of perturbed rows, which does not name the treatment.
    """
    columns = np.asarray(setting.encoded.movable_columns, dtype=np.int64)
    drawing = [one for one in acting(setting.design, order.treatment) if isinstance(one, InputIntervention)]
    if not drawing or not len(columns):
        return None
    rows = jnp.asarray(setting.encoded.matrix[setting.design.pool[order.rows]])
    threat = threat_of(setting.encoded, setting.design.radius).among(columns, rows)
    words = jnp.asarray(streams.key_data(setting.design.study.seed, f"{order.role} attack", member=order.member))
    drawn = drawing[0].perturb(_unasked, rows[:, columns], threat, jax.random.wrap_key_data(words))
    copies = drawn[:, None] if drawn.ndim == 2 else drawn
    return np.ascontiguousarray(np.asarray(copies, dtype=np.float32).swapaxes(0, 1))  # as it lies in a file


def _unasked(inputs: Any) -> Any:
    raise NotImplementedError("an intervention that asks the model acts inside the steps of a network")
