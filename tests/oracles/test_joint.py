"""Joint effects against ordinary least squares of statsmodels."""

from itertools import combinations

import numpy as np
import pytest

from interplay.design.factors import Factors, factorial
from interplay.effects.joint import joint
from interplay.estimates import Sample
from interplay.interventions.reweighing import Reweighing
from interplay.measurement.measurements import Cell, Measurements
from interplay.metrics.log_loss import LogLoss

formulas = pytest.importorskip("statsmodels.formula.api")
pandas = pytest.importorskip("pandas")
pytestmark = pytest.mark.oracles

MEMBERS = 12


def test_effect_coding_with_member_blocks_gives_the_same_estimates_and_standard_errors() -> None:
    built = Factors({name: Reweighing() for name in "abc"}, {})
    dice = np.random.default_rng(3)
    shared = dice.normal(size=(MEMBERS, 1))
    samples, rows = {}, []
    for place, treatment in enumerate(factorial(built)):
        values = np.repeat(1 + 0.1 * place + shared + 0.05 * dice.normal(size=(MEMBERS, 1)), 21, axis=1)
        samples[Cell(treatment, "tuned", "log_loss")] = Sample(values, 900)
        signs = {letter: 1 if letter in treatment.interventions else -1 for letter in "abc"}
        rows += [{**signs, "member": member, "y": values[member, 0]} for member in range(MEMBERS)]
    table = pandas.DataFrame(rows)
    fitted = formulas.ols("y ~ C(member) + a * b * c", table).fit()
    found = joint(Measurements(samples, {"log_loss": LogLoss()}, {}, {}), built, {})
    ratios = []
    for size, kind in ((1, "main"), (2, "two_way"), (3, "three_way")):
        for word in combinations("abc", size):
            ours = next(e for e in found.effects if (e.kind, e.at, e.factors) == (kind, "averaged", word))
            name = ":".join(word)
            assert ours.estimate == pytest.approx(2**size * fitted.params[name])
            assert ours.standard_error is not None
            ratios.append(ours.standard_error / (2**size * fitted.bse[name]))
    # Ours come from the members' own contrasts, theirs from the residuals of all treatments: equal on average.
    assert np.mean(np.square(ratios)) == pytest.approx(1, abs=0.35)
