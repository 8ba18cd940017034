"""Rows that must stay together: equal inputs, rows of one person, and what a split makes of them."""

import time
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.neighbors import KNeighborsClassifier

from interplay.data.clusters import chance_of_twin, clusters, people, twins
from interplay.data.dataset import Dataset
from interplay.data.load import load
from interplay.data.sections import DataSection, GroupsSection
from interplay.data.split import PARTS, PERCENT, split
from interplay.errors import DataError


def table(frame: pd.DataFrame, **declared: Any) -> Dataset:
    return load(DataSection(source="frame", label="y", **declared), GroupsSection(), frame)


def generated(rows: int, copies: int = 1, seed: int = 0) -> pd.DataFrame:
    """Applications with noisy labels, each `copies` times, in random order."""
    draw = np.random.default_rng(seed)
    x = draw.normal(size=(rows, 3)).round(4)
    y = (x[:, 0] + 0.5 * x[:, 1] + 0.8 * draw.logistic(size=rows) > 0).astype(int)
    frame = pd.DataFrame({"a": x[:, 0], "b": x[:, 1], "c": x[:, 2], "y": y})
    return pd.concat([frame] * copies, ignore_index=True).sample(frac=1, random_state=seed, ignore_index=True)


def test_twins_agree_in_every_feature_missing_values_and_signs_of_zero_among_them() -> None:
    frame = pd.DataFrame(
        {
            "number": [1.5, np.nan, 1.5, np.nan, 0.0, -0.0, 1.5],
            "text": ["x", None, "x", None, "z", "z", "y"],
            "y": [1, 0, 0, 1, 1, 0, 1],
        }
    )
    assert twins(table(frame)).tolist() == [0, 1, 0, 1, 2, 2, 3], "the label does not count"


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from("pqr"), st.integers(0, 5)), min_size=8, max_size=60))
def test_clusters_are_the_connected_components_of_equal_rows_and_people(rows: list[tuple[int, str, int]]) -> None:
    frame = pd.DataFrame(rows, columns=["a", "b", "who"]).assign(y=np.arange(len(rows)) % 2)
    frame.loc[0, "a"], frame.loc[1, "a"], frame.loc[0, "b"], frame.loc[1, "b"] = 7, 8, "p", "q"
    found = clusters(table(frame, person="who"))
    linked = [{place} for place in range(len(rows))]
    for place in range(len(rows)):
        for other in range(place):
            same = frame.loc[place, ["a", "b"]].equals(frame.loc[other, ["a", "b"]])
            if (same or frame.who[place] == frame.who[other]) and linked[place] is not linked[other]:
                union = linked[place] | linked[other]
                for member in union:
                    linked[member] = union
    assert all(
        (found[place] == found[other]) == (other in linked[place])
        for place in range(len(rows))
        for other in range(len(rows))
    )


def test_a_person_is_no_feature_and_rows_without_one_stand_alone() -> None:
    frame = generated(30).assign(who=["ann", "bob", None] * 10)
    found = table(frame, person="who")
    assert "who" not in found.features and "person" in found.dropped["who"]
    own = people(found)
    assert own is not None and np.bincount(own).tolist().count(1) == 10 and np.bincount(own).max() == 10
    assert table(frame).person is None
    assert clusters(found, together=False).tolist() == own.tolist()
    assert clusters(table(generated(10, 3)), together=False).tolist() == list(range(30))
    with pytest.raises(DataError, match="data.person"):
        table(frame, person="whom")
    with pytest.raises(DataError, match="names the person"):
        table(frame, person="who", features=["a", "who"])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 7), min_size=40, max_size=200), st.integers(0, 3))
def test_a_cluster_lies_in_one_part_and_parts_keep_their_shares(sizes: list[int], seed: int) -> None:
    cluster = np.random.default_rng(seed).permutation(np.repeat(np.arange(len(sizes)), sizes))
    cluster = pd.factorize(cluster)[0]
    strata = np.random.default_rng(seed + 1).integers(0, 3, len(cluster))
    part = split(strata, seed, cluster).part
    assert all(len(np.unique(part[cluster == one])) == 1 for one in range(len(sizes)))
    off = np.bincount(part, minlength=len(PARTS)) - np.asarray(PERCENT) * len(cluster) / 100
    assert np.abs(off).max() < max(sizes) + 1


