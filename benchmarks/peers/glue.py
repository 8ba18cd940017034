"""The whole audit glued together from today's libraries."""

from collections.abc import Sequence
from functools import cache, partial
from typing import Any

import numpy as np
from lime.lime_tabular import LimeTabularExplainer
from numpy.typing import NDArray

from benchmarks import audit_work, quiet
from benchmarks.audit_work import MEMBERS, Treatment
from benchmarks.peers import glue_evaluation as evaluation
from benchmarks.peers.audit_cost import (
    ONE_OF_EACH_KIND,
    TRAINING,
    MemberCost,
    MemberResult,
    on_all_cores,
    whole_audit,
)
from benchmarks.peers.glue_training import GlueOptions, GlueTraining
from benchmarks.peers.lime_rows import explainer
from benchmarks.peers.membership import areas
from benchmarks.timing import Timed, timed


class GlueAudit:
    """Opacus, ART, fairlearn, lime, MAPIE, crepes and joblib, as a competent engineer joins them. Unit: one audit.

    Any number of treatments, members and epochs can be run for real. A call runs one member of each kind of training
    for one epoch, with everything that is measured on it, one process per core, and extrapolates by stages.

    Fair: no row bootstrap is in it (with fairlearn's it would take many hours), and no resume, intervals, verdicts or
    report, all of which ours has.
    """

    def __init__(self, cores: int, options: GlueOptions, members: int = 1, epochs: int = 1) -> None:
        self.cores, self.options = cores, options
        self.members, self.epochs = members, epochs
        work = audit_work.load()
        self.shaped_like_margins = np.random.default_rng(0).normal(size=work.membership.shape)

    def __call__(self) -> Timed:
        """The cost of the whole audit, from that of a part."""
        results = self.run(ONE_OF_EACH_KIND)
        lira = timed(lambda: float(len(areas(self.shaped_like_margins, audit_work.load().membership))))
        return whole_audit([result.cost for result in results], lira.cpu, self.cores)

    def run(self, treatments: Sequence[Treatment]) -> list[MemberResult]:
        """Train and measure members of the given treatments, the longest first."""
        member = partial(audit_member, epochs=self.epochs, options=self.options)
        return on_all_cores(member, treatments, self.members, self.cores)


def audit_member(treatment: Treatment, member: int, epochs: int, options: GlueOptions) -> MemberResult:
    """All stages of one member, in a worker, each with its CPU seconds."""
    quiet.silence()
    work, explain = audit_work.load(), _explainer()
    cost = MemberCost(treatment, epochs)
    training = cost.stage("preparation", lambda: GlueTraining(work, treatment, member % MEMBERS, options))
    network = cost.stage(TRAINING, lambda: training.train(epochs))
    face = evaluation.SklearnFace(network)
    sets = cost.stage("conformal", lambda: evaluation.conformal_sets(work, face))
    measured: dict[str, Any] = {
        "accuracy": float((face.predict(work.test.inputs) == work.test.labels).mean()),
        "fairness": cost.stage("fairness", lambda: evaluation.fairness(work, face)),
        "robust accuracy": cost.stage("robustness", lambda: evaluation.robust_accuracy(work, network, options)),
        "local fit": cost.stage("explanations", lambda: evaluation.explanations(work, network, explain)).mean(),
        "calibration error": cost.stage("calibration", lambda: evaluation.calibration_error(work, face)),
        "coverage": {name: float(_covered(inside, work.test.labels)) for name, inside in sets.items()},
    }
    return MemberResult(cost, measured, cost.stage("margins", lambda: evaluation.training_margins(work, network)))


@cache
def _explainer() -> LimeTabularExplainer:
    work = audit_work.load()
    return explainer(work.raw)


def _covered(inside: NDArray[np.bool_], labels: NDArray[np.int64]) -> float:
    return inside[np.arange(len(labels)), labels].mean()
