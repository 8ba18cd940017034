"""Boosted trees of other libraries, as they are: codes, margins, weights, names, threads, and what they refuse."""

from typing import ClassVar

import numpy as np
import pandas as pd
import pytest
from scipy.special import log_softmax
from tests.interventions.test_noisy_copies import near_and_far, robust

import interplay as ip
from interplay.auditing.prepare import prepare
from interplay.design.treatment import Treatment
from interplay.errors import ModelError, StudyError
from interplay.families.estimator.fitting import Fitting
from interplay.families.estimator.scoring import LOWEST
from interplay.testing.family_suite import FamilySuite
from interplay.training.train import more_members

pytest.importorskip("xgboost")
pytest.importorskip("lightgbm")

PLACE = "tests.families.pipelines"
XGBOOST = {"factory": "xgboost:XGBClassifier", "options": {"n_estimators": 30, "max_depth": 3}}
LIGHTGBM = {"factory": "lightgbm:LGBMClassifier", "options": {"n_estimators": 30, "verbosity": -1}}
EACH = pytest.mark.parametrize("model", [XGBOOST, LIGHTGBM], ids=["xgboost", "lightgbm"])


class TestXGBoost(FamilySuite):
    kind = "estimator"
    model: ClassVar[dict[str, str]] = {"factory": f"{PLACE}:boosted"}


class TestLightGBM(FamilySuite):
    kind = "estimator"
    model: ClassVar[dict[str, str]] = {"factory": f"{PLACE}:light"}


def study(*interventions, data=None, **model):
    return ip.Study(
        name="boosted",
        members=3,
        most_members=3,
        draws=50,
        data=ip.DataSection(source="frame", label="y", favourable="yes", **{"radius": 0.3, **(data or {})}),
        groups=ip.GroupsSection(attributes={"g": ip.GroupSection()}, minimum_rows=20),
        model=ip.ModelSection(kind="estimator", **model),
        interventions=tuple(ip.InterventionSection(name=name) for name in interventions),
    )


def table(rows=600, labels=("no", "yes"), seed=0):
    """Numbers, and labels that are texts."""
    chance = np.random.default_rng(seed)
    columns = chance.normal(size=(rows, 4))
    cuts = np.quantile(columns[:, 0], np.arange(1, len(labels)) / len(labels))
    side = np.digitize(columns[:, 0] + 0.6 * chance.normal(size=rows), cuts)
    frame = pd.DataFrame(columns, columns=[f"x{at}" for at in range(4)])
    return frame.assign(y=np.array(labels)[side], g=chance.choice(["a", "b"], rows))


def fitted(ready, *names, member=0):
    return more_members(ready.training_setting(), Treatment(names), 1.0, [member])[0]


@EACH
@pytest.mark.parametrize("labels", [("no", "yes"), ("maybe", "no", "yes")], ids=["two labels", "three"])
def test_margins_are_the_logarithms_of_its_probabilities(model, labels):
    ready = prepare(study(**model), table(labels=labels))
    one, matrix = fitted(ready), ready.encoded.matrix
    assert one.fitted.floor is None, "margins are used"
    assert list(one.fitted.model.classes_) == list(range(len(labels)))
    found = np.exp(log_softmax(one.fitted.scores(matrix), axis=1))
    np.testing.assert_allclose(found, one.fitted.model.predict_proba(matrix), atol=1e-6)
    wanted = (found.argmax(axis=1) == ready.dataset.labels).mean()
    assert wanted > 0.6, "columns of the scores stand for the classes of the table"


@EACH
def test_a_class_that_a_half_lacks_has_the_least_probability(model):
    """Codes without gaps: one library refuses labels 0 and 2."""
    ready = prepare(study(**model), table(labels=("maybe", "no", "yes")))
    rows = np.flatnonzero(ready.dataset.labels != 1)
    one = ready.family.fitter.fit(Fitting(rows, ready.dataset.labels[rows], np.ones(len(rows)), 1))
    scores = one.scores(ready.encoded.matrix)
    assert list(one.seen) == [0, 2] and scores.shape == (600, 3)
    np.testing.assert_allclose(scores[:, 1], np.log(LOWEST))
    np.testing.assert_allclose(np.exp(scores[:, [0, 2]]), one.model.predict_proba(ready.encoded.matrix), atol=1e-6)