def test_without_a_twin_the_split_is_the_one_of_rows() -> None:
    strata = np.arange(1000) % 6
    np.testing.assert_array_equal(split(strata, 3).part, split(strata, 3, np.arange(1000)).part)


def test_a_few_twins_leave_totals_exact_and_strata_their_share() -> None:
    cluster = pd.factorize(np.where(np.arange(3000) < 300, np.arange(3000) // 3, np.arange(3000)))[0]
    strata = np.where(np.arange(3000) < 300, np.arange(3000) // 75, np.arange(3000) % 4)
    part = split(strata, 0, cluster).part
    assert np.bincount(part).tolist() == [1740, 360, 360, 360, 180]
    for stratum in range(4):
        mine = np.bincount(part[strata == stratum])
        assert np.abs(mine - mine.sum() * np.asarray(PERCENT) / 100).max() < 5


@pytest.mark.parametrize("cluster", [np.arange(600) % 6, np.where(np.arange(600) < 500, 0, np.arange(600) - 499)])
def test_large_clusters_still_fill_every_part(cluster: np.ndarray) -> None:
    part = split(np.arange(600) % 2, 0, cluster).part
    held = [len(np.unique(cluster[part == place])) for place in range(len(PARTS))]
    assert held[0] >= 2 and min(held) >= 1


def test_too_few_different_rows_are_refused() -> None:
    with pytest.raises(DataError, match="5 clusters of rows that agree .* Next: give features that tell rows apart"):
        split(np.arange(500) % 2, 0, np.arange(500) % 5)


def test_many_rows_take_seconds() -> None:
    draw = np.random.default_rng(0)
    frame = pd.DataFrame({f"x{place}": draw.integers(0, 9, 200_000) for place in range(6)})
    found = table(frame.assign(x6=draw.normal(size=len(frame)).round(1), y=draw.integers(0, 2, len(frame))))
    began = time.perf_counter()
    split(found.labels, 0, clusters(found))
    assert time.perf_counter() - began < 20, "about one second on an idle core"


def test_the_chance_of_a_twin_is_that_of_rows_drawn_one_by_one() -> None:
    draw = np.random.default_rng(0)
    cluster = pd.factorize(draw.integers(0, 40, 90))[0]
    seen = []
    for _ in range(3_000):
        order = draw.permutation(90)
        seen.append(np.isin(cluster[order[50:]], cluster[order[:50]]).mean())
    assert chance_of_twin(cluster, 50) == pytest.approx(np.mean(seen), abs=4 * np.std(seen) / np.sqrt(3_000))
    assert chance_of_twin(np.arange(90), 50) == 0.0 and chance_of_twin(np.zeros(90, dtype=int), 50) == 1.0


def _accuracies(frame: pd.DataFrame, part: Any) -> tuple[float, float]:
    """Of a model that remembers its nearest training row: on the test rows, and on rows drawn anew."""
    model = KNeighborsClassifier(1).fit(frame.loc[part.pool, ["a", "b", "c"]], frame.y[part.pool])
    anew = generated(20_000, seed=99)
    own = frame[part.test]
    return model.score(own[["a", "b", "c"]], own.y), model.score(anew[["a", "b", "c"]], anew.y)


def test_split_by_cluster_the_test_rows_tell_how_well_new_rows_are_decided() -> None:
    frame = generated(2_000, copies=3)
    dataset = table(frame)
    by_row, by_cluster = split(dataset.labels, 0), split(dataset.labels, 0, clusters(dataset))
    equal = twins(dataset)
    assert np.isin(equal[by_row.test], equal[by_row.pool]).mean() == pytest.approx(1 - 0.42**2, abs=0.04)
    assert not np.isin(equal[by_cluster.test], equal[by_cluster.pool]).any()
    before, anew = _accuracies(frame, by_row)
    assert before > anew + 0.2, "row by row, four of five test rows were remembered"
    after, anew = _accuracies(frame, by_cluster)
    assert after == pytest.approx(anew, abs=3 * np.sqrt(0.25 / (len(frame) * 0.12 / 3)))
