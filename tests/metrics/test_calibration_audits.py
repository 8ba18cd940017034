"""Calibration error in simulated audits with a known truth.

The logit of being right is normal, N(mu, 1); then a confidence of sigmoid(2 * mu * |logit|) is right as often as it says.
The treated model states logits that are 1.25 times as large, as one does that was trained too long.
"""

import numpy as np
import pytest

from interplay.effects.contrast import Difference, paired_differences
from interplay.estimates import Sample
from interplay.evidence import Evidence, Predictions, Rows, present
from interplay.metrics.calibration_error import CalibrationError

MEMBERS, DRAWS, TOLERANCE = 8, 60, 0.02


def stated(margins: np.ndarray, scale: float, mu: float) -> np.ndarray:
    return 1 / (1 + np.exp(-scale * 2 * mu * np.abs(margins)))


def truth(scale: float, mu: float) -> float:
    """The excess of the stated confidence, by the trapezoidal rule; it has one sign, so that bins do not matter."""
    margins = np.linspace(mu - 8, mu + 8, 20_001)
    density = np.exp(-((margins - mu) ** 2) / 2) / np.sqrt(2 * np.pi)
    return float(np.trapezoid(density * (stated(margins, scale, mu) - stated(margins, 1.0, mu)), margins))


def audit(random: np.random.Generator, rows: int, scale: float, mu: float) -> tuple[Sample, Sample]:
    """A calibrated control and a treated model; the rows are the same for every member, a third of the noise is not."""
    shared, own = random.standard_normal(rows), random.standard_normal((2, MEMBERS, rows))
    weights = np.concatenate([np.ones((1, rows)), random.exponential(size=(DRAWS, rows))])
    labels = (random.random(rows) < 0.5).astype(int)
    made = []
    for noise, factor in zip(own, (1.0, scale), strict=True):
        margins = mu + np.sqrt(0.7) * shared + np.sqrt(0.3) * noise
        confidence = np.clip(stated(margins, factor, mu), 1e-9, 1 - 1e-9)
        said = np.where(margins > 0, labels, 1 - labels)
        of_one = np.where(said == 1, confidence, 1 - confidence)
        exhibit = Predictions(np.log(np.stack([1 - of_one, of_one], axis=2)), said)
        known = Rows(labels, {}, np.ones((MEMBERS, rows), dtype=bool), weights)
        found = CalibrationError().measure(Evidence(known, {Predictions: present(exhibit)}))
        assert isinstance(found, Sample)
        made.append(found)
    return made[1], made[0]


def judged(random: np.random.Generator, rows: int, scale: float, mu: float, repetitions: int) -> list[Difference]:
    found = [paired_differences(*audit(random, rows, scale, mu), CalibrationError())[""] for _ in range(repetitions)]
    return [one for one in found if isinstance(one, Difference)]


@pytest.mark.parametrize(("rows", "repetitions"), [(300, 120), (800, 80), (2_000, 40), (5_000, 20)])
def test_overconfidence_is_not_cleared_and_the_interval_holds_it(rows: int, repetitions: int) -> None:
    """With the plain error of 15 bins, two of three audits of 800 rows and more of 300 rows cleared it."""
    random = np.random.default_rng(rows)
    true = truth(1.25, 0.7)
    assert true == pytest.approx(0.034, abs=0.001)
    found = judged(random, rows, 1.25, 0.7, repetitions)
    assert len(found) == repetitions
    covered = np.mean([one.low <= true <= one.high for one in found])
    assert covered >= 0.90
    assert np.mean([one.high < TOLERANCE for one in found]) <= 0.05
    off = true - np.mean([one.estimate for one in found])
    assert abs(off) <= np.mean([max(one.bias) for one in found])
    assert np.mean([one.p_below(TOLERANCE) < 0.05 for one in found]) <= 0.05


def test_many_rows_show_a_harm_and_clear_its_absence() -> None:
    random = np.random.default_rng(1)
    harmed = judged(random, 15_000, 1.5, 0.7, 6)
    assert all(one.low > TOLERANCE and one.p_above(TOLERANCE) < 0.05 for one in harmed)
    alike = judged(random, 15_000, 1.0, 0.7, 6)
    assert all(one.high < TOLERANCE and one.probability_above(TOLERANCE) < 0.05 for one in alike)
