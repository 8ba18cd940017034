"""DP-SGD in Opacus: what its two modes share."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import torch
from opacus import PrivacyEngine
from torch import nn

from benchmarks import quiet
from benchmarks.peers.network import endless, loader, perceptron
from benchmarks.work import Work

Mode = Literal["hooks", "ghost"]


@dataclass
class PrivateTraining:
    """A network made private by Opacus, with its optimiser, criterion and Poisson-sampled batches."""

    network: Any
    optimiser: Any
    criterion: Any
    stream: Iterator[Any]

    def step(self, inputs: torch.Tensor, labels: torch.Tensor) -> None:
        """One clipped and noised step."""
        self.optimiser.zero_grad()
        self.criterion(self.network(inputs), labels).backward()
        self.optimiser.step()


def make_private(work: Work, mode: Mode, seed: int = 0) -> PrivateTraining:
    """`PrivacyEngine.make_private` in the given mode, with Poisson sampling and flat clipping."""
    quiet.silence()
    network = perceptron(work.inputs.shape[1], work.recipe.hidden, seed)
    optimiser = torch.optim.Adam(network.parameters(), lr=work.recipe.learning_rate)
    criterion: Any = nn.CrossEntropyLoss()
    made = PrivacyEngine().make_private(
        module=network,
        optimizer=optimiser,
        criterion=criterion,
        data_loader=loader(work),
        noise_multiplier=work.recipe.noise_multiplier,
        max_grad_norm=work.recipe.max_grad_norm,
        grad_sample_mode=mode,
    )
    if mode == "ghost":
        private, optimiser, criterion, batches = made
    else:
        private, optimiser, batches = made
    return PrivateTraining(private, optimiser, criterion, endless(batches))
