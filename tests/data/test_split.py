"""The split: exact, stratified, complete, and repeatable."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interplay.data.split import PARTS, PERCENT, split, unseen_split
from interplay.errors import DataError


def counts(part: np.ndarray) -> np.ndarray:
    return np.bincount(part, minlength=len(PARTS))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 90), min_size=1, max_size=12), st.integers(0, 5))
def test_totals_are_exact_and_strata_get_their_share(sizes: list[int], seed: int) -> None:
    if sum(sizes) < 20:
        sizes = [*sizes, 40]
    strata = np.repeat(np.arange(len(sizes)) * 7 - 3, sizes)
    strata = np.random.default_rng(seed).permutation(strata)
    part = split(strata, seed).part
    rows = len(strata)
    exact = np.asarray(PERCENT) * rows / 100
    assert part.dtype == np.int8
    assert (np.abs(counts(part) - exact) < 1).all()
    assert counts(part).sum() == rows
    for stratum in np.unique(strata):
        mine = counts(part[strata == stratum])
        assert (np.abs(mine - mine.sum() * exact / rows) < 2).all()


@pytest.mark.parametrize("size", [3, 5, 10])
def test_tiny_strata_are_spread(size: int) -> None:
    strata = np.concatenate([np.zeros(500), np.repeat(np.arange(1, 21), size)]).astype(int)
    part = split(strata, 0).part
    reached = [len(np.unique(part[strata == stratum])) for stratum in range(1, 21)]
    assert min(reached) >= {3: 2, 5: 2, 10: 4}[size]


def test_every_row_is_in_exactly_one_part() -> None:
    parts = split(np.arange(1000) % 6, seed=4)
    masks = np.stack([parts.pool, parts.tuning, parts.calibration, parts.test, parts.audit])
    assert (masks.sum(axis=0) == 1).all()
    assert masks.sum(axis=1).tolist() == [580, 120, 120, 120, 60]
    assert np.array_equal(masks, np.stack([parts.of(name) for name in PARTS]))


def test_the_seed_decides_and_the_names_of_strata_do_not() -> None:
    strata = np.arange(300) % 4
    assert np.array_equal(split(strata, 1).part, split(strata, 1).part)
    assert np.array_equal(split(strata, 1).part, split(strata * 10 - 5, 1).part)
    assert not np.array_equal(split(strata, 1).part, split(strata, 2).part)


@pytest.mark.parametrize(("share", "pool", "audit"), [(0.06, 1740, 180), (0.2, 1320, 600), (0.333, 921, 999)])
def test_what_is_added_to_the_audit_part_comes_off_the_pool(share: float, pool: int, audit: int) -> None:
    assert counts(split(np.arange(3000) % 4, 0, audit_share=share).part).tolist() == [pool, 360, 360, 360, audit]


def test_every_row_of_a_tiny_stratum_can_reach_every_part() -> None:
    strata = np.asarray([1] + [0] * 99)
    seen = counts(np.asarray([split(strata, seed).part[0] for seed in range(600)]))
    # 600 draws with these shares: four standard deviations.
    expected = np.asarray(PERCENT) * 6.0
    assert (np.abs(seen - expected) < 4 * np.sqrt(expected * (1 - np.asarray(PERCENT) / 100))).all()


def test_too_few_rows_are_refused() -> None:
    with pytest.raises(DataError, match="enough rows for five parts"):
        split(np.zeros(4, dtype=int), 0)


def test_the_latest_rows_test_and_confirm() -> None:
    random = np.random.default_rng(0)
    time = random.permutation(1_000).astype(float)
    parts = split(random.integers(0, 4, 1_000), 0, time=time)
    late = parts.test | parts.audit
    assert time[late].min() > time[~late].max()
    assert counts(parts.part).tolist() == [580, 120, 120, 120, 60]


def test_rows_without_a_date_are_early_and_people_stay_together() -> None:
    random = np.random.default_rng(0)
    person = random.integers(0, 300, 1_000)
    person = np.unique(person, return_inverse=True)[1]
    time = np.where(np.arange(1_000) % 10 == 0, np.nan, random.normal(size=1_000))
    parts = split(random.integers(0, 2, 1_000), 0, person, time=time)
    for own in range(int(person.max()) + 1):
        assert len(np.unique(parts.part[person == own])) == 1
    latest = np.array([np.nanmax(np.append(time[person == own], -9.0)) for own in range(int(person.max()) + 1)])
    late = np.zeros(len(latest), dtype=bool)
    late[person[parts.test | parts.audit]] = True
    assert latest[late].min() >= latest[~late].max()
    assert (counts(parts.part) > 0).all()


def test_all_rows_of_one_day_are_still_split() -> None:
    parts = split(np.zeros(200, dtype=int), 0, time=np.full(200, 5.0))
    assert counts(parts.part).tolist() == [116, 24, 24, 24, 12]


def test_for_a_given_model_the_latest_new_rows_are_the_test_part_and_those_it_has_seen_the_pool():
    clusters, strata = np.arange(300) // 2, np.tile([0, 1], 150)
    time, trained = np.arange(300.0), np.arange(300) % 10 == 0
    parts = unseen_split(strata, 3, clusters, trained, time)
    seen = np.isin(clusters, clusters[trained])
    assert (parts.pool == seen).all() and not parts.audit.any()
    assert time[parts.test].min() > time[parts.tuning | parts.calibration].max()
    assert abs(parts.test.sum() - 0.6 * (~seen).sum()) <= 2
    for one in (parts, unseen_split(strata, 3, clusters, trained)):
        assert len(np.unique(clusters)) == sum(len(np.unique(clusters[one.of(name)])) for name in PARTS)
