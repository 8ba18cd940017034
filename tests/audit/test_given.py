import json

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import interplay as ip
from interplay.auditing.given import given, study_of
from interplay.auditing.prepare import prepare
from interplay.families import family_of

SOME = {"members": 3, "most_members": 3, "draws": 50}


@pytest.fixture
def table():
    random = np.random.default_rng(0)
    frame = pd.DataFrame({"debt": random.normal(size=400), "years": random.normal(size=400)})
    frame["sex"] = random.choice(["f", "m"], 400)
    paid = np.where(frame["debt"] + random.normal(scale=0.5, size=400) < 0, "yes", "no")
    return frame, pd.Series(paid, name="paid")


def names(study):
    return [section.name for section in study.interventions]


def test_columns_named_as_groups_are_seen_and_those_beside_are_not(table):
    frame, paid = table
    seen = study_of(given(frame, paid, {"sex": "m"}))
    assert set(seen.data.features or ()) == {"debt", "years", "sex"}
    assert (seen.groups.attributes["sex"].reference, seen.groups.attributes["sex"].feature) == ("m", True)
    beside = study_of(given(frame[["debt", "years"]], paid, frame["sex"]))
    assert set(beside.data.features or ()) == {"debt", "years"}
    assert not beside.groups.attributes["sex"].feature
    assert seen.data.label == beside.data.label == "paid"


def test_an_array_and_a_list_have_names_of_their_own():
    made = given(np.arange(12.0).reshape(6, 2), [0, 1] * 3)
    assert (made.features, made.label) == (("x0", "x1"), "label")
    assert given(pd.DataFrame({"label": [1.0, 2.0]}), [0, 1]).label == "label_"


def test_what_is_listed_can_act_on_the_model(table):
    frame, paid = table
    kinds = ("estimator", "network", "torch")
    by_itself, in_steps, module = (set(names(study_of(given(frame, paid, ["sex"]), kind=each))) for each in kinds)
    assert {"reweighing", "group_thresholds", "split_conformal"} <= by_itself & in_steps & module
    assert {"dp_sgd", "adversarial_training"} <= in_steps - by_itself
    assert module - by_itself == {"dp_sgd"} and by_itself <= module


def test_a_classifier_whose_fit_takes_no_weights_is_proposed_none(table):
    columns, label = table
    made = [
        study_of(given(columns, label, ["sex"]), weighted=family_of(model).takes_weights(model))
        for model in (LogisticRegression(), KNeighborsClassifier())
    ]
    listed = [set(names(study)) for study in made]
    assert listed[0] - listed[1] == {"reweighing"}
    prepare(made[1], given(columns, label, ["sex"]).frame, network=KNeighborsClassifier())


def test_what_is_declared_stands_in_place_of_what_is_proposed(table):
    frame, paid = table
    asked = [{"name": "reweighing", "parameters": {"strength": 0.5}}, "split_conformal"]
    declared = {"members": 7, "data": {"immutable": ["years"]}}
    study = study_of(given(frame, paid, ["sex"]), "yes", asked, declared)
    assert (study.members, study.data.immutable, study.data.favourable) == (7, ("years",), "yes")
    assert names(study) == ["reweighing", "split_conformal"]
    assert study.interventions[0].parameters == {"strength": 0.5}
    assert study.data.features is not None, "what was not declared is as proposed"


def test_rows_that_do_not_match_and_keys_that_are_none_are_refused(table):
    frame, paid = table
    with pytest.raises(ip.InterplayError, match="expected 400 rows, as X has, found 399 rows"):
        given(frame, paid[:-1])
    with pytest.raises(ip.InterplayError, match="unknown key 'member'"):
        study_of(given(frame, paid), declared={"member": 3})
    with pytest.raises(
        ip.InterplayError, match="a classifier with fit and predict_proba, decision_function or predict, found str"
    ):
        family_of("xgboost")


def test_from_a_pipeline_to_an_audit_that_opens_again(table, tmp_path, capsys):
    frame, paid = table
    model = make_pipeline(StandardScaler(), LogisticRegression())
    audit = ip.audit(
        model,
        frame[["debt", "years"]],
        paid,
        groups=frame["sex"],
        interventions=["reweighing"],
        runs=tmp_path,
        model={"inputs": "table"},
        **SOME,
    )
    assert "Fitted is this estimator: Pipeline of StandardScaler and LogisticRegression" in json.dumps(
        audit.content["methods"]
    )
    assert audit.report.is_file() and "measure ..." in capsys.readouterr().err
    assert not hasattr(model[-1], "coef_"), "the given model is never fitted"
    again = ip.open(audit.path.name[:8], tmp_path)
    assert (again.path, again.content) == (audit.path, audit.content)


def test_a_run_that_is_not_finished_is_not_opened(tmp_path):
    with pytest.raises(ip.InterplayError, match="expected one run folder"):
        ip.open("abc", tmp_path)


def test_the_package_lists_what_there_is_and_says_its_version():
    assert {"audit", "open", "run", "__version__"} <= set(dir(ip))
    assert ip.__version__[0].isdigit()
