"""A/A: two studies with every intervention switched off, and other members, give no harm verdict."""

from dataclasses import replace

import pytest

from interplay.aspects import Aspect
from interplay.auditing.prepare import prepare
from interplay.design.comparison import Comparison
from interplay.design.treatment import Treatment
from interplay.effects.compare import compare
from interplay.measurement.measure import measure
from interplay.measurement.measurements import Cell, Measurements
from interplay.training.train import train, tune
from tests.audit.worlds import mortgage, silobank

REPETITIONS = 20
OTHER = Treatment(("other members",))


WORLDS = {
    "mortgage": mortgage(members=16, hidden=(16,), steps=400, learning_rates=(0.01, 0.03, 0.1)),
    "SiloBank": silobank(placebo=False),
}


def _controls(world, seed):
    """Two fleets of controls on the same rows: same split, other halves, starts and noise."""
    study = WORLDS[world].model_copy(update={"interventions": (), "seed": 0})
    ready = prepare(study)
    tuning = tune(ready.training_setting(), ready.tuning_rows())
    found = []
    for shift in (2 * seed, 2 * seed + 1):
        other = prepare(study.model_copy(update={"seed": 1000 + shift}))
        design = replace(ready.design, study=other.study, halves=other.design.halves)
        fleet = train(replace(ready, design=design).training_setting(), tuning)
        found.append(measure(replace(ready, design=replace(design, study=study)).setting(), fleet))
    return found


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(REPETITIONS))
@pytest.mark.parametrize("world", WORLDS)
def test_a_control_does_not_harm_another_control(world, seed):
    first, second = _controls(world, seed)
    samples = {cell: sample for cell, sample in first.samples.items() if cell.tuning == "tuned"}
    samples |= {
        Cell(OTHER, "tuned", cell.metric): sample for cell, sample in second.samples.items() if cell.tuning == "tuned"
    }
    both = Measurements(samples=samples, metrics=first.metrics, collapse={}, budgets={})
    planned = [
        Comparison(OTHER, Treatment(), key, key, OTHER.interventions, (Aspect.FAIRNESS,), metric.aspect)
        for key, metric in first.metrics.items()
        if Cell(OTHER, "tuned", key) in samples
    ]
    found = compare(both, planned, {}).frame()
    assert (found.verdict != "not_measurable").sum() > 20
    assert "harm" not in set(found.verdict), found[found.verdict == "harm"][["metric", "estimate", "low"]].to_string()
