"""What all PyTorch peers share: the perceptron, the tensors, and an endless stream of batches."""

import itertools
from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from benchmarks.work import Work

CLASSES = 2
Batch = TypeVar("Batch")


def perceptron(width: int, hidden: tuple[int, ...], seed: int = 0) -> nn.Sequential:
    """A perceptron with relu between dense layers, in PyTorch's default initialisation."""
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    sizes = (width, *hidden, CLASSES)
    layers: list[nn.Module] = []
    for incoming, outgoing in itertools.pairwise(sizes[:-1]):
        layers += [nn.Linear(incoming, outgoing), nn.ReLU()]
    return nn.Sequential(*layers, nn.Linear(sizes[-2], sizes[-1]))


def dataset(work: Work) -> TensorDataset:
    """The training rows as tensors."""
    return TensorDataset(torch.from_numpy(work.inputs), torch.from_numpy(work.labels))


def loader(work: Work) -> DataLoader[Any]:
    """PyTorch's own loader in its usual use: shuffled, in this process (workers cost more than they bring here)."""
    return DataLoader(dataset(work), batch_size=work.recipe.batch, shuffle=True)


def endless(batches: Iterable[Batch]) -> Iterator[Batch]:
    """Epoch after epoch, so that a round of a few batches pays its share of a shuffle and no more."""
    while True:
        yield from batches


def mean_loss(network: nn.Module, work: Work) -> float:
    """Cross-entropy over all training rows, outside the clock: it must fall while a peer trains."""
    training = network.training
    network.eval()
    with torch.no_grad():
        logits = network(torch.from_numpy(work.inputs))
        loss = nn.functional.cross_entropy(logits, torch.from_numpy(work.labels))
    network.train(training)
    return float(loss)
