"""Decisions at group thresholds: on all rows, and on rows that an attack has moved."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from interplay.attacks import lira
from interplay.data.groups import Grouping
from interplay.interventions.group_thresholds import GroupThresholds
from interplay.measurement import layers

ROWS = 6_000


def _facts(margins: np.ndarray, seed: int = 3) -> Any:
    """Facts of two members that give every row the log-odds `margins`; every third row is a tuning row."""
    groups = np.arange(ROWS) % 2
    scores = np.stack([np.zeros(ROWS), margins], axis=1)
    logs = np.stack([scores - np.logaddexp(0.0, margins)[:, None]] * 2)
    dataset = SimpleNamespace(
        groupings={"g": Grouping("g", groups, ("a", "b"), 0)}, labels=np.ones(ROWS, dtype=int), favourable=1
    )
    study = SimpleNamespace(groups=SimpleNamespace(mitigate=None), seed=seed)
    design = SimpleNamespace(study=study, split=SimpleNamespace(tuning=np.arange(ROWS) % 3 == 0))
    return SimpleNamespace(
        bench=SimpleNamespace(dataset=dataset, design=design, rows=SimpleNamespace(weights=np.ones((1, ROWS)))),
        parameters=None,
        log_probabilities=logs,
        refits=None,
        margins=lambda some: lira.signal(some, np.ones(some.shape[1], dtype=int)),
    )


@pytest.fixture
def facts() -> Any:
    """A tenth of group a has the log-odds 3 and the others 1; all of group b have -1: the target is a half."""
    return _facts(np.where(np.arange(ROWS) % 2, -1.0, np.where(np.arange(ROWS) % 20, 1.0, 3.0)))


def _rates(facts: Any, layer: GroupThresholds) -> list[float]:
    decided = layers.deployed(facts, layer).predictions.decisions
    return [float(decided[:, np.arange(ROWS) % 2 == group].mean()) for group in (0, 1)]


def test_decided_rates_are_the_attained_ones_and_randomised_the_target(facts: Any) -> None:
    plain, mixed = GroupThresholds(), GroupThresholds(randomised=True)
    assert _rates(facts, plain) == pytest.approx([0.1, 0.0])
    assert _rates(facts, mixed) == pytest.approx([0.5, 0.5], abs=0.02)
    told = layers.attained(facts, mixed)
    assert told["target"] == pytest.approx(0.5) and [one["attained"] for one in told["groups"]] == [0.5, 0.5]
    told = layers.attained(facts, plain)
    assert [one["attained"] for one in told["groups"]] == pytest.approx(_rates(facts, plain), abs=1e-9)


def test_a_row_keeps_its_draw_under_attack_and_in_every_treatment(facts: Any) -> None:
    layer = GroupThresholds(randomised=True)
    deployed, rows = layers.deployed(facts, layer), np.arange(0, ROWS, 5)
    decided = deployed.predictions.decisions
    attacked = deployed.decided(facts.log_probabilities[:, rows], rows)
    assert 0.4 < attacked.mean() < 0.6
    np.testing.assert_array_equal(attacked, decided[:, rows])
    shifted = _facts(facts.margins(facts.log_probabilities)[0] + 0.0)
    np.testing.assert_array_equal(layers.deployed(shifted, layer).predictions.decisions, decided)
    other = _facts(facts.margins(facts.log_probabilities)[0], seed=4)
    assert (layers.deployed(other, layer).predictions.decisions != decided).any()
