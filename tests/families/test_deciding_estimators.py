"""Estimators that give decisions and no probabilities: refitted for every member, and attacked by decisions alone."""

import numpy as np
import pytest
from tests.families.pipelines import Deciding
from tests.families.test_estimators import PLACE, control_of, study
from tests.measurement.worlds import bank

import interplay as ip
from interplay.auditing.prepare import prepare
from interplay.design.treatment import Treatment
from interplay.errors import ModelError, RefusedCombination
from interplay.estimates import Sample
from interplay.families import NO_PROBABILITIES, family_of
from interplay.measurement.measure import measure
from interplay.training.train import train, tune

FRAME = bank(rows=500)


def measured(ready):
    shop = ready.training_setting()
    return measure(ready.setting(), train(shop, tune(shop, ready.tuning_rows())))


@pytest.fixture(scope="module")
def ready():
    return prepare(study("reweighing", "group_thresholds", members=6, factory=f"{PLACE}:deciding"), FRAME)


@pytest.fixture(scope="module")
def found(ready):
    return measured(ready)


def test_members_decide_as_the_estimator_does(ready):
    members = control_of(ready)
    rows = ready.design.pool[ready.design.halves[0]]
    alone = Deciding().fit(ready.encoded.matrix[rows], ready.dataset.labels[rows])
    assert (members.decisions(ready.encoded.matrix)[0] == alone.predict(ready.encoded.matrix)).all()
    with pytest.raises(NotImplementedError, match="decisions only"):
        members.log_probabilities(ready.encoded.matrix)
    with pytest.raises(NotImplementedError, match="decisions only"):
        ready.family.scores((), ready.encoded.matrix)


@pytest.mark.parametrize(
    "metric",
    ["accuracy", "demographic_parity_difference/g", "disagreement", "robust_accuracy", "switch_accuracy"],
)
def test_what_decisions_show_is_measured_of_every_training_treatment(found, metric):
    for names in ((), ("reweighing",)):
        assert isinstance(found.sample(Treatment(names), "tuned", metric), Sample), names


def test_an_attack_on_decisions_has_the_other_members_as_shadows(found):
    risk = found.sample(Treatment(), "tuned", "decision_membership_risk")
    assert isinstance(risk, Sample) and abs(risk.mean - 0.5) < 0.15


@pytest.mark.parametrize("metric", ["log_loss", "membership_exposure", "loss_membership_risk", "robust_auc"])
def test_what_needs_probabilities_says_so(found, metric):
    assert found.sample(Treatment(), "tuned", metric) == NO_PROBABILITIES
    assert found.sample(Treatment(("group_thresholds",)), "tuned", "accuracy") == NO_PROBABILITIES


def test_a_tree_of_pure_leaves_keeps_its_scores_which_are_refitted():
    """A decision is read as what it is worth on the tuning rows, and never as certain."""
    ready = prepare(study(factory="sklearn.tree:DecisionTreeClassifier"), FRAME)
    assert not ready.family.decides_only
    said = np.exp(control_of(ready).log_probabilities(ready.encoded.matrix))
    assert said.min() > 0.1 and said.max() < 0.9


def test_a_regressor_is_no_classifier():
    from sklearn.linear_model import LinearRegression

    assert family_of(LinearRegression()).__name__ == "EstimatorFamily"
    with pytest.raises(ModelError, match="a classifier"):
        prepare(study(factory="sklearn.linear_model:LinearRegression"), FRAME)


def test_what_ranks_rows_by_scores_is_refused():
    with pytest.raises(RefusedCombination, match="gives decisions only") as refused:
        prepare(study("removed_exposed", factory=f"{PLACE}:deciding"), FRAME)
    assert "calibrate" in refused.value.remedy


def test_a_fit_that_only_decides_does_not_stand_beside_one_with_probabilities():
    described = {
        "aspects": ["fairness"],
        "serves": [{"metric": "demographic_parity_difference"}],
        "reference": "a test",
    }
    own = ip.InterventionSection(name="own", parameters={"call": "tests.families.own_fits:deciding", **described})
    asked = study(factory=f"{PLACE}:few_trees").model_copy(update={"interventions": (own,)})
    with pytest.raises(ModelError, match="one whose models give decisions only"):
        prepare(asked, FRAME)


def test_a_study_of_a_decider_ends_in_a_page_and_goes_on_after_a_stop(tmp_path):
    asked = study("reweighing", "split_conformal", factory=f"{PLACE}:deciding")
    data = asked.data.model_copy(update={"immutable": ("x0", "x1", "x2", "x3")})
    asked = asked.model_copy(update={"most_members": 3, "data": data})
    audit = ip.run(asked, tmp_path, frame=FRAME)
    page = audit.report.read_text()
    assert "nothing of it is read as a probability" in page and NO_PROBABILITIES.reason in page
    assert "learned on the other members" in page and "LiRA, online" not in page
    again = ip.run(asked, tmp_path, frame=FRAME)
    assert again.path == audit.path and again.content["metrics"] == audit.content["metrics"]
