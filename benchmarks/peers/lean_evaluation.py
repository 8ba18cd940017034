"""What the lean audit measures on one member: the same quantities by a few lines of numpy each."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from benchmarks.audit_work import ATTACKED_ROWS, COVERAGE, AuditWork, Part
from benchmarks.peers.lean_attack import attacked
from benchmarks.peers.lean_network import LeanNetwork
from benchmarks.peers.network import CLASSES
from benchmarks.peers.shadow_attack import margins


@dataclass(frozen=True)
class Answers:
    """Class probabilities on the calibration and test rows, computed once for all metrics."""

    calibration: NDArray[np.float32]
    test: NDArray[np.float32]


def answers(work: AuditWork, network: LeanNetwork) -> Answers:
    """One forward pass over each part."""
    return Answers(_probabilities(network, work.calibration.inputs), _probabilities(network, work.test.inputs))


def fairness(test: Part, chosen: NDArray[np.int64]) -> dict[str, NDArray[np.float64]]:
    """Selection rate, true and false positive rates, accuracy and count of every group, from one count table each."""
    return {name: _rates(codes, test.labels, chosen) for name, codes in test.groups.items()}


def robust_accuracy(work: AuditWork, network: LeanNetwork, movable: int | None) -> float:
    """PGD-20 on 1,000 rows."""
    inputs = torch.from_numpy(work.test.inputs[:ATTACKED_ROWS])
    labels = work.test.labels[:ATTACKED_ROWS]
    with torch.no_grad():
        one_hot = torch.eye(CLASSES)[torch.from_numpy(labels)]
        moved = attacked(network, inputs, one_hot, work.evaluation_attack, movable)
        chosen = network.forward(moved)[-1].argmax(dim=1).numpy()
    return float((chosen == labels).mean())


def conformal_sets(work: AuditWork, known: Answers) -> dict[str, NDArray[np.bool_]]:
    """Sets of the classes whose conformity score is within the quantile: over all rows, and within each crossed group."""
    labels = work.calibration.labels
    distances = 1.0 - known.calibration[np.arange(len(labels)), labels]
    candidates = 1.0 - known.test
    mondrian = np.ones_like(candidates, bool)
    for group in np.unique(work.test.groups["crossed"]):
        rows = work.test.groups["crossed"] == group
        mondrian[rows] = candidates[rows] <= _quantile(distances[work.calibration.groups["crossed"] == group])
    return {"marginal": candidates <= _quantile(distances), "mondrian": mondrian}


def calibration_error(test: Part, known: Answers, bins: int = 15) -> float:
    """Expected calibration error in equally wide bins of confidence."""
    confidence = known.test.max(axis=1)
    correct = known.test.argmax(axis=1) == test.labels
    places = np.minimum((confidence * bins).astype(int), bins - 1)
    surplus = np.bincount(places, correct - confidence, minlength=bins)
    return float(np.abs(surplus).sum() / len(places))


def training_margins(work: AuditWork, network: LeanNetwork) -> NDArray[np.float32]:
    """Margins of all training rows, for LiRA."""
    with torch.no_grad():
        logits = network.forward(torch.from_numpy(work.train.inputs))[-1].numpy()
    return margins(logits, work.train.labels)


def _probabilities(network: LeanNetwork, inputs: NDArray[np.float32]) -> NDArray[np.float32]:
    with torch.no_grad():
        return torch.softmax(network.forward(torch.from_numpy(inputs))[-1], dim=1).numpy()


def _rates(codes: NDArray[np.int64], labels: NDArray[np.int64], chosen: NDArray[np.int64]) -> NDArray[np.float64]:
    """One row per metric, one column per group; a rate without a single case is not a number."""
    table = np.bincount(codes * 4 + labels * 2 + chosen, minlength=4 * (codes.max() + 1)).reshape(-1, 2, 2)
    count, positives, negatives = table.sum(axis=(1, 2)), table[:, 1].sum(axis=1), table[:, 0].sum(axis=1)
    with np.errstate(invalid="ignore"):
        return np.stack(
            [
                table[:, :, 1].sum(axis=1) / count,
                table[:, 1, 1] / positives,
                table[:, 0, 1] / negatives,
                (table[:, 0, 0] + table[:, 1, 1]) / count,
                count.astype(np.float64),
            ]
        )


def _quantile(distances: NDArray[np.float32]) -> float:
    """The conformal quantile; infinite where there are too few rows."""
    rank = int(np.ceil((len(distances) + 1) * COVERAGE))
    return float(np.partition(distances, rank - 1)[rank - 1]) if rank <= len(distances) else float("inf")