@EACH
def test_a_single_thread_and_a_seed_reach_the_library(model):
    options = {**model["options"], "n_jobs": -1, "subsample": 0.5}
    if model is LIGHTGBM:
        options["subsample_freq"] = 1
    ready = prepare(study(**{**model, "options": options}), table())
    one, other = fitted(ready), fitted(ready, member=1)
    given = one.fitted.model.get_params()
    assert given["n_jobs"] == 1 and given["random_state"] == one.how.seed != other.how.seed
    again = ready.family.fitter.fit(one.how)
    np.testing.assert_array_equal(again.scores(ready.encoded.matrix), one.fitted.scores(ready.encoded.matrix))


@EACH
def test_weights_are_those_that_the_library_is_given(model):
    ready = prepare(
        study("reweighing", **model), table().assign(g=lambda rows: np.where(rows.x1 + rows.x0 > 0, "a", "b"))
    )
    one = fitted(ready, "reweighing")
    assert np.ptp(one.how.weights) > 0.1
    own = type(one.fitted.model)(**one.fitted.model.get_params())
    own.fit(ready.encoded.matrix[one.how.rows], one.how.labels, sample_weight=one.how.weights)
    np.testing.assert_allclose(
        own.predict_proba(ready.encoded.matrix), one.fitted.model.predict_proba(ready.encoded.matrix), atol=1e-7
    )
    assert one.seen != fitted(ready).seen


@EACH
def test_a_name_that_the_library_refuses_is_told_with_what_to_do(model):
    frame = table().rename(columns={"x1": "amount [USD]: {net}"})
    with pytest.raises(ModelError, match=r"(?i)feature.?names?") as refused:
        prepare(study(inputs="table", **model), frame)
    assert 'inputs = "encoded" gives it numbers only' in refused.value.remedy
    assert prepare(study(**model), frame).family.words, "encoded columns have no names that it reads"


@EACH
def test_texts_that_the_library_cannot_read_are_told_with_what_to_do(model):
    frame = table().assign(city=lambda rows: np.where(rows.x1 > 0, "north", "south"))
    with pytest.raises(ModelError, match=r"(?i)dtype") as refused:
        prepare(study(inputs="table", **model), frame)
    assert 'inputs = "encoded"' in refused.value.remedy


@EACH
def test_gaps_of_the_table_reach_the_library_as_gaps(model):
    frame = table()
    frame.loc[frame.index % 3 == 0, "x2"] = np.nan
    ready = prepare(study(inputs="table", **model), frame)
    one, frames = fitted(ready), ready.family.fitter.frames
    given = frames.asked(ready.encoded.matrix)
    assert (given.x2.isna() == frame.x2.isna()).all()
    own = type(one.fitted.model)(**one.fitted.model.get_params())
    own.fit(frame.loc[one.how.rows, list(frames.columns)], one.how.labels)
    np.testing.assert_allclose(own.predict_proba(given), one.fitted.model.predict_proba(given), atol=1e-7)


@EACH
@pytest.mark.parametrize("name", ["noisy_copies", "reduction", "reweighing", "oversampling"])
def test_what_acts_before_fitting_changes_its_model(model, name):
    ready = prepare(study(name, **model), table(rows=800).assign(g=lambda rows: np.where(rows.x0 > 0.7, "a", "b")))
    assert fitted(ready, name).seen != fitted(ready).seen


@EACH
def test_copies_make_it_withstand_more(model):
    asked = study(data={"immutable": ("far",), "radius": 1.0}, **model)
    copies = ip.InterventionSection(name="noisy_copies", parameters={"radius": 1.0})
    frame = near_and_far().assign(y=lambda rows: np.where(rows.y == 1, "yes", "no"))
    ready = prepare(asked.model_copy(update={"interventions": (copies,)}), frame)
    assert robust(ready, Treatment(("noisy_copies",))) > robust(ready, Treatment()) + 0.1


