"""A value that is missing stays missing: attacks do not move what stands in its place."""

from dataclasses import replace

import numpy as np
import pytest

from interplay.design.treatment import Treatment
from interplay.training.train import more_members
from tests.measurement.worlds import CONTROL, Facts, bank, facts_of, ready

ROBUST = Treatment(("adversarial_training",))


def _with_holes(share, columns=("x0", "x1", "x2"), rows=1500):
    frame, draw = bank(rows=rows), np.random.default_rng(5)
    for column in columns:
        frame.loc[draw.random(rows) < share, column] = np.nan
    return frame


def test_an_attack_moves_only_what_is_there():
    """A logistic model under attack has an exact answer: radius times the weights of the columns that are known."""
    prepared = ready(_with_holes(0.5))
    facts = facts_of(prepared)
    bench, network = facts.setting, facts.setting.family.network
    assert network.widths[1:] == (2,)
    rows, encoded, radius = bench.attacked, bench.encoded, bench.attack.radius
    known = np.ones((len(rows), len(encoded.columns)), dtype=bool)
    for column, flag in enumerate(encoded.flags):
        if flag >= 0:
            known[:, column] = encoded.matrix[rows, flag] == 0
    layer = facts.parameters.parameters[0]
    for member in range(prepared.design.members):
        weight = np.asarray(layer.weight[member][:, 1] - layer.weight[member][:, 0]) * facts.parameters.scale[member]
        clean = facts.margins(facts.log_probabilities)[member, rows]
        # Bounds of the training rows cut some moves: only rows well inside of them have the exact answer.
        inside = np.ones(len(rows), dtype=bool)
        for column in encoded.movable_columns:
            value = encoded.matrix[rows, column]
            inside &= (value - bench.attack.radius > encoded.lower[column]) & (
                value + bench.attack.radius < encoded.upper[column]
            )
        moves = radius * (np.abs(weight) * known * encoded.movable).sum(axis=1)
        toward = np.where(bench.dataset.labels[rows] == 1, -1, 1)
        moved = facts.margins(facts.adversarial_log_probabilities)[member]
        np.testing.assert_allclose(moved[inside], (clean + toward * moves)[inside], atol=2e-3)
        assert inside.sum() > 300
        free = radius * (np.abs(weight) * encoded.movable).sum()
        assert np.mean(np.abs(moved - clean)[inside]) < 0.75 * free, "moving everything would go further"


@pytest.mark.parametrize(("known", "differs"), [(0.0, False), (0.1, True)])
def test_training_moves_only_what_is_there(known, differs):
    """Where every movable value of a member's rows is missing, adversarial training is plain training."""
    frame, draw = bank(rows=600), np.random.default_rng(1)
    numbers = ["x0", "x1", "x2", "x3"]
    prepared = ready(frame, "adversarial_training", data={"twins": "apart"})
    mine = np.zeros(len(frame), dtype=bool)
    mine[prepared.design.pool[prepared.design.halves[0]]] = True
    frame.loc[mine & (draw.random(len(frame)) >= known), numbers] = np.nan
    shop = ready(frame, "adversarial_training", data={"twins": "apart"}).training_setting()
    plain, robust = (more_members(shop, one, 0.3, range(1)) for one in (CONTROL, ROBUST))
    assert bool((plain[0].weight != robust[0].weight).any()) == differs


def test_the_robust_gain_of_a_table_with_holes_is_that_of_what_is_known():
    """Half of three columns missing: an attack that moved the stand-ins would find more."""
    prepared = ready(_with_holes(0.5))
    pinned = facts_of(prepared)
    free = facts_of(prepared)
    unpinned = free.setting.attack.threat._replace(flags=None)
    free = Facts(replace(free.setting, attack=replace(free.setting.attack, threat=unpinned)), free.members)
    rows, labels = pinned.setting.attacked, pinned.setting.dataset.labels
    held = [np.mean(one.attacked.decisions == labels[rows]) for one in (pinned, free)]
    assert held[0] > held[1] + 0.03
