"""People with several rows: they lie on one side of every line, share their weight, and count once."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from interplay.arrays import Array
from interplay.auditing.prepare import Prepared
from interplay.data.split import PARTS
from interplay.design.denominators import evaluated, planned
from interplay.estimates import NotMeasurable
from interplay.evidence import Evidence, Grouping, Memberships, Predictions, RightlyDecided, Rows, present
from interplay.exhibits import looked_at
from interplay.metrics.accuracy import Accuracy
from interplay.metrics.accuracy_disparity import AccuracyDisparity
from interplay.metrics.membership_risk import MembershipRisk
from interplay.statistics.crossed_interval import crossed_interval
from tests.measurement.worlds import bank, facts_of, ready

MEMBERS, DRAWS, REPEATS = 8, 100, 250
SHIFTS = (0.9, 0.5)
"""In standard deviations of a row's score, how far each group lies above the line between wrong and right."""
ALIKE = 0.95
"""The correlation of two rows of one person."""
OWN = 0.3
"""The standard deviation of what each member adds to each row."""


def simulated(chance: np.random.Generator, each: int, by_person: bool, people: int = 300) -> Evidence:
    """Members that are right where a score is above zero; most of the score belongs to the person."""
    person = np.repeat(np.arange(people), each)
    group = (chance.random(people) < 0.35).astype(int)[person]
    score = np.sqrt(ALIKE) * chance.normal(size=people)[person] + np.sqrt(1 - ALIKE) * chance.normal(size=len(person))
    right = score + np.take(SHIFTS, group) + OWN * chance.normal(size=(MEMBERS, len(person))) > 0
    cluster = person if by_person else np.arange(len(person))
    drawn = chance.exponential(size=(DRAWS, cluster.max() + 1))[:, cluster]
    rows = Rows(
        labels=np.ones(len(person), dtype=int),
        groupings={"group": Grouping("group", group, ("a", "b"), 0)},
        counted=np.ones(right.shape, dtype=bool),
        weights=np.concatenate([np.ones((1, len(person))), drawn]),
        clusters=cluster if by_person and each > 1 else None,
    )
    logs = np.log(np.where(right[..., None], [0.1, 0.9], [0.9, 0.1]))
    made = Predictions(logs, right.astype(int)), RightlyDecided(right)
    return Evidence(rows, {type(one): present(one) for one in made})


def coverage(each: int, by_person: bool) -> tuple[float, float]:
    """How often the 90 % intervals of the accuracy and of the gap hold the truth."""
    chance, held = np.random.default_rng(each), []
    first, second = norm.cdf(np.array(SHIFTS) / np.sqrt(1 + OWN**2))
    for _ in range(REPEATS):
        evidence = simulated(chance, each, by_person)
        accuracy, gap = Accuracy().measure(evidence), AccuracyDisparity("group").measure(evidence).contrasts[0]
        intervals = [crossed_interval(one.values, one.support) for one in (accuracy, gap)]
        truths = 0.65 * first + 0.35 * second, first - second
        held.append([one.low <= truth <= one.high for one, truth in zip(intervals, truths, strict=True)])
    level, apart = np.mean(held, axis=0)
    return float(level), float(apart)


@pytest.mark.parametrize("each", [1, 2, 4])
def test_intervals_hold_the_truth_as_often_as_they_say_where_people_are_drawn(each):
    for share in coverage(each, by_person=True):
        assert 0.86 <= share <= 0.96  # .92 to .94


@pytest.mark.parametrize(("each", "at_most"), [(2, 0.84), (4, 0.74)])
def test_with_rows_drawn_one_by_one_they_do_not(each, at_most):
    for share in coverage(each, by_person=False):
        assert share <= at_most  # .78 and .81, .70 and .62


def crowd(people: int = 500, seed: int = 3) -> pd.DataFrame:
    """A bank whose people have one to four rows each, which differ a little and share the label, in random order."""
    draw = np.random.default_rng(seed)
    frame = bank(rows=people, seed=seed).assign(who=[f"person {number}" for number in range(people)])
    frame = frame.loc[np.repeat(np.arange(people), draw.integers(1, 5, people))].reset_index(drop=True)
    frame[["x0", "x1", "x2", "x3"]] += draw.normal(size=(len(frame), 4)).round(4) / 50
    return frame.sample(frac=1, random_state=seed, ignore_index=True)


@pytest.fixture(scope="module")
def crowded() -> Prepared:
    return ready(crowd(), "release_explanations", members=4, data={"person": "who"})


def apart(first: Array, second: Array, who: Array) -> bool:
    """Whether nobody has rows among both."""
    return not set(who[first]) & set(who[second])


