"""Which rows are attacked, have a distance, and are explained: drawn from the seed, whatever the order of the file."""

from collections import Counter

import numpy as np
import pytest

from interplay.design.denominators import evaluated
from interplay.design.plan import strata
from interplay.exhibits import _setting as bench
from interplay.exhibits import looked_at
from tests.measurement.worlds import bank, ready

ORDERS = {
    "shuffled": lambda frame: frame,
    "by label": lambda frame: frame.sort_values("y", kind="stable"),
    "by group": lambda frame: frame.sort_values("g", kind="stable"),
}


def _looked(frame, few=300):
    prepared = ready(frame.reset_index(drop=True), "release_explanations", data={"immutable": ("x3",)})
    counted = evaluated(prepared.design)
    return prepared, counted, looked_at(prepared.design, prepared.dataset, counted)


@pytest.fixture
def few_rows(monkeypatch):
    monkeypatch.setattr(bench, "ATTACKED_ROWS", 250)
    monkeypatch.setattr(bench, "DISTANCE_ROWS", 80)


@pytest.mark.parametrize("order", ORDERS)
def test_every_group_and_label_has_its_share_whatever_the_order_of_the_file(few_rows, order):
    prepared, counted, looked = _looked(ORDERS[order](bank(rows=3000, share=0.2)))
    every = strata(prepared.dataset, None)
    for chosen in (looked.attacked, looked.explained):
        test = prepared.design.split.test
        found, expected = Counter(every[chosen].tolist()), Counter(every[test].tolist())
        for stratum, count in expected.items():
            assert found[stratum] / len(chosen) == pytest.approx(count / test.sum(), abs=2.5 / len(chosen))
        assert test[chosen].all(), "test rows count for every member and come first"
    assert counted[looked.near].all()


def test_the_first_rows_of_a_sorted_file_would_have_had_one_label(few_rows):
    """What was attacked before: the first test rows of the file."""
    frame = bank(rows=3000, share=0.2).sort_values("y", kind="stable")
    prepared, _, looked = _looked(frame)
    labels, test = prepared.dataset.labels, np.flatnonzero(prepared.design.split.test)
    assert labels[test[:250]].mean() == 0.0
    assert labels[looked.attacked].mean() == pytest.approx(0.2, abs=0.01)


def test_distances_have_as_many_rows_of_each_label_as_there_are(few_rows):
    prepared, _, looked = _looked(bank(rows=3000, share=0.1))
    labels = prepared.dataset.labels
    attacked, near = np.bincount(labels[looked.attacked]), np.bincount(labels[looked.near])
    assert near.sum() == 80
    assert near[1] == min(attacked[1], 40)


def test_the_rows_follow_from_the_seed_alone(few_rows):
    frame = bank(rows=3000)
    first, second = _looked(frame)[2], _looked(frame)[2]
    np.testing.assert_array_equal(first.attacked, second.attacked)
    np.testing.assert_array_equal(first.explained, second.explained)


def test_small_tables_are_attacked_as_a_whole():
    _, counted, looked = _looked(bank(rows=900))
    np.testing.assert_array_equal(looked.attacked, np.flatnonzero(counted))
