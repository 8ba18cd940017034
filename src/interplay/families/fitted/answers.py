"""A given model on one table: probabilities or decisions on encoded rows, and the digest by which it is recognised."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from interplay.arrays import Array, Float, Int
from interplay.errors import ModelError
from interplay.families.estimator.frames import Places, TableFrames
from interplay.families.estimator.scoring import floor_of
from interplay.families.fitted.given import GivenModel
from interplay.families.fitted.labels import LabelReading, are_labels

NEAR_ONE = 1e-3
"""How far the probabilities of a row may be from adding up to 1, as 32 bits round them."""


@dataclass(frozen=True, eq=False)
class GivenOnTable:
    """A given model and the table that it reads; `names` are the classes of the table, in its order."""

    given: GivenModel
    frames: TableFrames
    names: Sequence[str]

    def scores(self, inputs: Float[Array, "row column"], places: Places | None = None) -> Float[Array, "row label"]:
        """The logarithms of its probabilities on encoded rows; `places` are the rows of the table they were."""
        return np.log(np.clip(self.probabilities(self.frames.asked(inputs, places)), self.floor, 1.0))

    def decisions(self, inputs: Float[Array, "row column"], places: Places | None = None) -> Int[Array, " row"]:
        """What it decides about encoded rows, as classes of the table."""
        return self.decided(self.frames.asked(inputs, places))

    @cached_property
    def decides_only(self) -> bool:
        """Whether it gives decisions and no probabilities: labels, or nothing but 0 and 1 on the whole table."""
        return are_labels(self._of_table) or bool(np.isin(self._checked(self._of_table), (0.0, 1.0)).all())

    @cached_property
    def floor(self) -> float:
        """The least probability, from those of the whole table."""
        return floor_of(self._checked(self._of_table))

    def places(self, inputs: Float[Array, "row column"]) -> Places:
        """Which rows of the table encoded rows are."""
        return self.frames.places(inputs)

    def probabilities(self, rows: Any) -> Float[Array, "row label"]:
        """What it says of rows of features, one column for each class of the table.

        Raises ModelError with a sentence of its own for another shape, gaps, and numbers that are no probabilities.
        """
        return self._checked(self._answered(rows)) if len(rows) else np.zeros((0, len(self.names)))

    def decided(self, rows: Any) -> Int[Array, " row"]:
        """What it decides about rows of features, as classes of the table.

        Raises ModelError for labels that are no classes of the table, or could be read as two of them.
        """
        if not len(rows):
            return np.zeros(0, dtype=np.int64)
        said = self._answered(rows)
        if are_labels(self._of_table):
            return self._reading.codes(said)
        return np.asarray(self._checked(said).argmax(axis=1))

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the file; of a model without one, of what it says of the whole table, in 32 bits."""
        if self.given.file_digest:
            return self.given.file_digest
        rows = self.frames.fitting(np.arange(self.frames.rows))
        said = self.decided(rows) if self.decides_only else self._checked(self._of_table)
        return hashlib.sha256(np.ascontiguousarray(said, dtype=np.float32).tobytes()).hexdigest()

    @cached_property
    def _of_table(self) -> Array:
        """What it answers for the whole table, as it is."""
        return self._answered(self.frames.fitting(np.arange(self.frames.rows)))

    @cached_property
    def _reading(self) -> LabelReading:
        """What its labels stand for."""
        return LabelReading.settled(self._of_table, self.names, self.given)

    @cached_property
    def _order(self) -> Int[Array, " class"]:
        """The places of its outputs, by class of the table."""
        return self.given.places_of(self.names)

    def _answered(self, rows: Any) -> Array:
        try:
            said = np.asarray(self.given.answer(rows))
        except ModelError:
            raise
        except Exception as error:
            text = f"{type(error).__name__}: {error}".strip().splitlines()[0][:300]
            step = f"give a model of these columns: {', '.join(self.frames.columns)[:300]}"
            expected = "a model that answers for the features of the study"
            raise ModelError(expected, text, self.given.called, step) from error
        if said.shape[:1] != (len(rows),):
            raise self._misshapen(said, len(rows))
        return said

    def _checked(self, answer: Array) -> Float[Array, "row label"]:
        """An answer as probabilities, one column for each class of the table."""
        if answer.shape != (len(answer), len(self.names)) or answer.dtype.kind not in "fiub":
            raise self._misshapen(answer, len(answer))
        called, order, said = self.given.called, self._order, answer.astype(np.float64)
        if not np.isfinite(said).all():
            text = f"{int((~np.isfinite(said)).any(axis=1).sum())} of {len(said)} rows with a gap or an infinite number"
            raise ModelError("finite probabilities", text, called, "let the model answer for missing values too")
        if said.min() < -NEAR_ONE or said.max() > 1 + NEAR_ONE:
            text = f"numbers from {said.min():.3g} to {said.max():.3g}, as logits are"
            step = "apply the softmax (with two classes the logistic function), and give its result"
            raise ModelError("probabilities between 0 and 1", text, called, step)
        if np.abs(said.sum(axis=1) - 1).max() > NEAR_ONE:
            text = f"rows that add up to {said.sum(axis=1).min():.3g} and more"
            raise ModelError("probabilities of a row that add up to 1", text, called, "give one for every class")
        return np.asarray(said[:, order])

    def _misshapen(self, answer: Array, rows: int) -> ModelError:
        shape = (rows, len(self.names))
        expected = f"one probability for each row and class, an array of shape {shape}, or one label for each row"
        step = "wrap the model so that it gives these"
        return ModelError(expected, f"one of shape {answer.shape}, of {answer.dtype}", self.given.called, step)
