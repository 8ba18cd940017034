"""A given model on one table: class scores of encoded rows, and the digest by which it is recognised."""

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from interplay.arrays import Array, Float, Int
from interplay.errors import ModelError
from interplay.families.estimator.frames import Places, TableFrames
from interplay.families.estimator.scoring import floor_of
from interplay.families.fitted.given import GivenModel

NEAR_ONE = 1e-3
"""How far the probabilities of a row may be from adding up to 1, as 32 bits round them."""


@dataclass(frozen=True, eq=False)
class GivenOnTable:
    """A given model and the table that it reads; `order` are the places of its outputs, by class of the table."""

    given: GivenModel
    frames: TableFrames
    order: Int[Array, " class"]

    def scores(self, inputs: Float[Array, "row column"], places: Places | None = None) -> Float[Array, "row label"]:
        """The logarithms of its probabilities on encoded rows; `places` are the rows of the table they were."""
        return np.log(np.clip(self.probabilities(self.frames.asked(inputs, places)), self.floor, 1.0))

    @cached_property
    def floor(self) -> float:
        """The least probability, from those of the whole table."""
        return floor_of(self.probabilities(self.frames.fitting(np.arange(self.frames.rows))))

    def places(self, inputs: Float[Array, "row column"]) -> Places:
        """Which rows of the table encoded rows are."""
        return self.frames.places(inputs)

    def probabilities(self, rows: Any) -> Float[Array, "row label"]:
        """What it says of rows of features, one column for each class of the table.

        Raises ModelError with a sentence of its own for another shape, gaps, and numbers that are no probabilities.
        """
        called = self.given.called
        if not len(rows):
            return np.zeros((0, len(self.order)))
        try:
            answer = self.given.answer(rows)
        except ModelError:
            raise
        except Exception as error:
            text = f"{type(error).__name__}: {error}".strip().splitlines()[0][:300]
            step = f"give a model of these columns: {', '.join(self.frames.columns)[:300]}"
            raise ModelError("a model that answers for the features of the study", text, called, step) from error
        found = np.asarray(answer, dtype=np.float64)
        wanted = (len(rows), len(self.order))
        if found.shape != wanted:
            expected = f"one probability for each row and class, an array of shape {wanted}"
            raise ModelError(expected, f"one of shape {found.shape}", called, "wrap the model so that it gives these")
        if not np.isfinite(found).all():
            text = (
                f"{int((~np.isfinite(found)).any(axis=1).sum())} of {len(found)} rows with a gap or an infinite number"
            )
            raise ModelError("finite probabilities", text, called, "let the model answer for missing values too")
        if found.min() < -NEAR_ONE or found.max() > 1 + NEAR_ONE:
            text = f"numbers from {found.min():.3g} to {found.max():.3g}, as logits are"
            step = "apply the softmax (with two classes the logistic function), and give its result"
            raise ModelError("probabilities between 0 and 1", text, called, step)
        if np.abs(found.sum(axis=1) - 1).max() > NEAR_ONE:
            text = f"rows that add up to {found.sum(axis=1).min():.3g} and more"
            raise ModelError("probabilities of a row that add up to 1", text, called, "give one for every class")
        return np.asarray(found[:, self.order])

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the file; of a model without one, of its probabilities on the whole table, in 32 bits."""
        if self.given.file_digest:
            return self.given.file_digest
        said = self.probabilities(self.frames.fitting(np.arange(self.frames.rows)))
        return hashlib.sha256(np.ascontiguousarray(said, dtype=np.float32).tobytes()).hexdigest()
