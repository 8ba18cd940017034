"""Weighted sums by cell against plain sums."""

import numpy as np
import pytest

from interplay.drawn import Within
from interplay.evidence import Evidence, Grouping, Rows
from interplay.sums import Cells, cells

ROWS, DRAWS, MEMBERS = 300, 7, 3


def table(seed=0):
    chance = np.random.default_rng(seed)
    codes = {"sex": chance.integers(-1, 2, size=ROWS), "race": chance.integers(0, 4, size=ROWS)}
    return chance, codes, {"sex": 2, "race": 5}, chance.exponential(size=(DRAWS, ROWS))


def assert_sums(found, terms, codes, counts):
    """`terms` are weight times value, for every member, draw and row."""
    np.testing.assert_allclose(found.total, terms.sum(axis=2), atol=1e-12)
    for name, count in counts.items():
        assert found.by_group[name].shape[0] == count
        for group in range(count):
            expected = terms[:, :, codes[name] == group].sum(axis=2)
            np.testing.assert_allclose(found.by_group[name][group], expected, atol=1e-12)


def test_they_equal_plain_sums_in_total_and_by_group():
    chance, codes, counts, weights = table()
    rows, values = chance.permutation(ROWS)[:200], chance.normal(size=(MEMBERS, 200))
    kept = chance.random(200) < 0.8
    found = cells(rows, kept, codes, counts, weights)
    terms = weights[:, rows] * (values * kept)[:, None]
    assert_sums(found.sums(values[:, found.order]), terms, {name: code[rows] for name, code in codes.items()}, counts)
    assert len(found.starts) - 1 == len(set(zip(codes["sex"][rows[kept]], codes["race"][rows[kept]], strict=True)))


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("at_once", [1, 2_000_000])
def test_values_within_limits_equal_a_comparison_of_everything(strict, at_once, monkeypatch):
    monkeypatch.setattr("interplay.sums._AT_ONCE", at_once)
    chance, codes, counts, weights = table(1)
    scores, limits = chance.random((MEMBERS, ROWS, 2)).round(2), chance.uniform(0.4, 0.6, (MEMBERS, DRAWS, 3)).round(2)
    limits[1, 2:4, 0], limits[2] = np.inf, 0.5
    scores[0, :5] = np.nan
    values = Within(scores, limits, chance.integers(0, 3, size=ROWS), strict)
    use = chance.random((MEMBERS, ROWS)) < 0.7
    found = cells(np.arange(ROWS), np.ones(ROWS, dtype=bool), codes, counts, weights)
    limit = limits[:, :, values.part, None]
    inside = scores[:, None] < limit if strict else scores[:, None] <= limit
    expected = inside.sum(axis=3) * use[:, None] * weights
    assert_sums(found.sums_drawn(values.at(found.order), use[:, found.order]), expected, codes, counts)


def test_no_grouping_and_no_row():
    weights = np.ones((2, 4))
    whole = cells(np.arange(4), np.ones(4, dtype=bool), {}, {}, weights)
    assert whole.sums(np.ones((1, 4))).total.tolist() == [[4.0, 4.0]]
    none = cells(np.arange(4), np.zeros(4, dtype=bool), {"sex": np.zeros(4, dtype=int)}, {"sex": 1}, weights)
    assert none.sums(np.ones((1, 0))).by_group["sex"].tolist() == [[[0.0, 0.0]]]


def evidence():
    chance, codes, _, weights = table(2)
    groupings = {
        "sex": Grouping("sex", codes["sex"], ("a", "b"), 0),
        "race": Grouping("race", codes["race"], tuple("abcd"), 0),
    }
    counted = chance.random((MEMBERS, ROWS)) < 0.8
    return chance, Evidence(Rows(codes["race"] % 2, groupings, counted, weights), {})


def test_a_mean_that_several_metrics_ask_for_is_worked_out_once(monkeypatch):
    chance, given = evidence()
    products, plain = [], Cells.sums
    monkeypatch.setattr(Cells, "sums", lambda self, amounts: products.append(amounts) or plain(self, amounts))
    values = chance.random((MEMBERS, ROWS))
    overall = given.mean(values)
    by_sex, by_race = given.mean_by_group("sex", values.copy()), given.mean_by_group("race", values)
    assert len(products) == 2
    for codes, found in ((given.rows.groupings["sex"].codes, by_sex), (given.rows.groupings["race"].codes, by_race)):
        for group, mean in enumerate(found):
            np.testing.assert_allclose(mean, given.mean(values, codes == group), atol=1e-12)
    assert overall.shape == (MEMBERS, DRAWS)


def test_other_values_rows_and_restrictions_are_not_confused():
    chance, given = evidence()
    values, rows = chance.random((MEMBERS, ROWS)), np.arange(ROWS)
    where = chance.random(ROWS) < 0.5
    asked = [(values, None, None), (values, where, None), (1 - values, None, None), (values[:, ::2], None, rows[::2])]
    asked += [(values[:, ::2], None, rows[1::2]), (values[:, 1::2], where[1::2], rows[1::2])]
    for _ in range(2):
        for numbers, restriction, some in asked:
            use = given.rows.counted[:, rows if some is None else some]
            use = use if restriction is None else use & restriction
            weights = given.rows.weights[:, rows if some is None else some]
            expected = ((use * numbers) @ weights.T) / (use @ weights.T)
            np.testing.assert_allclose(given.mean(numbers, restriction, some), expected, atol=1e-12)


def test_evidence_of_layers_shares_sums_of_what_they_leave_as_it_is(monkeypatch):
    chance, given = evidence()
    products, plain, sums = [], Cells.sums, {}
    monkeypatch.setattr(Cells, "sums", lambda self, amounts: products.append(amounts) or plain(self, amounts))
    values = chance.random((MEMBERS, ROWS))
    bare, layered = (Evidence(given.rows, {}, sums) for _ in range(2))
    np.testing.assert_array_equal(bare.mean(values), layered.mean(values))
    assert len(products) == 2, "the sum and the total, once"
    assert not np.array_equal(layered.mean(1 - values), bare.mean(values))
