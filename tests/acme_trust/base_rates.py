"""A family of models without any engine: the share of each label in the cell that a row falls into."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from interplay.arrays import Array, Float
from interplay.data.dataset import Dataset
from interplay.data.encoder import Encoded
from interplay.design.plan import Design
from interplay.families import Family, Order, Stack, TrainingSetting
from interplay.study.positions import Positions


@dataclass(frozen=True)
class BaseRates(Family):
    """log(share of the label in the cell), cells cut at zero in the first columns; the rate is how much they are smoothed."""

    classes: int
    cut: int = 3

    @classmethod
    def build(cls, design: Design, dataset: Dataset, encoded: Encoded, where: Positions | str) -> Self:
        return cls(len(dataset.classes), int(design.study.model.options.get("cut", 3)))

    @property
    def words(self) -> str:
        return f"shares in {2**self.cut} cells"

    @property
    def operations(self) -> float:
        return float(self.cut)

    def train(
        self, setting: TrainingSetting, orders: Sequence[Order], progress: Callable[[int], None] = lambda _: None
    ) -> Stack:
        stack = []
        for order in orders:
            cells = self._cells(setting.encoded.matrix[setting.design.pool[order.rows]])
            weights = setting.row_weights(order.treatment, order.rows)
            labels = setting.training_labels(order.treatment, order.rows)
            counts = np.full((2**self.cut, self.classes), order.rate)
            np.add.at(counts, (cells, labels), weights)
            stack.append(np.log(counts / counts.sum(axis=1, keepdims=True)))
            progress(1)
        return np.stack(stack)

    def scores(self, stack: Stack, inputs: Float[Array, "row column"]) -> Float[Array, "member row label"]:
        return np.asarray(stack)[:, self._cells(inputs)]

    def pack(self, stack: Stack) -> Mapping[str, Array]:
        return {".shares": np.asarray(stack)}

    def unpack(self, arrays: Mapping[str, Array]) -> Stack:
        return arrays[".shares"]

    def joined(self, stacks: Sequence[Stack]) -> Stack:
        return np.concatenate(stacks)

    def taken(self, stack: Stack, places: Sequence[int]) -> Stack:
        return np.asarray(stack)[list(places)]

    def _cells(self, inputs: Float[Array, "row column"]) -> Array:
        return (np.asarray(inputs)[:, : self.cut] > 0) @ (1 << np.arange(self.cut))
