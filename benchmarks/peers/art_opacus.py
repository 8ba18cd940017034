"""Adversarial training and DP-SGD in one model: ART's attack inside an Opacus loop."""

from typing import Any

import numpy as np
import torch

from benchmarks.peers.art_attack import classifier, projected_gradient
from benchmarks.peers.private import Mode, make_private
from benchmarks.work import Work

LARGEST_BATCH = 1024


class ArtOpacus:
    """PGD-10 by ART on the inner network, then a private step by Opacus, in either of its modes. Unit: one model-epoch.

    Neither library offers the pair, so the loop is written out. Hooks must be off during the attack (`generate` raises
    otherwise), and ART leaves the network in evaluation mode, which must be undone before the step. The attack takes
    the whole Poisson batch in one piece; ART's batch size of 256 would split half of them.
    """

    def __init__(
        self, work: Work, batches: int = 12, seed: int = 0, mode: Mode = "hooks", movable_only: bool = False
    ) -> None:
        self.share = batches / work.batches
        self.batches = batches
        self.private = make_private(work, mode, seed)
        inner = self.private.network._module
        self.attack = projected_gradient(
            classifier(inner, work.inputs.shape[1], work.recipe), work.recipe.attack, LARGEST_BATCH
        )
        self.options: dict[str, Any] = {"mask": work.movable.astype(np.float32)} if movable_only else {}

    def __call__(self) -> float:
        """Attack and train on the next batches; the model-epochs done."""
        for _ in range(self.batches):
            inputs, labels = next(self.private.stream)
            self.private.step(self.attacked(inputs, labels), labels)
        return self.share

    def attacked(self, inputs: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """The rows after the attack, with the hooks off while it runs."""
        self.private.network.disable_hooks()
        moved = self.attack.generate(inputs.numpy(), y=labels.numpy(), **self.options)
        self.private.network.enable_hooks()
        self.private.network.train()
        return torch.from_numpy(moved)
