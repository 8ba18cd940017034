"""Integrated gradients, gradient times input and Shapley values against captum."""

import numpy as np
import pytest

from interplay.arrays import Array, Float
from interplay.explainers.gradients import gradient_times_input, integrated_gradients
from interplay.explainers.outputs import Outputs, Points
from interplay.explainers.shapley import shapley_values

torch = pytest.importorskip("torch")
attribution = pytest.importorskip("captum.attr")
pytestmark = pytest.mark.oracles

COLUMNS, HIDDEN = 5, 8
SPANS = [slice(place, place + 1) for place in range(COLUMNS)]
GENERATOR = np.random.default_rng(0)
FIRST, SECOND = GENERATOR.normal(size=(COLUMNS, HIDDEN)), GENERATOR.normal(size=HIDDEN)
ROWS, BASELINE = GENERATOR.normal(size=(7, COLUMNS)), GENERATOR.normal(size=COLUMNS)
OWN = Points(np.zeros(ROWS.shape, dtype=int), ROWS, SPANS)


def network(columns: "torch.Tensor") -> "torch.Tensor":
    """A smooth network with one output."""
    return torch.sigmoid(torch.tanh(columns @ torch.tensor(FIRST)) @ torch.tensor(SECOND))


class Ours(Outputs):
    """The same network in numpy, with its gradient by hand."""

    def values(self, points: Points) -> Float[Array, "output row"]:
        return self.at(points.columns)

    def at(self, columns: Float[Array, "row column"]) -> Float[Array, "output row"]:
        return np.asarray(1 / (1 + np.exp(-np.tanh(columns @ FIRST) @ SECOND)))[None]

    def gradients(self, columns: Float[Array, "row column"]) -> Float[Array, "output row column"]:
        hidden, score = np.tanh(columns @ FIRST), self.at(columns)[0]
        return np.asarray((score * (1 - score))[:, None] * (((1 - hidden**2) * SECOND) @ FIRST.T))[None]


def test_integrated_gradients() -> None:
    explainer = attribution.IntegratedGradients(network)
    theirs = explainer.attribute(
        torch.tensor(ROWS, requires_grad=True), torch.tensor(BASELINE[None]), n_steps=24, method="gausslegendre"
    )
    ours = integrated_gradients(Ours(), OWN, BASELINE, 24)
    np.testing.assert_allclose(ours.coefficients[0], theirs.detach().numpy(), atol=1e-10)


def test_gradient_times_input() -> None:
    theirs = attribution.InputXGradient(network).attribute(torch.tensor(ROWS, requires_grad=True))
    ours = gradient_times_input(Ours(), OWN, np.zeros(COLUMNS))
    np.testing.assert_allclose(ours.coefficients[0], theirs.detach().numpy(), atol=1e-10)


def test_shapley_values() -> None:
    theirs = attribution.ShapleyValues(network).attribute(torch.tensor(ROWS), torch.tensor(BASELINE[None]))
    background = Points(np.ones((1, COLUMNS), dtype=int), BASELINE[None], SPANS)
    ours = shapley_values(Ours(), OWN, background, 3_000, np.random.default_rng(1))
    # Theirs goes through all 120 orders, ours are drawn.
    np.testing.assert_allclose(ours.coefficients[0], theirs.numpy(), atol=0.01)
