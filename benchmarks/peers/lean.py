"""The same audit by a lean hand-written program: no library beyond PyTorch and numpy, one model after the other."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from benchmarks import audit_work, quiet
from benchmarks.audit_work import EXPLAINED_ROWS, MEMBERS, AuditWork, Treatment
from benchmarks.peers import lean_evaluation as evaluation
from benchmarks.peers.audit_cost import (
    ONE_OF_EACH_KIND,
    TRAINING,
    MemberCost,
    MemberResult,
    on_all_cores,
    whole_audit,
)
from benchmarks.peers.lean_lime import LeanLime
from benchmarks.peers.lean_membership import areas
from benchmarks.peers.lean_training import Kind, LeanModel, Rows
from benchmarks.peers.network import CLASSES
from benchmarks.timing import Timed, timed


class LeanAudit:
    """A lower bound for sequential PyTorch: what an expert reaches who writes everything by hand. Unit: one audit.

    A call runs one member of each kind of training for two epochs with all that is measured on it, and extrapolates by
    stages, as `glue` does. Slices instead of a loader, one flat parameter buffer with fused Adam, manual gradients,
    ghost norms, LIME with one pool per model. Two shortcuts are off: models are not stacked, and the attack does not
    use that two classes need only the sign of the weights.
    """

    def __init__(self, cores: int, movable_only: bool = True, members: int = 1, epochs: int = 2) -> None:
        self.cores, self.movable_only = cores, movable_only
        self.members, self.epochs = members, epochs
        shape = audit_work.load().membership.shape
        self.shaped_like_margins = np.random.default_rng(0).normal(size=shape).astype(np.float32)

    def __call__(self) -> Timed:
        """The cost of the whole audit, from that of a part."""
        results = self.run(ONE_OF_EACH_KIND)
        lira = timed(lambda: float(len(areas(self.shaped_like_margins, audit_work.load().membership))))
        return whole_audit([result.cost for result in results], lira.cpu, self.cores)

    def run(self, treatments: Sequence[Treatment]) -> list[MemberResult]:
        """Train and measure members of the given treatments, the longest first."""
        member = partial(audit_member, epochs=self.epochs, movable_only=self.movable_only)
        return on_all_cores(member, treatments, self.members, self.cores)


@dataclass(frozen=True)
class _Prepared:
    """The audit's rows as tensors, and LIME's edges, once per process."""

    work: AuditWork
    inputs: torch.Tensor
    one_hot: torch.Tensor
    lime: LeanLime


def audit_member(treatment: Treatment, member: int, epochs: int, movable_only: bool) -> MemberResult:
    """All stages of one member, in a worker, each with its CPU seconds."""
    quiet.silence()
    prepared = _prepared()
    work = prepared.work
    movable = int(work.movable.sum()) if movable_only else None
    cost = MemberCost(treatment, epochs)
    model = cost.stage("preparation", lambda: _model(prepared, treatment, member % MEMBERS, movable))
    cost.stage(TRAINING, lambda: _train(model, epochs))
    network = model.network
    known = cost.stage("answers", lambda: evaluation.answers(work, network))
    chosen = known.test.argmax(axis=1)
    sets = cost.stage("conformal", lambda: evaluation.conformal_sets(work, known))
    rows = work.test.raw[:EXPLAINED_ROWS]
    measured: dict[str, Any] = {
        "accuracy": float((chosen == work.test.labels).mean()),
        "fairness": cost.stage("fairness", lambda: evaluation.fairness(work.test, chosen)),
        "robust accuracy": cost.stage("robustness", lambda: evaluation.robust_accuracy(work, network, movable)),
        "weights": cost.stage("explanations", lambda: prepared.lime.explain(network, rows, member)),
        "calibration error": cost.stage("calibration", lambda: evaluation.calibration_error(work.test, known)),
        "coverage": {name: float(_covered(inside, work.test.labels)) for name, inside in sets.items()},
    }
    return MemberResult(cost, measured, cost.stage("margins", lambda: evaluation.training_margins(work, network)))


@cache
def _prepared() -> _Prepared:
    torch.set_num_threads(1)
    work = audit_work.load()
    inputs, labels = torch.from_numpy(work.train.inputs), torch.from_numpy(work.train.labels)
    return _Prepared(work, inputs, torch.eye(CLASSES)[labels], LeanLime(work.raw))


def _model(prepared: _Prepared, treatment: Treatment, member: int, movable: int | None) -> LeanModel:
    work = prepared.work
    chosen = torch.from_numpy(np.flatnonzero(work.membership[member]))
    weights = torch.from_numpy(work.reweighing)[chosen] if treatment.reweighed else None
    rows = Rows(prepared.inputs[chosen], prepared.one_hot[chosen], weights)
    return LeanModel(rows, work.recipe, Kind(treatment.private, treatment.adversarial, movable), member)


def _train(model: LeanModel, epochs: int) -> None:
    for _ in range(epochs * -(-len(model.rows.inputs) // model.recipe.batch)):
        model.step()


def _covered(inside: NDArray[np.bool_], labels: NDArray[np.int64]) -> float:
    return inside[np.arange(len(labels)), labels].mean()
