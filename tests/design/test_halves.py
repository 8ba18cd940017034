"""Halves of the pool by cluster: one size for all members, and no row outside with a twin inside."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import interplay as ip
from interplay import streams
from interplay.auditing.outline import outline
from interplay.auditing.parts.seen import protected, seen_lines
from interplay.auditing.prepare import Prepared, prepare
from interplay.design.confirming import audit_rows
from interplay.design.halves import halves
from interplay.exhibits import rows_of


def test_without_twins_halves_are_those_of_rows() -> None:
    expected = np.sort(streams.generator(4, "half", member=1).choice(301, 150, replace=False))
    np.testing.assert_array_equal(halves(4, "half", 2, np.arange(301))[1], expected)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 9), min_size=2, max_size=80), st.integers(0, 3))
def test_every_half_has_the_same_rows_and_tears_one_cluster_at_most(sizes: list[int], seed: int) -> None:
    cluster = np.random.default_rng(seed).permutation(np.repeat(np.arange(len(sizes)) * 3 + 1, sizes))
    drawn = halves(seed, "half", 4, cluster)
    assert drawn.shape == (4, len(cluster) // 2)
    for half in drawn:
        assert len(np.unique(half)) == len(half) and (np.diff(half) > 0).all()
        inside = np.isin(np.arange(len(cluster)), half)
        torn = [one for one in np.unique(cluster) if 0 < inside[cluster == one].mean() < 1]
        assert len(torn) <= 1
        if 1 in sizes and sizes.count(1) >= max(sizes) and len(cluster) % 2 == 0:
            left = [int((cluster == one).sum()) for one in np.unique(cluster) if not inside[cluster == one].any()]
            assert not torn or 1 not in left, "a cluster is torn only where no smaller one is left"


def test_halves_of_clusters_are_drawn_evenly() -> None:
    cluster = np.repeat(np.arange(60), 3)
    drawn = halves(0, "half", 400, cluster)
    share = np.bincount(drawn.reshape(-1), minlength=180) / 400
    assert np.abs(share - 0.5).max() < 4.5 * np.sqrt(0.25 / 400)


def _ready(frame: pd.DataFrame, **data: object) -> Prepared:
    study = ip.Study(
        name="copies",
        members=4,
        draws=50,
        data=ip.DataSection(source="frame", label="y", **data),
        groups=ip.GroupsSection(attributes={"g": ip.GroupSection()}),
        model=ip.ModelSection(hidden=(4,), steps=5),
        interventions=(ip.InterventionSection(name="dp_sgd"),),
    )
    return prepare(study, frame)


def _seen(ready: Prepared) -> str:
    return "\n".join(seen_lines(ready.design, ready.dataset, budgets=True))


def _frame(rows: int = 400, copies: int = 3) -> pd.DataFrame:
    draw = np.random.default_rng(0)
    x = draw.normal(size=(rows, 2)).round(4)
    frame = pd.DataFrame({"a": x[:, 0], "b": x[:, 1], "g": draw.choice(["f", "m"], rows)})
    frame["y"] = (x[:, 0] + draw.logistic(size=rows) > 0).astype(int)
    return pd.concat([frame] * copies, ignore_index=True)


def test_a_row_outside_has_no_twin_inside_and_copies_share_their_weight() -> None:
    ready = _ready(_frame())
    design = ready.design
    inside, cluster = design.inside(), design.clusters
    assert np.array_equal(cluster, np.arange(1200) % 400)
    for member, half in enumerate(design.halves):
        assert inside[member, design.pool[half]].all()
        assert not np.isin(cluster[~inside[member]], cluster[design.pool[half]]).any()
        assert inside[member].sum() - len(half) <= 2, "the rest of one torn cluster"
    assert np.array_equal(design.with_members(9).halves[:4], design.halves)
    rows = rows_of(design, ready.dataset)
    np.testing.assert_array_equal(rows.weights[:, :400], rows.weights[:, 400:800])
    assert len(np.unique(rows.weights[1])) == 400
    assert not (rows.counted & inside).any()


def test_a_study_sets_the_size_of_the_audit_part(tmp_path) -> None:
    ready = _ready(_frame(copies=1), audit_share=0.25)
    assert ready.design.split.audit.sum() == 100 and ready.design.split.pool.sum() == 156
    assert "audit 100)" in outline(ready, tmp_path)
    assert len(audit_rows(ready.design)) == 100


def test_the_plan_says_how_many_test_rows_would_have_a_twin_and_whom_a_budget_protects(tmp_path) -> None:
    told = outline(_ready(_frame()), tmp_path)
    twins = next(line for line in told.splitlines() if line.startswith("Twins"))
    assert "800 of 1,200 rows repeat an earlier row in every feature" in twins
    share = float(twins.partition("one by one, ")[2].partition("%")[0])
    assert share == pytest.approx(100 * (1 - 0.42**2), abs=0.5)
    assert "up to 3 training rows agree" in told and "data.person" in told
    assert "no two rows agree" in _seen(_ready(_frame(copies=1)))
    assert "split one by one, since the study says" in _seen(_ready(_frame(), twins="apart"))


def test_with_people_the_split_is_theirs_and_the_budget_says_for_how_many_rows() -> None:
    frame = _frame(copies=1).assign(who=np.arange(400) // 4)
    ready = _ready(frame, person="who")
    part = ready.design.split.part.reshape(-1, 4)
    assert (part == part[:, :1]).all()
    told = _seen(ready)
    assert "100 by 'who', at most 4 rows each" in told
    assert "protects one row of training" in told and "epsilon is up to 4 times as large" in told
    alone = _ready(_frame(copies=1).assign(who=np.arange(400)), person="who")
    assert "so it protects one person" in protected(alone.design, alone.dataset)