def test_the_least_probability_of_a_forest_follows_from_its_trees():
    forest = {"factory": "sklearn.ensemble:RandomForestClassifier", "options": {"n_estimators": 50}}
    ready = prepare(study(**forest), table(rows=400))
    family = ready.family
    assert family.fitter.floor == 0.01 and family.observed.floored > 0, "half of one in fifty"
    scores = family.scores((fitted(ready),), ready.encoded.matrix)
    assert np.exp(scores).min() == pytest.approx(0.01)
    assert any("are read as that" in line for line in family.statements)
    many = {**forest, "options": {"n_estimators": 200}}
    assert prepare(study(**many), table(rows=400)).family.fitter.floor == pytest.approx(0.0025)
    plain = prepare(study(factory="sklearn.linear_model:LogisticRegression"), table(rows=400)).family
    assert plain.fitter.floor == LOWEST and not any("are read as that" in line for line in plain.statements)


def test_weights_of_a_search_over_a_pipeline_go_to_its_last_step():
    ready = prepare(study("reweighing", factory=f"{PLACE}:searched", inputs="table"), table(rows=400))
    assert fitted(ready, "reweighing").seen != fitted(ready).seen


def test_a_pipeline_that_swallows_weights_is_refused():
    with pytest.raises(ModelError, match="weights of rows that change the model"):
        prepare(study("reweighing", factory=f"{PLACE}:swallowing"), table(rows=400))


def test_texts_of_the_table_are_what_pandas_makes_of_them():
    """Texts are of the type `str` with pandas 3 and of the type `object` before: both are chosen by "not a number"."""
    frame = table().assign(city=lambda rows: np.where(rows.x0 > 0, "north", "south"))
    ready = prepare(study(factory=f"{PLACE}:by_name", inputs="table"), frame)
    given = ready.family.fitter.frames.fitting(np.arange(50))
    assert given.city.dtype == pd.Series(["north"]).dtype
    names = fitted(ready).fitted.model[0].get_feature_names_out()
    assert {"onehotencoder__city_north", "onehotencoder__city_south"} <= set(names)


@pytest.mark.parametrize(("asleep", "least"), [("each row", 9e-4), ("each call", 2e-5)])
def test_a_slow_model_is_planned_as_one(asleep, least):
    ready = prepare(study(factory=f"{PLACE}:sleepy", options={"asleep": asleep}), table(rows=400))
    quick = prepare(study(factory=f"{PLACE}:sleepy"), table(rows=400))
    assert ready.family.observed.row_seconds > least
    assert ready.expected.seconds > quick.expected.seconds + 5
    (line,) = ready.family.notes(ready.design)
    assert line.startswith("Model      ") and "microseconds a row" in line


def test_a_model_that_only_decides_is_refused_with_what_to_do():
    from sklearn.ensemble import VotingClassifier
    from sklearn.linear_model import LogisticRegression

    voting = VotingClassifier([("a", LogisticRegression())], voting="hard")
    with pytest.raises(StudyError, match="VotingClassifier") as refused:
        prepare(study(), table(rows=300), network=voting)
    assert "only decides" in refused.value.remedy
    with pytest.raises(ModelError, match="neither predict_proba nor decision_function"):
        prepare(study(factory=f"{PLACE}:deciding"), table(rows=300))


def test_catboost_where_it_is_installed():
    pytest.importorskip("catboost", reason="CatBoost brings plotly and matplotlib, and is no dependency of the tests")
    options = {"iterations": 20, "verbose": False, "allow_writing_files": False}
    ready = prepare(study("reweighing", factory="catboost:CatBoostClassifier", options=options), table(rows=400))
    assert fitted(ready, "reweighing").seen != fitted(ready).seen
