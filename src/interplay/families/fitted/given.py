"""A model as somebody gives it: what answers for rows, which label each of its outputs is, and what it was trained on."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from interplay.arrays import Array, Bool, Int
from interplay.data.levels import position
from interplay.errors import ModelError

ROWS = "a truth value for every row of the table, or the places of rows in it"


@dataclass(frozen=True, eq=False)
class GivenModel:
    """A trained model: `answer` gives, for a table of features under their own names, the probability of every class, or the
    label of every row where it decides only.

    `classes` are the label values of its outputs, in their order. `file_digest` is the SHA-256 of the file it was read from,
    empty where there was none. `trained_on` are the rows of the table that it was trained on, None where that is not declared.
    """

    answer: Callable[[Any], Any]
    classes: tuple[Any, ...]
    called: str
    file_digest: str = ""
    trained_on: Array | None = None

    def places_of(self, names: Sequence[str]) -> Int[Array, " class"]:
        """Which of its outputs each class of the table is.

        Raises ModelError where the two do not match one to one.
        """
        known = tuple(names)
        at = [position(known, _plain(value)) for value in self.classes]
        if len(at) != len(known) or sorted(place for place in at if place is not None) != list(range(len(known))):
            raise ModelError(
                f"an output for each of the classes {listed(known)}",
                f"outputs for {listed(self.classes) or 'classes that nobody names'}",
                self.called,
                "write classes under [model], or classes= in Python: the label value of each output, in their order",
            )
        return np.argsort(np.asarray(at, dtype=np.int64))

    def rows_trained_on(self, rows: int) -> Bool[Array, " row"] | None:
        """Which of the rows of a table with so many it was trained on.

        Raises ModelError where these are no rows of the table.
        """
        if self.trained_on is None:
            return None
        given = np.asarray(self.trained_on)
        if given.dtype == bool and given.shape == (rows,):
            return given
        if given.ndim == 1 and given.dtype.kind in "iu" and (not len(given) or 0 <= given.min() <= given.max() < rows):
            return np.isin(np.arange(rows), given)
        found = f"an array of {given.dtype} of shape {given.shape}, for a table of {rows} rows"
        raise ModelError(ROWS, found, f"{self.called}, trained_on", "give one of the two")


def fitted(model: Any, classes: Sequence[Any] = (), trained_on: Any = None) -> GivenModel:
    """A model that is trained already, to be measured as it is.

    `model` has `predict_proba`, or is a function; either is called with a pandas table of the study's features under their
    own names and gives the probability of every class for every row, between 0 and 1, adding up to 1. `classes` are the
    label values in the order of its outputs; taken from `model.classes_` where there is one. A function that gives the label
    of every row, a model that has `predict` alone, and probabilities that are 0 or 1 throughout are decisions: what needs
    probabilities is then not measured, and says so. `trained_on` says which rows of
    the table it was trained on, as truth values or as places: with it, a threshold on the loss is tried as an attack on
    membership, and its scores are held against those of reference models trained on the other rows; without it, membership is not
    measured. Give the result as `network` to `run`, with kind = "fitted".

    Raises ModelError for what cannot be asked, and where `classes` contradicts the model.

    Example:
        >>> import numpy as np
        >>> always = fitted(lambda rows: np.full((len(rows), 2), 0.5), classes=["no", "yes"])
        >>> always.classes, always.places_of(("no", "yes")).tolist()
        (('no', 'yes'), [0, 1])

    Does not show: what another model trained in the same way would do, or whether `trained_on` is true.
    """
    called = getattr(model, "__name__", type(model).__name__)
    answer = next((getattr(model, name) for name in ("predict_proba", "predict") if hasattr(model, name)), model)
    if not callable(answer):
        found = f"{called}, which has neither predict_proba nor predict nor can be called"
        step = "give a classifier with predict_proba, or a function from a table to probabilities"
        raise ModelError("a model that gives probabilities or labels", found, called, step)
    own, declared = tuple(_plain(value) for value in getattr(model, "classes_", ())), tuple(map(_plain, classes))
    if own and declared and [str(value) for value in own] != [str(value) for value in declared]:
        expected, found = f"classes in the order of the model, {listed(own)}", listed(declared)
        raise ModelError(expected, found, called, "take classes out, or write them in the model's order")
    rows = None if trained_on is None else np.asarray(trained_on)
    return GivenModel(answer, own or declared, called, trained_on=rows)


def _plain(value: Any) -> Any:
    """A value of numpy as one of Python."""
    return value.item() if isinstance(value, np.generic) else value


def listed(values: Sequence[Any]) -> str:
    """Values in quotes, for messages."""
    return ", ".join(repr(str(value)) for value in values)
