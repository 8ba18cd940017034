import numpy as np
import pytest

from interplay.estimates import NotMeasurable
from interplay.evidence import Predictions, tabulated
from interplay.metrics.disagreement import Disagreement


def test_it_is_the_chance_that_another_member_decides_otherwise(world):
    decisions, counted = world.exhibits[Predictions].decisions, world.rows.counted
    found = Disagreement().measure(world.evidence()).values
    for member in range(len(counted)):
        shares, use = np.zeros(counted.shape[1]), np.zeros(counted.shape[1])
        for row in np.flatnonzero(counted[member]):
            others = [other for other in range(len(counted)) if other != member and counted[other, row]]
            if others:
                shares[row] = np.mean([decisions[other, row] != decisions[member, row] for other in others])
                use[row] = 1.0
        for draw, weights in enumerate(world.rows.weights):
            assert found[member, draw] == pytest.approx(np.average(shares, weights=weights * use), abs=1e-12)


def test_members_that_agree_have_none(world):
    world.exhibits[Predictions].decisions[:] = world.exhibits[Predictions].decisions[0]
    assert Disagreement().measure(world.evidence()).mean == 0.0


def test_one_member_has_nobody_to_disagree_with():
    found = Disagreement().measure(tabulated(labels=[0, 1]))
    assert isinstance(found, NotMeasurable) and "at least two" in found.reason


def test_members_without_a_shared_row_have_none_either(world):
    world.rows.counted[:] = np.arange(900) % 4 == np.arange(4)[:, None]
    assert isinstance(Disagreement().measure(world.evidence()), NotMeasurable)
