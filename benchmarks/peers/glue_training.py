"""One loop around Opacus and ART in which any of the three training interventions can be on."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from opacus import PrivacyEngine
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

from benchmarks import quiet
from benchmarks.audit_work import AuditWork, Treatment
from benchmarks.peers.art_attack import classifier, projected_gradient
from benchmarks.peers.art_opacus import LARGEST_BATCH
from benchmarks.peers.network import perceptron
from benchmarks.peers.private import Mode

Attacker = Callable[[Tensor, Tensor], Tensor]


@dataclass(frozen=True)
class GlueOptions:
    """How the libraries are set: Opacus's mode, and whether the attack is masked to the movable columns."""

    mode: Mode = "hooks"
    movable_only: bool = True


class GlueTraining:
    """Prepares one member's network, optimiser and batches, then trains any number of epochs.

    ART's trainers take no row weights and Opacus's loop none of ART's trainers, so the loop is written out. Weights
    multiply each row's loss before it is clipped.
    """

    def __init__(self, work: AuditWork, treatment: Treatment, member: int, options: GlueOptions) -> None:
        quiet.silence()
        self.work = work
        self.inner = perceptron(work.width, work.recipe.hidden, member)
        self.network: Any = self.inner
        self.optimiser: Any = torch.optim.Adam(self.inner.parameters(), lr=work.recipe.learning_rate)
        self.criterion: Any = nn.CrossEntropyLoss(reduction="none")
        self.batches: Any = _batches(work, treatment, member)
        self.ghost = treatment.private and options.mode == "ghost"
        if treatment.private:
            self._make_private(options.mode)
        self.attack = _attacker(work, self.inner, self.network, options) if treatment.adversarial else None

    def train(self, epochs: int) -> nn.Module:
        """Train on; a copy of the network as it is then, without Opacus's hooks."""
        for _ in range(epochs):
            for inputs, labels, weights in self.batches:
                moved = inputs if self.attack is None else self.attack(inputs, labels)
                self.optimiser.zero_grad()
                losses = self.criterion(self.network(moved), labels) * weights
                (losses if self.ghost else losses.mean()).backward()
                self.optimiser.step()
        return _without_hooks(self.work, self.inner)

    def _make_private(self, mode: Mode) -> None:
        """Exchange network, optimiser and batches for Opacus's, and in ghost mode the criterion as well."""
        made: Any = PrivacyEngine().make_private(
            module=self.inner,
            optimizer=self.optimiser,
            criterion=nn.CrossEntropyLoss(),
            data_loader=self.batches,
            noise_multiplier=self.work.recipe.noise_multiplier,
            max_grad_norm=self.work.recipe.max_grad_norm,
            grad_sample_mode=mode,
        )
        if mode == "ghost":
            self.network, self.optimiser, self.criterion, self.batches = made
        else:
            self.network, self.optimiser, self.batches = made


def _without_hooks(work: AuditWork, inner: nn.Module) -> nn.Module:
    """A fresh network with the trained parameters: Opacus's hooks would fire in every later attack."""
    clean = perceptron(work.width, work.recipe.hidden)
    clean.load_state_dict(inner.state_dict())
    return clean.eval()


def _batches(work: AuditWork, treatment: Treatment, member: int) -> DataLoader[Any]:
    chosen = work.membership[member]
    weights = work.reweighing if treatment.reweighed else np.ones_like(work.reweighing)
    arrays = (work.train.inputs[chosen], work.train.labels[chosen], weights[chosen])
    return DataLoader(TensorDataset(*map(torch.from_numpy, arrays)), batch_size=work.recipe.batch, shuffle=True)


def _attacker(work: AuditWork, inner: nn.Module, network: Any, options: GlueOptions) -> Attacker:
    """ART's attack on the inner network, with Opacus's hooks off while it runs and training mode restored after."""
    attack = projected_gradient(classifier(inner, work.width, work.recipe), work.recipe.attack, LARGEST_BATCH)
    extra: dict[str, Any] = {"mask": work.movable.astype(np.float32)} if options.movable_only else {}
    private = network is not inner

    def attacked(inputs: Tensor, labels: Tensor) -> Tensor:
        if private:
            network.disable_hooks()
        moved = attack.generate(inputs.numpy(), y=labels.numpy(), **extra)
        if private:
            network.enable_hooks()
        network.train()
        return torch.from_numpy(moved)

    return attacked
