"""Decisions at group thresholds: on all rows, and on rows that an attack has moved."""

import numpy as np
import pytest

from interplay.evidence import DecisionRule, Exhibit, Grouping, Scores
from interplay.interventions import Ask, HeldOut
from interplay.interventions.group_thresholds import GroupThresholds

ROWS = 6_000
GROUPS = np.arange(ROWS) % 2


def beneath(margins: np.ndarray) -> Ask:
    """Two members that give every row the log-odds `margins`."""
    logs = np.stack([np.stack([-np.logaddexp(0.0, margins), -np.logaddexp(0.0, -margins)], axis=1)] * 2)

    def ask(kind: type[Exhibit]) -> Exhibit:
        assert kind is Scores
        return Scores(logs, np.stack([margins] * 2))

    return ask


def held_out(seed: int = 3) -> HeldOut:
    """Every third row is a tuning row."""
    grouping, none = Grouping("g", GROUPS, ("a", "b"), 0), np.zeros(0, dtype=int)
    counted, tuning = np.ones((2, ROWS), dtype=bool), np.arange(0, ROWS, 3)
    labels, weights = np.ones(ROWS, dtype=int), np.ones((1, ROWS))
    classes = Grouping("y", labels, ("0", "1"), 1)
    return HeldOut(labels, 1, grouping, classes, tuning, none, counted, weights, 1, seed, 0.1)


@pytest.fixture
def margins() -> np.ndarray:
    """A tenth of group a has the log-odds 3 and the others 1; all of group b have -1: the target is a half."""
    return np.where(GROUPS == 1, -1.0, np.where(np.arange(ROWS) % 20, 1.0, 3.0))


def rule_of(layer: GroupThresholds, margins: np.ndarray, seed: int = 3) -> DecisionRule:
    found = layer.rule(beneath(margins), held_out(seed))
    assert isinstance(found, DecisionRule)
    return found


def decided(rule: DecisionRule, margins: np.ndarray, rows: np.ndarray | None = None) -> np.ndarray:
    scores = beneath(margins)(Scores)
    assert isinstance(scores, Scores)
    kept = slice(None) if rows is None else rows
    return rule.decided(scores.log_probabilities[:, kept], scores.margins[:, kept], 1, rows)


def rates(layer: GroupThresholds, margins: np.ndarray) -> list[float]:
    found = decided(rule_of(layer, margins), margins)
    return [float(found[:, group == GROUPS].mean()) for group in (0, 1)]


def test_decided_rates_are_the_attained_ones_and_randomised_the_target(margins: np.ndarray) -> None:
    plain, mixed = GroupThresholds(), GroupThresholds(randomised=True)
    assert rates(plain, margins) == pytest.approx([0.1, 0.0])
    assert rates(mixed, margins) == pytest.approx([0.5, 0.5], abs=0.02)
    summary = mixed.summary(beneath(margins), held_out())
    assert summary is not None
    assert summary["target"] == pytest.approx(0.5) and [each["attained"] for each in summary["groups"]] == [0.5, 0.5]
    summary = plain.summary(beneath(margins), held_out())
    assert summary is not None
    assert [each["attained"] for each in summary["groups"]] == pytest.approx(rates(plain, margins), abs=1e-9)


def test_a_row_keeps_its_draw_under_attack_and_in_every_treatment(margins: np.ndarray) -> None:
    layer, rows = GroupThresholds(randomised=True), np.arange(0, ROWS, 5)
    rule = rule_of(layer, margins)
    whole, attacked = decided(rule, margins), decided(rule, margins, rows)
    assert 0.4 < attacked.mean() < 0.6
    np.testing.assert_array_equal(attacked, whole[:, rows])
    np.testing.assert_array_equal(decided(rule_of(layer, margins + 0.0), margins), whole)
    assert (decided(rule_of(layer, margins, seed=4), margins) != whole).any()
