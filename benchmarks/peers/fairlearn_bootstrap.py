"""Intervals of the usual group metrics by fairlearn's row bootstrap."""

from typing import Any

import numpy as np
import torch
from fairlearn.metrics import MetricFrame, count, false_positive_rate, selection_rate, true_positive_rate
from numpy.typing import NDArray
from sklearn.metrics import accuracy_score

from benchmarks.peers.dataloader import DataLoaderTraining
from benchmarks.timing import Timed, timed
from benchmarks.work import Work

DRAWS = 1_000
METRICS: dict[str, Any] = {
    "selection rate": selection_rate,
    "true positive rate": true_positive_rate,
    "false positive rate": false_positive_rate,
    "accuracy": accuracy_score,
    "count": count,
}


class FairlearnBootstrap:
    """`MetricFrame(n_boot=...)` with five metrics, by sex, by race and by both. Unit: 1,000 draws of all of these.

    Fair: it is fairlearn's own bootstrap on 10,000 predictions. Draws cost the same each, so a few stand for all; what
    a frame costs before its draws is measured apart and counted once.
    """

    def __init__(self, work: Work, draws: int = 5) -> None:
        self.draws = draws
        self.labels, self.predictions, self.groups = scored(work)
        self.seed = 0

    def __call__(self) -> Timed:
        """The cost of 1,000 draws for every grouping, from that of a few."""
        with_draws = timed(lambda: self.frames(self.draws))
        without = timed(lambda: self.frames(0))
        times = DRAWS / self.draws
        return Timed(
            without.cpu + times * (with_draws.cpu - without.cpu),
            without.wall + times * (with_draws.wall - without.wall),
            units=1.0,
        )

    def frames(self, draws: int) -> float:
        """All metrics of every grouping."""
        for values in self.groups.values():
            self.frame(values, draws)
        return 1.0

    def frame(self, values: NDArray[np.int64], draws: int) -> MetricFrame:
        """All metrics of one grouping, with quantiles over the draws."""
        self.seed += 1
        options = {"n_boot": draws, "ci_quantiles": [0.05, 0.95], "random_state": self.seed} if draws else {}
        return MetricFrame(
            metrics=METRICS, y_true=self.labels, y_pred=self.predictions, sensitive_features=values, **options
        )


def scored(work: Work) -> tuple[NDArray[np.int64], NDArray[np.int64], dict[str, NDArray[np.int64]]]:
    """Labels, predictions of a model after half an epoch, and groups of the first 10,000 rows."""
    training = DataLoaderTraining(work, batches=60)
    training()
    rows = slice(0, work.scored_rows)
    with torch.no_grad():
        predictions = training.network(torch.from_numpy(work.inputs[rows])).argmax(dim=1).numpy()
    return work.labels[rows], predictions, {name: codes[rows] for name, codes in work.groups.items()}
