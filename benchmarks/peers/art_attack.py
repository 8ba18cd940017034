"""ART's PyTorch classifier and its projected gradient attack, set as a careful user sets them."""

import numpy as np
import torch
from art.attacks.evasion import ProjectedGradientDescent
from art.estimators.classification import PyTorchClassifier
from torch import nn

from benchmarks.peers.network import CLASSES
from benchmarks.work import Attack, Recipe


def classifier(network: nn.Module, width: int, recipe: Recipe) -> PyTorchClassifier:
    """ART's wrapper, with an Adam of its own and inputs inside [0, 1]."""
    return PyTorchClassifier(
        model=network,
        loss=nn.CrossEntropyLoss(),
        optimizer=torch.optim.Adam(network.parameters(), lr=recipe.learning_rate),
        input_shape=(width,),
        nb_classes=CLASSES,
        clip_values=(0.0, 1.0),
        device_type="cpu",
    )


def projected_gradient(estimator: PyTorchClassifier, attack: Attack, batch: int) -> ProjectedGradientDescent:
    """The attack in one piece of `batch` rows: ART's default of 32 rows at a time costs 3.5 times as much."""
    return ProjectedGradientDescent(
        estimator,
        norm=np.inf,
        eps=attack.radius,
        eps_step=attack.step_size,
        max_iter=attack.steps,
        num_random_init=1,
        batch_size=batch,
        verbose=False,
    )
