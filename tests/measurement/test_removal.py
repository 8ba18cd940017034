"""Rows taken out by their exposure: who ranks, what the arms share, and whom removal exposes."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import interplay as ip
from interplay.arrays import Array
from interplay.auditing.outline import outline
from interplay.auditing.prepare import Prepared, prepare
from interplay.design.ranking import MEMBERS, ranked
from interplay.design.settings import Settings, settle
from interplay.design.treatment import Treatment
from interplay.errors import StudyError
from interplay.estimates import NotMeasurable, Sample
from interplay.evidence import Memberships, NextLayer, tabulated
from interplay.interventions import TrainingRows
from interplay.interventions.removed_exposed import RemovedExposed
from interplay.interventions.removed_random import RemovedRandom
from interplay.measurement.ranking import exposures
from interplay.metrics.next_layer_exposure import NextLayerExposure
from interplay.training.train import anew, train, tune
from tests.measurement.worlds import bank, ready, study

EXPOSED, RANDOM = Treatment(("removed_exposed",)), Treatment(("removed_random",))
LISTED = ("removed_exposed", "removed_random")


def settled_by(prepared: Prepared, exposure: Array) -> Prepared:
    return replace(prepared, design=settle(prepared.design, Settings(exposure=exposure.tolist())))


@pytest.fixture(scope="module")
def listed() -> Prepared:
    return ready(bank(800), *LISTED)


def test_those_who_rank_share_no_half_with_those_who_are_measured(listed: Prepared) -> None:
    design = listed.design
    every = np.concatenate([design.ranking_halves, design.halves, design.tuning_halves])
    assert len(design.ranking_halves) == MEMBERS and len(np.unique(every, axis=0)) == len(every)


def test_rows_that_are_learned_by_heart_rank_first() -> None:
    """The last 60 of 600 rows lie far out, with labels by lot."""
    draw = np.random.default_rng(0)
    columns = draw.normal(size=(600, 8)) * np.where(np.arange(600) < 540, 1, 6)[:, None]
    label = np.where(np.arange(600) < 540, columns[:, 0] > 0, draw.random(600) < 0.5)
    frame = pd.DataFrame(columns, columns=[f"x{place}" for place in range(8)])
    frame = frame.assign(g=draw.choice(["a", "b"], 600), y=label.astype(int))
    made = ready(frame, *LISTED, model={"hidden": (16,), "steps": 100, "learning_rates": (0.3,)})
    found = exposures(made.training_setting(), made.setting(), made.tuning_rows(), anew)
    out = made.design.pool >= 540
    assert found[out].mean() > found[~out].mean() + 1
    ranks = settled_by(made, found).design.ranks
    assert ranks is not None and out[ranks < 0.05].mean() > 0.8


def test_both_arms_leave_out_as_many_rows_and_share_everything_else(listed: Prepared) -> None:
    draw = np.random.default_rng(1)
    made = settled_by(listed, draw.normal(size=len(listed.design.pool)))
    shop, half, every = made.training_setting(), made.design.halves[0], np.arange(len(made.design.pool))
    ranks, count = made.design.ranks, 0.05 * len(every)
    assert ranks is not None
    exposed, random = (shop.row_weights(one, every) == 0 for one in (EXPOSED, RANDOM))
    np.testing.assert_array_equal(exposed, ranks < 0.05)
    assert abs(exposed.sum() - count) <= 1 and abs(random.sum() - count) < 5
    assert not random[(ranks >= 0.05) & (ranks < 0.1)].any(), "the rows that are measured are trained on"
    np.testing.assert_array_equal(shop.row_weights(EXPOSED, half) == 0, exposed[half])
    assert shop.row_weights(EXPOSED, half).mean() == pytest.approx(1.0)
    np.testing.assert_array_equal(shop.row_weights(Treatment(), half), np.ones(len(half)))


def test_a_model_without_rows_is_one_that_never_had_them(listed: Prepared) -> None:
    """Whatever the labels of the rows taken out, the same models come out."""
    made = settled_by(listed, np.random.default_rng(1).normal(size=len(listed.design.pool)))
    ranks = made.design.ranks
    assert ranks is not None
    shop = made.training_setting()
    turned = replace(shop, labels=np.where(ranks < 0.05, 1 - shop.labels, shop.labels), kept={})
    tuning = tune(shop, made.tuning_rows())
    rows = made.encoded.matrix[:50]
    plain, other = (made.family.scores(train(one, tuning).tuned[EXPOSED], rows) for one in (shop, turned))
    np.testing.assert_allclose(plain, other, rtol=1e-5, atol=1e-6)


def test_rows_of_a_cluster_go_together() -> None:
    found = ranked(np.array([0.1, 0.9, 0.5, 0.3]), np.array([7, 7, 2, 5]))
    np.testing.assert_array_equal(found, [0.0, 0.0, 0.5, 0.75])


def test_without_ranks_it_says_what_is_missing() -> None:
    rows = TrainingRows(np.zeros(4, dtype=np.int64), np.zeros(4, dtype=np.int64), 2)
    for one in (RemovedExposed(), RemovedRandom()):
        with pytest.raises(StudyError, match="rows ranked by their exposure, found no ranks"):
            one.weigh(rows)


def test_two_shares_are_refused() -> None:
    def listing(**given: object) -> ip.Study:
        section = ip.InterventionSection(name="removed_random", **given)  # type: ignore[arg-type]
        one = study("removed_exposed")
        return one.model_copy(update={"interventions": (*one.interventions, section)})

    prepare(listing(parameters={"share": 0.05}), bank(400))
    with pytest.raises(StudyError, match="write the same share for both"):
        prepare(listing(parameters={"share": 0.1}), bank(400))
    with pytest.raises(StudyError, match="one share"):
        prepare(listing(strengths={"share": (0.1,)}), bank(400))


def test_too_few_rows_of_the_layer_have_no_value() -> None:
    inside = np.array([[True, False, True, False]])
    seen = Memberships(inside * 1.0, inside * 0.0, inside * 0.0, inside, np.array([[True, False, True, True]]))
    labels = [1, 1, 0, 0]
    whole = tabulated(labels=labels, exhibits=(seen, NextLayer(np.array([2, 3]))))
    assert isinstance(NextLayerExposure().measure(whole), Sample)
    found = NextLayerExposure().measure(tabulated(labels=labels, exhibits=(seen, NextLayer(np.array([1])))))
    assert isinstance(found, NotMeasurable) and "0 of at least 1 rows" in found.reason


def test_a_study_that_takes_nothing_out_ranks_nothing() -> None:
    made = ready(bank(400), "reweighing")
    assert made.design.factors.removal is None and made.design.ranks is None
    assert "Ranking" not in outline(made, Path("runs"))


def test_a_run_keeps_what_ranked_the_rows_and_says_so(tmp_path: Path) -> None:
    own, frame = study(*LISTED, model={"steps": 20, "learning_rates": (0.3,)}), bank(400)
    audit = ip.run(own, tmp_path, frame)
    made = prepare(own, frame)
    kept = json.loads((audit.path / "settled.json").read_bytes())["exposure"]
    found = exposures(made.training_setting(), made.setting(), made.tuning_rows(), anew)
    np.testing.assert_allclose(kept, found, atol=1e-4)
    told = " ".join(audit.content["methods"]["statements"])
    assert f"by their exposure in {MEMBERS} members of the control" in told
    asked = [one for one in audit.content["effects"] if one["probe"] == "privacy_to_fairness/removing the exposed"]
    assert {(one["treatment"], one["baseline"]) for one in asked} == {("removed_exposed", "removed_random")}
    assert audit.decision["treatment"] not in LISTED
    assert "removal of the most exposed rows" in (audit.path / "report.html").read_text().lower()
