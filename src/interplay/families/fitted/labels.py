"""Answers that are labels: which class of the table each is, unless they could be read in two ways."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from interplay.arrays import Array, Int
from interplay.data.levels import position
from interplay.errors import ModelError
from interplay.families.fitted.given import GivenModel, listed

SHOWN = 5


def are_labels(answer: Array) -> bool:
    """Whether an answer is one value for each row, and not one for each row and class."""
    return answer.ndim == 1


@dataclass(frozen=True)
class LabelReading:
    """How a model's labels are read: as values of the label column, or as places among the classes that are declared for it."""

    names: tuple[str, ...]
    declared: tuple[Any, ...]
    called: str
    by_place: bool = False

    @classmethod
    def settled(cls, answer: Array, names: Sequence[str], given: GivenModel) -> "LabelReading":
        """The reading that fits all answers for the whole table.

        Raises ModelError where none does, and where both do and differ.

        Example:
            >>> given = GivenModel(len, ("yes", "no"), "model")
            >>> LabelReading.settled(np.array([0, 1, 1]), ("no", "yes"), given).codes(np.array([0, 1])).tolist()
            [1, 0]
        """
        by_value = cls(tuple(names), given.classes, given.called)
        by_place = cls(tuple(names), given.classes, given.called, by_place=True)
        values = _distinct(answer)[0]
        first, second = ([reading._code(value) for value in values] for reading in (by_value, by_place))
        if None in second:
            return by_value
        if None in first or first == second:
            return by_place
        raise ModelError(
            "labels that can be read in one way",
            f"{listed(values)}, which are values of the label and places among the classes {listed(given.classes)} that differ",
            given.called,
            "let the model give the values of the label column, and take classes out",
        )

    def codes(self, answer: Array) -> Int[Array, " row"]:
        """The class of the table of every answer.

        Raises ModelError for one that is none.
        """
        values, at = _distinct(answer)
        codes = [self._code(value) for value in values]
        if unread := [value for value, code in zip(values, codes, strict=True) if code is None]:
            raise ModelError(
                f"for each row one of the labels {listed(self.names)}, or one probability for each class",
                f"an array of shape {answer.shape} with {listed(unread[:SHOWN])}",
                self.called,
                "let the model give the values of the label column, or wrap it so that it gives a probability for every class",
            )
        return np.asarray(codes, dtype=np.int64)[at]

    def _code(self, value: Any) -> int | None:
        if not self.by_place:
            return position(self.names, value)
        if isinstance(value, str) or value not in range(len(self.declared)):
            return None
        return position(self.names, self.declared[int(value)])


def _distinct(answer: Array) -> tuple[list[Any], Int[Array, " row"]]:
    """The values among answers, and which of them each is."""
    values, at = np.unique(answer.astype(str) if answer.dtype.kind == "O" else answer, return_inverse=True)
    return values.tolist(), at.reshape(-1)
