"""A trained module, and the class scores that it gives."""

import copy
from dataclasses import dataclass
from typing import Any

import numpy as np

from interplay.arrays import Array, Float
from interplay.families._pytorch import single_thread
from interplay.families.estimator.frames import Places
from interplay.models.optional import needed

AT_ONCE = 20_000
"""Rows that a module is asked about in one call."""


@dataclass(frozen=True, eq=False)
class TrainedModule:
    """A module that is trained, and how many classes there are."""

    module: Any
    classes: int

    def scores(self, inputs: Float[Array, "row column"], places: Places | None = None) -> Float[Array, "row label"]:
        """Class scores of encoded rows, in float64."""
        del places
        torch = needed("torch", "torch")
        rows = np.ascontiguousarray(inputs, dtype=np.float32)
        starts = range(0, max(len(rows), 1), AT_ONCE)
        with single_thread(), torch.no_grad():
            parts = [class_scores(self.module, torch.tensor(rows[at : at + AT_ONCE]), self.classes) for at in starts]
        return np.asarray(torch.cat(parts).numpy(), dtype=np.float64)

    def places(self, inputs: Float[Array, "row column"]) -> Places:
        """A module reads encoded rows, whichever rows of the table they are."""
        return np.full(len(inputs), -1, dtype=np.int64)

    @property
    def state(self) -> dict[str, Array]:
        """Its parameters and buffers by name, as PyTorch calls them."""
        return {name: value.detach().numpy().copy() for name, value in self.module.state_dict().items()}


def class_scores(module: Any, rows: Any, classes: int) -> Any:
    """Class scores (row, label), as a tensor: what a module gives; one score a row, or one column of them, is the log-odds of
    the second of two classes.
    """
    given = module(rows)
    if classes == 2 and (given.ndim == 1 or given.shape[1:] == (1,)):
        odds = given.reshape(-1)
        return needed("torch", "torch").stack([odds.new_zeros(odds.shape), odds], dim=1)
    return given


def last_hidden(trained: TrainedModule, inputs: Float[Array, "row column"]) -> Float[Array, "row unit"] | None:
    """What enters the last layer with parameters that a module calls; None where that is the rows themselves, or no row of
    units for each of them.
    """
    torch, module = needed("torch", "torch"), copy.deepcopy(trained.module)  # hooks of its own: others may be asking it
    entered: list[Any] = []
    for layer in module.modules():
        if any(True for _ in layer.parameters(recurse=False)):
            layer.register_forward_pre_hook(lambda _, given: entered.append(given[0]))
    with single_thread(), torch.no_grad():
        module(torch.tensor(np.ascontiguousarray(inputs, dtype=np.float32)))
    if len(entered) < 2 or entered[-1].ndim != 2 or len(entered[-1]) != len(inputs):
        return None
    return np.asarray(entered[-1].numpy(), dtype=np.float64)
