"""The likelihood-ratio attack (LiRA) as an engineer writes it: shadow models by ART, then the authors' scoring."""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm
from sklearn.metrics import roc_auc_score

from benchmarks.peers.art_attack import classifier
from benchmarks.peers.network import perceptron
from benchmarks.timing import Timed, timed
from benchmarks.work import Work

Precision = TypeVar("Precision", np.float32, np.float64)
SHADOWS = 32
EPOCHS = 3


@dataclass(frozen=True)
class Shadows:
    """Who trained on what, and how far each model's answers lie on the right side."""

    members: NDArray[np.bool_]
    margins: NDArray[np.float64]


class ShadowAttack:
    """32 shadows of 3 epochs on half of the rows each, then scores of 10,000 rows for one target. Unit: one attack.

    Shadows cost the same each and rows cost the same each, so a few of both stand for all; the scores are computed from
    all 32 shadows, which are trained once before the clock starts.

    Fair: `PyTorchClassifier.fit` costs what PyTorch's loader costs. The scoring follows the authors' script: a Python
    loop that collects every row's margins inside and outside, then medians, deviations and normal log densities.
    """

    def __init__(self, work: Work, shadows: int = 2, points: int = 1_000) -> None:
        self.work = work
        self.shadows, self.points = shadows, points
        self.target_members, self.target_margins = self.shadow(SHADOWS)
        trained = [self.shadow(number) for number in range(SHADOWS)]
        self.trained = Shadows(np.stack([members for members, _ in trained]), np.stack([m for _, m in trained]))

    def __call__(self) -> Timed:
        """The cost of the whole attack, from that of a few shadows and a tenth of the scores."""
        training = timed(lambda: sum(len(self.shadow(number)) for number in range(self.shadows)))
        scoring = timed(lambda: float(len(self.scores(self.points))))
        more, rest = SHADOWS / self.shadows, self.work.scored_rows / self.points
        return Timed(more * training.cpu + rest * scoring.cpu, more * training.wall + rest * scoring.wall, units=1.0)

    def shadow(self, number: int) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
        """Train one model on a random half; its members and its margins on the scored rows."""
        inputs, labels = self.work.inputs, self.work.labels
        chosen = np.random.default_rng(number).permutation(self.work.rows)[: self.work.rows // 2]
        network = perceptron(inputs.shape[1], self.work.recipe.hidden, number)
        model = classifier(network, inputs.shape[1], self.work.recipe)
        model.fit(inputs[chosen], labels[chosen], batch_size=self.work.recipe.batch, nb_epochs=EPOCHS, verbose=False)
        scored = slice(0, self.work.scored_rows)
        logits = model.predict(inputs[scored], batch_size=1024).astype(np.float64)
        members = np.zeros(self.work.rows, bool)
        members[chosen] = True
        return members[scored], margins(logits, labels[scored])

    def scores(self, points: int) -> NDArray[np.float64]:
        """Log likelihood ratio of having been outside, for the first `points` rows; low means member."""
        members, values = self.trained.members[:, :points], self.trained.margins[:, :points]
        inside, outside = [], []
        for point in range(points):
            inside.append(values[members[:, point], point])
            outside.append(values[~members[:, point], point])
        inner, outer = rectangle(inside), rectangle(outside)
        target = self.target_margins[:points]
        log_inside = norm.logpdf(target, np.median(inner, axis=1), inner.std(axis=1) + 1e-30)
        log_outside = norm.logpdf(target, np.median(outer, axis=1), outer.std(axis=1) + 1e-30)
        return log_outside - log_inside

    def area(self) -> float:
        """Area under the curve of the attack on the target, outside the clock: a little above one half here."""
        return float(roc_auc_score(self.target_members, -self.scores(self.work.scored_rows)))


def margins(logits: NDArray[Precision], labels: NDArray[np.int64]) -> NDArray[Precision]:
    """Logit of the true class minus that of the other; with two classes it is the log odds of the true answer."""
    rows = np.arange(len(labels))
    return logits[rows, labels] - logits[rows, 1 - labels]


def rectangle(ragged: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Cut every row's values to the shortest, as the authors' script does."""
    shortest = min(map(len, ragged))
    return np.array([values[:shortest] for values in ragged])
