"""The design of a confirmation: a winner and the control, trained on the whole pool, looked at on the audit rows."""

from dataclasses import replace

import numpy as np

from interplay.arrays import Array, Int
from interplay.data.split import PARTS, Split
from interplay.design.factors import Factors
from interplay.design.plan import Design
from interplay.design.treatment import Treatment
from interplay.interventions import SetIntervention

NO_SHADOWS = "a membership attack needs models that did not see a row, and all of a confirmation see all of the pool"
NEEDS_SHADOWS = f"not confirmed: {NO_SHADOWS}; what is known is the run's own figure, at half of the pool"


def confirming(design: Design, winner: Treatment, members: int, miscoverage: float) -> Design:
    """The same study with `members` models of the winner and of the control on all pool rows, and no other treatment.

    Audit rows take the place of the test rows. Prediction sets keep the `miscoverage` of the run. Metrics that need
    shadow models are left out.
    """
    whole, layers = on_audit_rows(design, members), tuple(design.factors.layers)
    trainings = tuple(dict.fromkeys((Treatment(), winner.without(layers))))
    return replace(
        whole,
        study=design.study.model_copy(update={"members": members}),
        factors=_with_miscoverage(design.factors, miscoverage),
        trainings=trainings,
        treatments=tuple(one for one in design.treatments if one.without(layers) in trainings),
        metrics={key: one for key, one in design.metrics.items() if not one.needs_shadows},
        comparisons=(),
    )


def on_audit_rows(design: Design, members: int) -> Design:
    """The same study with `members` models that train on all pool rows, and audit rows in the place of test rows."""
    halves = np.tile(np.arange(len(design.pool)), (members, 1))
    return replace(design, split=_exchanged(design.split), halves=halves)


def unconfirmed(design: Design) -> tuple[str, ...]:
    """The metrics, by key, that no confirmation can measure."""
    return tuple(key for key, one in design.metrics.items() if one.needs_shadows)


def audit_rows(design: Design) -> Int[Array, " row"]:
    """The positions of the rows held back for a confirmation."""
    return np.flatnonzero(design.split.audit)


def _exchanged(split: Split) -> Split:
    """Test rows and audit rows in each other's place."""
    test, audit = PARTS.index("test"), PARTS.index("audit")
    part = split.part.copy()
    part[split.test], part[split.audit] = audit, test
    return Split(part)


def _with_miscoverage(factors: Factors, miscoverage: float) -> Factors:
    fixed = {
        name: replace(one, miscoverage=miscoverage)
        if isinstance(one, SetIntervention) and one.miscoverage is None
        else one
        for name, one in factors.layers.items()
    }
    return replace(factors, layers=fixed)
