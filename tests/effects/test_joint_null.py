"""Joint effects over whole simulated audits: members and rows random, treatments and metrics alike in both."""

import numpy as np
import pytest

from interplay.design.factors import Factors, factorial
from interplay.effects.joint import joint
from interplay.effects.joint_effect import JointEffect, JointEffects
from interplay.estimates import Sample
from interplay.interventions.reweighing import Reweighing
from interplay.measurement.measurements import Cell, Measurements
from interplay.metrics.accuracy_disparity import AccuracyDisparity

BUILT = Factors({name: Reweighing() for name in "abc"}, {})
METRICS, DRAWS, ROWS, TOLERANCE = 20, 100, 400, 0.02


def audit(seed: int, members: int, together: float) -> JointEffects:
    """Twenty metrics on which a and b together are worse by this many tolerances, and nothing else does anything."""
    dice = np.random.default_rng(seed)
    samples, metrics = {}, {}
    for number in range(METRICS):
        metric = AccuracyDisparity(f"g{number}")
        metrics[metric.key] = metric
        spread = 0.5 * TOLERANCE * np.exp(0.5 * dice.normal())
        shared, row = 0.01 * dice.normal(size=(members, 1)), 0.05 * dice.normal(size=ROWS)
        weights = dice.exponential(size=(DRAWS, ROWS))
        weights /= weights.mean(axis=1, keepdims=True)
        for treatment in factorial(BUILT):
            rows = row + 0.7 * spread * np.sqrt(ROWS / members) * dice.normal(size=ROWS)
            drawn = np.r_[rows.mean(), weights @ rows / ROWS]
            mean = 1 + (together * TOLERANCE if {"a", "b"} <= set(treatment.interventions) else 0.0)
            values = mean + shared + spread * dice.normal(size=(members, 1)) + drawn
            samples[Cell(treatment, "tuned", metric.key)] = Sample(values, ROWS)
    return joint(Measurements(samples, metrics, {}, {}), BUILT, {})


def truth(effect: JointEffect, together: float) -> float:
    """What the contrast is, in tolerances."""
    of_both = set(effect.factors) <= {"a", "b"}
    if effect.kind == "main":
        return together / 2 if of_both else 0.0
    if effect.kind == "in_stack":
        return together if of_both else 0.0
    return together if effect.kind == "overlay" or (of_both and effect.kind == "two_way") else 0.0


def falsely(found: JointEffects, together: float) -> bool:
    return any(effect.flagged and truth(effect, together) <= 2 for effect in found.effects)


@pytest.mark.parametrize("together", [0.0, 2.0])
def test_few_audits_without_a_joint_effect_have_a_flag(together: float) -> None:
    false = sum(falsely(audit(seed, 8, together), together) for seed in range(10))
    assert false <= 2, "at 5 %, three of ten have a chance below 2 %"


@pytest.mark.slow
@pytest.mark.parametrize("members", [5, 8, 16])
@pytest.mark.parametrize("together", [0.0, 2.0])
def test_at_most_one_audit_in_twenty_has_a_false_flag(members: int, together: float) -> None:
    audits = 200
    false = sum(falsely(audit(1000 + seed, members, together), together) for seed in range(audits))
    assert false <= 18, "at 5 %, more than 18 of 200 have a chance below 1 %"


@pytest.mark.slow
def test_joint_effects_of_four_tolerances_are_found_with_sixteen_members_and_few_flags_are_false() -> None:
    hits, shares = [], []
    for seed in range(60):
        found = audit(seed, 16, 4.0)
        flags = [effect for effect in found.effects if effect.flagged]
        shares.append(sum(truth(effect, 4.0) <= 2 for effect in flags) / max(len(flags), 1))
        two = [e for e in found.effects if e.kind == "two_way" and e.factors == ("a", "b") and e.at == "averaged"]
        hits.append(np.mean([effect.flagged for effect in two]))
    assert np.mean(hits) >= 0.95
    assert np.mean(shares) <= 0.05
