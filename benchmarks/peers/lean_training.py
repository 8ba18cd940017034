"""The leanest sequential training in plain PyTorch: slices, one flat buffer, fused Adam, manual gradients."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from benchmarks.peers.lean_attack import attacked
from benchmarks.peers.lean_network import LeanNetwork, softmax_errors
from benchmarks.peers.network import CLASSES
from benchmarks.work import Recipe, Work


@dataclass(frozen=True)
class Kind:
    """What a model is trained against: nothing, membership (DP-SGD), perturbations (PGD), or both."""

    private: bool = False
    adversarial: bool = False
    movable: int | None = None


@dataclass(frozen=True)
class Rows:
    """The training rows of one model, with optional row weights."""

    inputs: Tensor
    one_hot: Tensor
    weights: Tensor | None = None


class LeanModel:
    """One model and its optimiser, trained batch after batch by hand."""

    def __init__(self, rows: Rows, recipe: Recipe, kind: Kind, seed: int = 0) -> None:
        self.rows, self.recipe, self.kind = rows, recipe, kind
        self.network = LeanNetwork(rows.inputs.shape[1], recipe.hidden, seed)
        self.optimiser = torch.optim.Adam([self.network.flat], lr=recipe.learning_rate, fused=True)
        self.network.flat.grad = self.network.gradient
        self.stream = self._poisson(seed) if kind.private else self._shuffled()

    @torch.no_grad()
    def step(self) -> None:
        """One step on the next batch."""
        chosen = next(self.stream)
        inputs, one_hot = self.rows.inputs[chosen], self.rows.one_hot[chosen]
        if self.kind.adversarial:
            inputs = attacked(self.network, inputs, one_hot, self.recipe.attack, self.kind.movable)
        values = self.network.forward(inputs)
        errors = softmax_errors(values[-1], one_hot)
        if self.rows.weights is not None:
            errors.mul_(self.rows.weights[chosen, None])
        if self.kind.private:
            self._private_gradient(values, errors)
        else:
            self.network.collect(values, self.network.backward(values, errors.div_(len(chosen))))
        self.optimiser.step()

    def _private_gradient(self, values: list[Tensor], errors: Tensor) -> None:
        """Clip by ghost norms, sum, add noise, divide by the expected batch.

        The gradient of a dense layer for one row is an outer product, so its norm needs two row norms and no gradient.
        """
        layers = self.network.backward(values, errors)
        squares = [
            error.square().sum(dim=1) * (value.square().sum(dim=1) + 1.0)
            for value, error in zip(values, layers, strict=False)
        ]
        norms = torch.stack(squares).sum(dim=0).sqrt_()
        scale = (self.recipe.max_grad_norm / norms.clamp_min_(1e-12)).clamp_max_(1.0)[:, None]
        self.network.collect(values, [error.mul_(scale) for error in layers])
        noise = torch.randn_like(self.network.gradient)
        self.network.gradient.add_(noise, alpha=self.recipe.noise_multiplier * self.recipe.max_grad_norm)
        self.network.gradient.div_(self.recipe.batch)

    def _shuffled(self) -> Iterator[Tensor]:
        while True:
            yield from torch.randperm(len(self.rows.inputs)).split(self.recipe.batch)

    def _poisson(self, seed: int) -> Iterator[Tensor]:
        """Every row joins every batch with the same small chance, independently.

        The trials of one epoch are laid end to end and the gaps between successes are drawn: exact, and as cheap as
        one draw per chosen row.
        """
        generator = np.random.default_rng(seed)
        rows = len(self.rows.inputs)
        batches = max(1, round(rows / self.recipe.batch))
        chance = min(1.0, self.recipe.batch / rows)
        while True:
            trials = _successes(generator, chance, batches * rows)
            edges = np.searchsorted(trials, np.arange(1, batches) * rows)
            yield from (torch.from_numpy(chosen) for chosen in np.split(trials % rows, edges))


def _successes(generator: np.random.Generator, chance: float, trials: int) -> np.ndarray:
    """The places of the successes among independent trials of the given chance."""
    places = np.empty(0, np.int64)
    last = -1
    while last < trials:
        draws = generator.geometric(chance, int(chance * trials * 1.1) + 16)
        places = np.concatenate([places, last + np.cumsum(draws)])
        last = int(places[-1])
    return places[places < trials]


def rows_of(work: Work) -> Rows:
    """The training rows as tensors."""
    return Rows(torch.from_numpy(work.inputs), torch.eye(CLASSES)[torch.from_numpy(work.labels)])


class LeanTraining:
    """A careful hand-written loop for one kind of training, one model after the other. Unit: one model-epoch.

    A lower bound for what PyTorch can do without stacking models: no loader, no hooks, no autograd.
    """

    def __init__(self, work: Work, kind: Kind, batches: int = 60, seed: int = 0) -> None:
        torch.set_num_threads(1)
        self.share = batches / work.batches
        self.batches = batches
        self.model = LeanModel(rows_of(work), work.recipe, kind, seed)

    def __call__(self) -> float:
        """Train on the next batches; the model-epochs done."""
        for _ in range(self.batches):
            self.model.step()
        return self.share
