"""Plain training in PyTorch's usual loop: DataLoader, autograd, Adam."""

import torch
from torch import nn

from benchmarks.peers.network import endless, loader, perceptron
from benchmarks.work import Work


class DataLoaderTraining:
    """The loop of every PyTorch tutorial, one thread. Unit: one model-epoch.

    Fair: it is what most people run. Not the fastest PyTorch can do: slices of one tensor and a fused Adam take about
    a third of its time; see `lean`.
    """

    def __init__(self, work: Work, batches: int = 118, seed: int = 0) -> None:
        self.share = batches / work.batches
        self.batches = batches
        self.network = perceptron(work.inputs.shape[1], work.recipe.hidden, seed)
        self.optimiser = torch.optim.Adam(self.network.parameters(), lr=work.recipe.learning_rate)
        self.criterion = nn.CrossEntropyLoss()
        self.stream = endless(loader(work))

    def __call__(self) -> float:
        """Train on the next batches; the model-epochs done."""
        for _ in range(self.batches):
            inputs, labels = next(self.stream)
            self.optimiser.zero_grad()
            self.criterion(self.network(inputs), labels).backward()
            self.optimiser.step()
        return self.share
