"""Explanations by lime, row by row."""

from collections.abc import Callable

import numpy as np
import torch
from lime.lime_tabular import LimeTabularExplainer
from numpy.typing import NDArray
from torch import nn

from benchmarks.peers.dataloader import DataLoaderTraining
from benchmarks.work import Raw, Work

POINTS = 500
MODELS = 8
SAMPLES = 5_000
SHOWN = 10

Probabilities = Callable[[NDArray[np.float64]], NDArray[np.float64]]


def explainer(raw: Raw, seed: int = 0) -> LimeTabularExplainer:
    """The explainer of lime on the 14 raw columns, numeric ones in quartiles, as its documentation asks for one-hot models."""
    return LimeTabularExplainer(
        raw.rows,
        feature_names=list(raw.columns),
        categorical_features=list(raw.categorical),
        class_names=["no", "yes"],
        discretize_continuous=True,
        random_state=seed,
    )


def probabilities(network: nn.Module, raw: Raw) -> Probabilities:
    """The model as lime calls it: raw rows in, class probabilities out; the one-hot encoder lies in between."""

    def predict(rows: NDArray[np.float64]) -> NDArray[np.float64]:
        with torch.no_grad():
            return torch.softmax(network(torch.from_numpy(raw.encode(rows))), dim=1).numpy()

    return predict


class LimeRows:
    """lime's tabular explainer, 5,000 samples and 10 columns shown. Unit: 500 rows explained for each of 8 models.

    Fair: lime draws a new pool for every row and model; the pool does not depend on the row, but lime has no option to
    share it. The encoder is the quickest one that was found (one indexed write per categorical column).
    """

    def __init__(self, work: Work, explanations: int = 12, seed: int = 0) -> None:
        self.raw = work.raw
        self.explanations = explanations
        self.share = explanations / (POINTS * MODELS)
        self.explainer = explainer(work.raw, seed)
        self.models = [_trained(work, model) for model in range(MODELS)]
        self.done = 0

    def __call__(self) -> float:
        """Explain the next rows, each for one of the models in turn; the share of the whole that was done."""
        for _ in range(self.explanations):
            self.explain(self.done)
            self.done += 1
        return self.share

    def explain(self, number: int) -> list[tuple[int, float]]:
        """The explanation with this number: columns and their weights, largest first."""
        predict = probabilities(self.models[number % MODELS], self.raw)
        row = self.raw.rows[number // MODELS % POINTS]
        found = self.explainer.explain_instance(row, predict, num_features=SHOWN, num_samples=SAMPLES)
        return found.as_map()[1]


def _trained(work: Work, seed: int) -> nn.Module:
    """A model after half an epoch: lime's cost does not depend on how well it is trained."""
    training = DataLoaderTraining(work, batches=60, seed=seed)
    training()
    return training.network.eval()
