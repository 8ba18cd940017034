"""Sets calibrated under attack: thresholds by hand, the promise before and after an attack, and a real attack."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from tests.interventions.test_class_conformal import held_out
from tests.measurement.worlds import bank, facts_of, ready

from interplay.conformal.quantile import threshold
from interplay.conformal.scores import lac
from interplay.design.cost import cost
from interplay.estimates import NotMeasurable
from interplay.evidence import AdversarialScores, AttackedCalibration, ExposedCalibration, PredictionSets, Scores
from interplay.exhibits import _setting
from interplay.interventions.robust_conformal import RobustConformal
from interplay.interventions.split_conformal import SplitConformal

ROWS, CALIBRATION, EVERY = 2_000, 1_000, np.arange(2_000)
SHIFT = 1.5


class LinearWorld:
    """One member with steep log-odds; within the radius the worst row of every row has them lower by `shift` for its label."""

    def __init__(self, seed, shift=SHIFT, rows=ROWS, labels=2):
        chance = np.random.default_rng(seed)
        self.labels = chance.integers(0, labels, rows)
        own = np.arange(labels) == self.labels[:, None]
        odds = chance.normal(2.0, 1.5, size=(rows, 1)) * own + 0.3 * chance.normal(size=(rows, labels)) * (labels > 2)
        self.clean, self.moved = (self._logs(odds - shift * own * far) for far in (0.0, 1.0))
        self.held = replace(held_out(self.labels, rows // 2), favourable=1)

    def _logs(self, odds):
        return (odds - np.log(np.exp(odds).sum(axis=1, keepdims=True)))[None]

    def ask(self, kind):
        calibration, evaluated = EVERY[: len(self.labels) // 2], EVERY[len(self.labels) // 2 : len(self.labels)]
        return {
            Scores: Scores(self.clean, self.clean[..., 1]),
            AttackedCalibration: AttackedCalibration(calibration, self.moved[:, calibration]),
            AdversarialScores: AdversarialScores(evaluated, self.moved[:, evaluated], self.moved[:, evaluated, 1]),
        }[kind]

    def released(self, layer):
        found = layer.release(self.ask, self.held)
        assert isinstance(found, PredictionSets)
        return found

    def coverages(self, layer):
        """Of the evaluated rows, before the attack and after it."""
        sets = self.released(layer)
        labels = self.labels[sets.attacked]
        limit = sets.thresholds[0, 0, 0]
        before, after = sets.scores[0, sets.attacked], sets.scores_attacked[0]
        return [float((one[np.arange(len(labels)), labels] <= limit).mean()) for one in (before, after)]


def test_the_threshold_is_the_order_statistic_of_attacked_scores():
    world = LinearWorld(0)
    sets = world.released(RobustConformal(miscoverage=0.1))
    own = np.sort(lac(world.moved)[0, EVERY[:CALIBRATION], world.labels[:CALIBRATION]])
    assert sets.thresholds[0, 0, 0] == own[int(np.ceil((CALIBRATION + 1) * 0.9)) - 1]
    plain = world.released(SplitConformal(miscoverage=0.1))
    assert plain.thresholds[0, 0, 0] < sets.thresholds[0, 0, 0]
    np.testing.assert_array_equal(plain.scores, sets.scores)
    assert sets.calibrated.tolist() == [CALIBRATION]


@pytest.mark.parametrize(("score", "labels"), [("lac", 2), ("aps", 2), ("lac", 4), ("raps", 4)])
def test_attacked_rows_are_covered_as_promised_and_plain_sets_lose_them(score, labels):
    robust, plain = (
        np.mean([LinearWorld(seed, labels=labels).coverages(kind(0.1, score)) for seed in range(12)], axis=0)
        for kind in (RobustConformal, SplitConformal)
    )
    error = 3 * 0.1 * np.sqrt(2 / CALIBRATION / 12) * 3
    assert abs(plain[0] - 0.9) < error and plain[1] < 0.8
    assert abs(robust[1] - 0.9) < error and robust[0] > robust[1]


def test_at_a_radius_of_zero_the_sets_are_those_of_split_conformal():
    world = LinearWorld(3, shift=0.0)
    for name, held in vars(world.released(RobustConformal(miscoverage=0.1))).items():
        np.testing.assert_array_equal(held, vars(world.released(SplitConformal(miscoverage=0.1)))[name])


def test_a_score_that_falls_under_attack_counts_as_it_was():
    """With many labels the row that is worst for the decision may suit its label better."""
    world = LinearWorld(4, labels=3, shift=-1.0)
    for name in ("thresholds", "scores"):
        robust, plain = (
            getattr(world.released(kind(miscoverage=0.1)), name) for kind in (RobustConformal, SplitConformal)
        )
        np.testing.assert_array_equal(robust, plain)


def test_thresholds_of_few_scores_are_moved_among_attacked_scores():
    """19 calibration rows at a miscoverage of .05: the largest score, which weights alone never raise."""
    world, rows = LinearWorld(5), 19
    draws = np.vstack([np.ones((1, ROWS)), np.random.default_rng(0).exponential(size=(200, ROWS))])
    held = replace(world.held, weights=draws)
    few = AttackedCalibration(EVERY[:rows], world.moved[:, :rows])
    ask = lambda kind: few if kind is AttackedCalibration else world.ask(kind)  # noqa: E731
    sets = RobustConformal(miscoverage=0.05).release(ask, held)
    fitted, limits = sets.thresholds[0, 0, 0], sets.thresholds[0, 1:, 0]
    beside = lac(world.moved)[0, EVERY, world.labels][CALIBRATION:]
    assert np.isin(limits, [fitted, *beside]).all() and len(np.unique(limits)) > 50
    assert sets.calibrated.tolist() == [rows]


def test_a_calibration_row_shows_as_its_attacked_score_does():
    world = LinearWorld(6, rows=200)
    exposed = RobustConformal(miscoverage=0.1).exposed(world.ask, world.held)
    assert isinstance(exposed, ExposedCalibration)
    own = lac(world.moved)[0, np.arange(100), world.labels[:100]]
    for row in range(0, 100, 7):
        moved = threshold(own, 0.1)[0] != threshold(np.delete(own, row), 0.1)[0]
        assert exposed.shown[0, row] == float(moved)


@pytest.mark.parametrize("kind", [Scores, AttackedCalibration, AdversarialScores])
def test_what_is_missing_is_said(kind):
    world, why = LinearWorld(7), NotMeasurable("there is none")
    ask = lambda asked: why if asked is kind else world.ask(asked)  # noqa: E731
    layer = RobustConformal(miscoverage=0.1)
    assert layer.release(ask, world.held) == layer.exposed(ask, world.held) == why


@pytest.fixture(scope="module")
def trained():
    """A small bank with trained members: scores, a real attack, and sets on top."""
    prepared = ready(bank(rows=1200), "split_conformal", "robust_conformal")
    return prepared, facts_of(prepared)


def test_calibration_rows_are_attacked_only_where_a_layer_asks(trained):
    prepared, facts = trained
    layers = prepared.design.factors.layers
    assert isinstance(facts.layered(layers["split_conformal"]).sets, PredictionSets)
    assert AttackedCalibration not in facts.memo._made
    assert isinstance(facts.layered(layers["robust_conformal"]).sets, PredictionSets)
    moved = facts.memo._made[AttackedCalibration][0]
    np.testing.assert_array_equal(moved.rows, np.flatnonzero(prepared.design.split.calibration))
    labels = prepared.dataset.labels[moved.rows]
    before, after = (
        np.take_along_axis(logs, labels[None, :, None], axis=2)[..., 0]
        for logs in (facts.log_probabilities[:, moved.rows], moved.log_probabilities)
    )
    assert (after <= before + 1e-5).all() and (after < before - 0.1).mean() > 0.9


def test_a_real_attack_finds_the_promise_kept_and_that_of_plain_sets_broken(trained):
    prepared, facts = trained
    found = {}
    for name, layer in prepared.design.factors.layers.items():
        evidence = facts.layered(layer, 0.1).memo.evidence(facts.setting.rows)
        keys = ("attacked_coverage", "coverage", "set_size", "inflated_sets", "calibration_exposure")
        found[name] = {key: prepared.design.metrics[key].measure(evidence).mean for key in keys}
    robust, plain = found["robust_conformal"], found["split_conformal"]
    assert plain["attacked_coverage"] < 0.75 < 0.86 < robust["attacked_coverage"] < robust["coverage"]
    assert robust["set_size"] > plain["set_size"] + 0.1 and robust["calibration_exposure"] == 1.0


def test_where_nothing_can_be_moved_there_are_no_such_sets():
    prepared = ready(bank(rows=400), "robust_conformal", data={"immutable": ("x0", "x1", "x2", "x3")}, members=3)
    sets = facts_of(prepared).layered(prepared.design.factors.layers["robust_conformal"]).sets
    assert sets == NotMeasurable("no column can be moved by an attacker")


def test_of_many_calibration_rows_some_are_attacked_by_lot(monkeypatch):
    monkeypatch.setattr(_setting, "ATTACKED_ROWS", 40)
    setting = ready(bank(rows=1200), "robust_conformal", members=3).setting()
    calibrating, chosen = np.flatnonzero(setting.design.split.calibration), setting.attacked_calibration
    assert len(chosen) == 40 < len(calibrating) and np.isin(chosen, calibrating).all()
    assert (np.diff(chosen) > 0).all() and not np.array_equal(chosen, calibrating[:40])


def test_a_plan_counts_the_attack_on_calibration_rows():
    robust, plain = (
        ready(bank(rows=4000), name, members=16).design for name in ("robust_conformal", "split_conformal")
    )
    price = partial(cost, columns=7, classes=2, operations=1e7)
    assert price(robust).seconds > price(plain).seconds