def test_nobody_is_on_both_sides_of_any_line(crowded):
    design, who = crowded.design, crowd()["who"].to_numpy()
    for name in PARTS:
        assert apart(design.split.of(name), ~design.split.of(name), who), name
    inside = design.inside()
    for halves in (design.halves, design.tuning_halves):
        for half in halves:
            trained = np.isin(np.arange(len(who)), design.pool[half])
            torn = set(who[trained]) & set(who[~trained])
            assert len(torn) <= 1  # all halves have the same number of rows
    for member, half in enumerate(design.halves):
        assert inside[member, design.pool[half]].all() and apart(inside[member], ~inside[member], who)
    bench = crowded.setting()
    assert not (bench.rows.counted & inside).any()
    assert apart(bench.never_trained, design.split.pool | design.split.audit, who)
    looked = looked_at(design, crowded.dataset, evaluated(design))
    for rows in (looked.attacked, looked.near, looked.explained):
        assert not np.isin(who[rows], who[design.split.tuning | design.split.calibration | design.split.audit]).any()


def test_rows_of_a_person_share_their_weight_in_every_draw(crowded):
    rows, codes = crowded.setting().rows, pd.factorize(crowd()["who"])[0]
    first = np.unique(codes, return_index=True)[1]
    np.testing.assert_array_equal(rows.weights, rows.weights[:, first][:, codes])
    assert len(np.unique(rows.weights[1])) == len(first) == 500


def test_errors_and_counts_are_those_of_people(crowded):
    bench, facts, who = crowded.setting(), facts_of(crowded), pd.factorize(crowd()["who"])[0]
    draw = np.random.default_rng(0).exponential(size=(4000, 500))
    rows = replace(bench.rows, weights=np.concatenate([np.ones((1, len(who))), draw[:, who]]))
    # The refit of other draws would be another one: here the errors of rows alone are asked for.
    plain = Predictions(facts.predictions.log_probabilities, facts.predictions.decisions)
    exhibits = {Predictions: lambda: plain, Memberships: lambda: facts.memberships}
    evidence = Evidence(rows, exhibits)
    found = Accuracy().measure(evidence)
    counted, right = rows.counted, facts.predictions.decisions == rows.labels
    assert found.support == len(set(who[counted.any(axis=0)])) < counted.any(axis=0).sum()
    # The variance of a mean of clusters: the sum over people of the square of what their rows add to it.
    off = np.where(counted, right - found.values[:, :1], 0.0) / counted.sum(axis=1, keepdims=True)
    by_person = np.stack([np.bincount(who, one) for one in off])
    for member in range(4):
        expected = np.sqrt((by_person[member] ** 2).sum())
        assert found.values[member, 1:].std() == pytest.approx(expected, rel=0.05)
        assert expected > 1.3 * np.sqrt((off[member] ** 2).sum()), "rows drawn one by one would have a smaller error"
    risk = MembershipRisk().measure(Evidence(bench.rows, exhibits))
    assert risk.support == len(set(who[facts.memberships.scored.any(axis=0)]))


def test_a_group_with_many_rows_of_few_people_is_not_judged(crowded):
    bench, who = crowded.setting(), pd.factorize(crowd()["who"])[0]
    everybody = np.ones((4, len(who)), dtype=bool)
    few = Grouping("g", np.where(who < 15, 1, 0), ("many", "few"), 0)
    rows = replace(bench.rows, groupings={"g": few}, counted=everybody, minimum_support=20)
    assert (who < 15).sum() > 30
    right = Predictions(np.zeros((4, len(who), 2)), np.repeat(rows.labels[None], 4, axis=0))
    found = AccuracyDisparity("g").measure(Evidence(rows, {Predictions: present(right)}))
    assert isinstance(found, NotMeasurable)
    assert "'few' of 'g' has 15 of at least 20 rows (those of one person or equal in every feature" in found.reason


def test_a_plan_counts_people_before_anything_is_trained(crowded):
    design, dataset = crowded.design, crowded.dataset
    looked = looked_at(design, dataset, evaluated(design))
    plan = planned(design, dataset, looked.attacked, looked.explained)
    who = pd.factorize(crowd()["who"])[0]
    assert plan.rows.distinct(np.ones(len(plan.rows.labels), dtype=bool)) == len(set(who[evaluated(design)]))
    every = np.ones(len(plan.attacked), dtype=bool)
    assert plan.rows.distinct(every, plan.attacked) == len(set(who[looked.attacked]))


def test_without_twins_or_people_every_row_counts():
    assert ready(bank(rows=400), members=3).setting().rows.clusters is None
