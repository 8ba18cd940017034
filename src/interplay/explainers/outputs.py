"""What is explained: outputs of models as functions of a row, their values, and their gradients."""

import abc
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from scipy.special import expit

from interplay.arrays import Array, Float, Int


@dataclass(frozen=True, eq=False)
class Points:
    """Rows as an explainer sees them: in which bin each feature lies, the encoded columns, and which columns a feature has."""

    bins: Int[Array, "row feature"]
    columns: Float[Array, "row column"]
    spans: Sequence[slice]

    def __len__(self) -> int:
        return len(self.columns)


class Outputs(abc.ABC):
    """Outputs of one or more models, each a number for every row."""

    @abc.abstractmethod
    def values(self, points: Points) -> Float[Array, "output row"]:
        """The outputs at rows that are asked about again and again."""

    @abc.abstractmethod
    def at(self, columns: Float[Array, "row column"]) -> Float[Array, "output row"]:
        """The outputs at rows that are asked about once."""

    def gradients(self, columns: Float[Array, "row column"]) -> Float[Array, "output row column"]:
        """How much each output changes with each column.

        Raises NotImplementedError where there is no gradient.
        """
        raise NotImplementedError(f"{type(self).__name__} has no gradients")


@dataclass(frozen=True, eq=False)
class JoinedOutputs(Outputs):
    """Several outputs, one after the other."""

    parts: Sequence[Outputs]

    def values(self, points: Points) -> Float[Array, "output row"]:
        return np.concatenate([part.values(points) for part in self.parts])

    def at(self, columns: Float[Array, "row column"]) -> Float[Array, "output row"]:
        return np.concatenate([part.at(columns) for part in self.parts])

    def gradients(self, columns: Float[Array, "row column"]) -> Float[Array, "output row column"]:
        return np.concatenate([part.gradients(columns) for part in self.parts])


class Models(Protocol):
    """Models that can be asked."""

    def log_probabilities(self, inputs: Float[Array, "row column"], /) -> Float[Array, "model row label"]:
        """The log-probabilities of rows."""

    def pulled_back(
        self, inputs: Float[Array, "row column"], slopes: Float[Array, "model row label"], /
    ) -> Float[Array, "model row column"]:
        """The gradient of sum over labels of slope * log-probability, for every row (a vector-Jacobian product)."""


class FunctionOfScores(Protocol):
    """A number that follows from the log-probabilities of a row."""

    def value(self, log_probabilities: Float[Array, "model row label"]) -> Float[Array, "model row"]:
        """The number."""

    def slopes(self, log_probabilities: Float[Array, "model row label"]) -> Float[Array, "model row label"]:
        """How much it changes with each log-probability."""


@dataclass(frozen=True)
class Score:
    """The probability of the favourable class; `log_odds` gives its log-odds."""

    favourable: int
    log_odds: Callable[[Float[Array, "model row label"]], Float[Array, "model row"]]

    def value(self, log_probabilities: Float[Array, "model row label"]) -> Float[Array, "model row"]:
        return np.asarray(expit(self.log_odds(log_probabilities)))

    def slopes(self, log_probabilities: Float[Array, "model row label"]) -> Float[Array, "model row label"]:
        slopes = np.zeros(log_probabilities.shape)
        slopes[:, :, self.favourable] = np.exp(log_probabilities[:, :, self.favourable])
        return slopes


@dataclass(frozen=True)
class Entropy:
    """The entropy of the probabilities, in nats."""

    def value(self, log_probabilities: Float[Array, "model row label"]) -> Float[Array, "model row"]:
        entropies = -(np.exp(log_probabilities) * log_probabilities).sum(axis=2)
        return np.asarray(np.where(entropies > 0, entropies, 0.0))

    def slopes(self, log_probabilities: Float[Array, "model row label"]) -> Float[Array, "model row label"]:
        return np.asarray(-np.exp(log_probabilities) * (1.0 + log_probabilities))


@dataclass(frozen=True, eq=False)
class ModelOutputs(Outputs):
    """A quantity of every model; what models say of `Points` is asked once, for all that share `known`."""

    models: Models
    quantity: FunctionOfScores
    known: dict[Points, Float[Array, "model row label"]] = field(default_factory=dict)

    def of(self, quantity: FunctionOfScores) -> "ModelOutputs":
        """Another quantity of the same models."""
        return ModelOutputs(self.models, quantity, self.known)

    def log_probabilities(self, points: Points) -> Float[Array, "model row label"]:
        """What the models say of rows that are asked about again and again."""
        if points not in self.known:
            self.known[points] = self.models.log_probabilities(points.columns)
        return self.known[points]

    def values(self, points: Points) -> Float[Array, "output row"]:
        return self.quantity.value(self.log_probabilities(points))

    def at(self, columns: Float[Array, "row column"]) -> Float[Array, "output row"]:
        return self.quantity.value(self.models.log_probabilities(columns))

    def gradients(self, columns: Float[Array, "row column"]) -> Float[Array, "output row column"]:
        slopes = self.quantity.slopes(self.models.log_probabilities(columns))
        return self.models.pulled_back(columns, slopes)
