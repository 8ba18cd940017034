"""The Pareto front of points without error against moocore."""

import numpy as np
import pytest

from interplay.aspects import Aspect
from interplay.decision.draws import joint_draws, repetitions
from interplay.decision.draws import members as members_of
from interplay.decision.front import front
from interplay.decision.losses import headline_losses
from interplay.decision.measured import Measured
from interplay.decision.selection import Selection
from interplay.design.treatment import Treatment
from interplay.estimates import Sample
from interplay.measurement.measurements import Cell, Measurements
from interplay.metrics.balanced_accuracy import BalancedAccuracy
from interplay.metrics.membership_exposure import MembershipExposure
from interplay.metrics.set_size import SetSize

moocore = pytest.importorskip("moocore")
pytestmark = pytest.mark.oracles

METRICS = {one.key: one for one in (BalancedAccuracy(), MembershipExposure(), SetSize())}
RANKING = (Aspect.PRIVACY, Aspect.UNCERTAINTY, Aspect.UTILITY)


@pytest.mark.parametrize("seed", range(5))
def test_without_error_and_tolerance_the_front_is_the_nondominated_set(seed: int) -> None:
    values = np.random.default_rng(seed).uniform(0.1, 0.9, (12, len(METRICS)))
    names = [Treatment((f"t{place:02}",)) for place in range(len(values))]
    samples = {
        Cell(name, "tuned", key): Sample(np.full((5, 11), value), 400)
        for name, row in zip(names, values, strict=True)
        for key, value in zip(METRICS, row, strict=True)
    }
    measured = Measured(Measurements(samples, METRICS, {}, {}))
    losses = headline_losses(RANKING, names, measured, dict.fromkeys(METRICS, 1e-9))
    found = front(
        Selection(names, losses, RANKING, tuple(range(len(names)))),
        joint_draws(losses, repetitions(members_of(losses))),
    )
    maximised = [METRICS[key].direction == "higher_is_better" for key in METRICS]
    wanted = moocore.is_nondominated(values, maximise=maximised)
    assert {one.treatment: one.probability for one in found} == dict(zip(names, wanted.astype(float), strict=True))
