"""The training loop of modules: Poisson batches, weighted cross-entropy, and the optimiser that the study names."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from interplay.arrays import Array, Float, Int
from interplay.families._pytorch import seeded
from interplay.families.torch.private import Clipping, PrivateGradient, without_its_warning
from interplay.families.torch.trained import class_scores
from interplay.interventions import Schedule
from interplay.models.optional import needed


@dataclass(frozen=True, eq=False)
class ModuleJob:
    """What one module is trained on, and how.

    `inputs` (row, copy, column) hold every row as often as it is learned from. `seed` is that of what the module draws
    itself, as dropout does, and `batches` decides which rows are in a batch.
    """

    inputs: Float[Array, "row copy column"]
    labels: Int[Array, " row"]
    weights: Float[Array, " row"]
    schedule: Schedule
    optimiser: Literal["sgd", "adam"]
    learning_rate: float
    weight_decay: float
    seed: int
    batches: np.random.Generator
    clipping: Clipping | None = None

    def batch(self) -> Int[Array, " some"]:
        """The rows of the next batch: each with the same chance, whichever others are in it."""
        return np.flatnonzero(self.batches.random(self.schedule.rows) < self.schedule.rate)


def train_module(module: Any, job: ModuleJob, classes: int) -> None:
    """Train a module where it is; it is left as it is asked, without dropout.

    gradient = sum over the rows of a batch of weight * mean over copies of cross-entropy, over the expected batch size

    Under `job.clipping` the sum is that of clipped gradients, and noise is added to it. The `learning_rate` multiplies the
    gradient: sgd has a momentum of .9, weights decay, and biases do not, as in networks. A row is in a batch with the chance
    `rate` of the schedule, in so many `steps`; nothing passes over the rows in turn.
    """
    torch = needed("torch", "torch")
    inputs, weights = torch.tensor(job.inputs), torch.tensor(job.weights, dtype=torch.float32)
    labels = torch.tensor(job.labels, dtype=torch.int64).repeat_interleave(job.inputs.shape[1])
    labels = labels.reshape(job.inputs.shape[:2])
    parameters = [each for each in module.parameters() if each.requires_grad]
    with seeded(job.seed), without_its_warning():
        optimiser = _optimiser(parameters, job)
        private = None if job.clipping is None else PrivateGradient(module, parameters, job.clipping)
        module.train()
        for _ in range(job.schedule.steps):
            optimiser.zero_grad()
            rows = torch.tensor(job.batch())
            if len(rows):
                scores = class_scores(module, inputs[rows].flatten(0, 1), classes)
                losses = torch.nn.functional.cross_entropy(scores, labels[rows].flatten(), reduction="none")
                (weights[rows] @ losses.reshape(labels[rows].shape).mean(dim=1)).backward()
            if private is not None:
                private.release(len(rows))
            for parameter in parameters:
                gradient = torch.zeros_like(parameter) if parameter.grad is None else parameter.grad
                parameter.grad = gradient / job.schedule.expected
            optimiser.step()
        if private is not None:
            private.end()
    module.eval().requires_grad_(False)


def _optimiser(parameters: list[Any], job: ModuleJob) -> Any:
    torch = needed("torch", "torch")
    groups = [
        {"params": [each for each in parameters if each.ndim > 1], "weight_decay": job.weight_decay},
        {"params": [each for each in parameters if each.ndim <= 1], "weight_decay": 0.0},
    ]
    used = [group for group in groups if group["params"]]
    if job.optimiser == "adam":
        return torch.optim.Adam(used, lr=job.learning_rate)
    return torch.optim.SGD(used, lr=job.learning_rate, momentum=0.9)
