"""Search by decisions alone: against a search by scores, and against moves by chance with as many queries."""

import time

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier

from interplay.attacks.decision_search import decision_search
from interplay.attacks.search import search

ROWS, COLUMNS = 300, 8


def _world(kind):
    """Rows, and the log-odds of a label: linear, or boosted trees of labels that depend on two columns at a time."""
    chance = np.random.default_rng(0)
    rows = chance.normal(size=(ROWS, COLUMNS))
    slopes = np.where(np.arange(COLUMNS) % 2, -1.0, 1.0) / np.arange(1, COLUMNS + 1)
    if kind == "linear":
        return rows, lambda moved: 1.0 + moved @ slopes
    many = chance.normal(size=(2000, COLUMNS))
    labels = (many @ slopes + np.sign(many[:, 0] * many[:, 1]) + chance.logistic(size=2000) > 0).astype(int)
    model = HistGradientBoostingClassifier(max_iter=40).fit(many, labels)
    return rows, model.decision_function


def _by_chance(decide, rows, low, high, labels, chance, queries):
    """Random corners."""
    turned = np.zeros(len(rows), dtype=bool)
    for _ in range(queries):
        moved = np.where(chance.random(rows.shape) < 0.5, low, high)
        turned |= decide(moved, None) != labels
    return turned


@pytest.mark.parametrize(("kind", "share"), [("linear", 0.97), ("trees", 0.8)])
def test_it_finds_nearly_what_scores_find_and_more_than_chance(kind, share):
    rows, odds = _world(kind)
    labels = (odds(rows) > 0).astype(int)
    low, high = rows - 0.4, rows + 0.4

    def decide(moved, of):
        return (odds(moved) > 0).astype(int)

    def ahead(moved):
        return odds(moved) * np.where(np.tile(labels, len(moved) // ROWS) == 1, -1, 1)

    by_scores = search(ahead, rows, low, high, labels, np.random.default_rng(1))
    known = (odds(by_scores) > 0) != labels
    found = decide(decision_search(decide, rows, low, high, labels, np.random.default_rng(1)), None) != labels
    plain = _by_chance(decide, rows, low, high, labels, np.random.default_rng(1), 400)
    assert found.sum() >= share * known.sum() and known.sum() > 40
    assert found.sum() > plain.sum()


def test_it_asks_no_more_than_it_may_and_leaves_rows_alone_once_they_turned():
    asked = np.zeros(ROWS, dtype=int)
    rows, odds = _world("linear")
    labels = (odds(rows) > 0).astype(int)

    def decide(moved, of):
        np.add.at(asked, of, 1)
        return (odds(moved) > 0).astype(int)

    decision_search(decide, rows, rows - 0.4, rows + 0.4, labels, np.random.default_rng(0), queries=100)
    assert asked.max() <= 100 and asked.min() < 40


def test_nothing_leaves_the_box_and_rows_without_a_flip_stay():
    rows, odds = _world("linear")
    labels = (odds(rows) > 0).astype(int)
    low, high = rows - 0.3, rows + 0.3
    low[:, 0] = high[:, 0] = rows[:, 0]
    found = decision_search(
        lambda moved, of: (odds(moved) > 0).astype(int), rows, low, high, labels, np.random.default_rng(0), queries=60
    )
    held = (odds(found) > 0).astype(int) == labels
    assert (found >= low - 1e-12).all() and (found <= high + 1e-12).all()
    np.testing.assert_array_equal(found[held], rows[held])
    assert 0 < held.mean() < 1


@pytest.mark.parametrize("columns", [64, 400])
def test_many_columns_take_no_longer_than_a_few_seconds(columns):
    """Of more columns than a stand-in can have steps there is none, and moves follow from what turned others."""
    chance = np.random.default_rng(5)
    rows, slopes = chance.normal(size=(60, columns)), chance.normal(size=columns) / columns**0.5
    labels = (rows @ slopes > 0).astype(int)

    def decide(moved, of):
        return (moved @ slopes > 0).astype(int)

    began = time.process_time()
    found = decision_search(decide, rows, rows - 0.3, rows + 0.3, labels, chance)
    assert (decide(found, None) != labels).mean() > 0.4
    assert time.process_time() - began < 20


def test_three_labels_and_nothing_to_move():
    chance = np.random.default_rng(4)
    rows, weights = chance.normal(size=(200, 5)), chance.normal(size=(5, 3))
    labels = (rows @ weights).argmax(axis=1)

    def decide(moved, of):
        return (moved @ weights).argmax(axis=1)

    found = decision_search(decide, rows, rows - 0.5, rows + 0.5, labels, chance)
    assert 0.2 < (decide(found, None) != labels).mean() < 1
    np.testing.assert_array_equal(decision_search(decide, rows, rows, rows, labels, chance), rows)
