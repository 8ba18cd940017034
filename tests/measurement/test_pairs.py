"""Distances and attack success of two treatments: on the rows that both decide rightly, classes counted alike."""

import numpy as np
import pytest

from interplay.design.treatment import Treatment
from interplay.effects.compare import compare
from interplay.estimates import NotMeasurable
from interplay.exhibits import refitted
from interplay.measurement.measure import measure
from interplay.measurement.measurements import Cell
from interplay.training.train import Fleet, more_members
from interplay.training.tuning import Tuning
from tests.measurement.worlds import CONTROL, Facts, bank, ready

ROBUST = Treatment(("adversarial_training",))


@pytest.fixture(scope="module")
def world():
    prepared = ready(bank(rows=1500), "adversarial_training", members=4)
    members = {one: more_members(prepared.training_setting(), one, 0.3, range(4)) for one in (CONTROL, ROBUST)}
    how = dict.fromkeys(members, Tuning((0.3,), (0.5,), (), 0.3, "", False))
    return prepared, members, measure(prepared.setting(), Fleet(members, members, how, {}))


def test_each_is_measured_on_the_rows_that_both_decide_rightly(world):
    prepared, members, found = world
    bench = prepared.setting()
    facts = {one: Facts(bench, refitted(bench, stack)) for one, stack in members.items()}
    both = facts[CONTROL].rightly_decided.right & facts[ROBUST].rightly_decided.right
    labels, rows = prepared.dataset.labels[bench.near], bench.near
    for one, other in ((CONTROL, ROBUST), (ROBUST, CONTROL)):
        sample = found.samples[Cell(one, "tuned", "boundary_distance", other)]
        use = both[:, rows] & bench.rows.counted[:, rows]
        means = [
            np.mean([facts[one].distances.distances[k][use[k] & (labels == label)].mean() for label in (0, 1)])
            for k in range(4)
        ]
        np.testing.assert_allclose(sample.values[:, 0], means, atol=1e-12)


def test_comparisons_read_those_samples(world):
    prepared, _, found = world
    effects = compare(found, prepared.design.comparisons, {}).effects
    (effect,) = [one for one in effects if one.metric == "boundary_distance" and one.tuning == "tuned"]
    here, there = (
        found.samples[Cell(one, "tuned", "boundary_distance", other)].mean
        for one, other in ((ROBUST, CONTROL), (CONTROL, ROBUST))
    )
    assert (effect.treated, effect.control) == (here, there)
    assert effect.estimate is not None and effect.members == 4


def test_too_few_rows_of_a_class_are_not_judged():
    rare = ready(bank(rows=700, share=0.06), "adversarial_training", members=4)
    stacks = {one: more_members(rare.training_setting(), one, 0.3, range(4)) for one in (CONTROL, ROBUST)}
    how = dict.fromkeys(stacks, Tuning((0.3,), (0.5,), (), 0.3, "", False))
    found = measure(rare.setting(), Fleet(stacks, stacks, how, {}))
    sample = found.samples[Cell(ROBUST, "tuned", "boundary_distance", CONTROL)]
    assert isinstance(sample, NotMeasurable) and "of at least 50" in sample.reason
