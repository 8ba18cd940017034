"""Two given models on the same rows: known differences, equal models, twins, and a harm planted in every aspect."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score, brier_score_loss, roc_auc_score

import interplay as ip
from interplay.effects.contrast import paired_differences
from interplay.errors import ModelError, StudyError
from interplay.estimates import NotMeasurable, Sample
from interplay.gating.compare import named_model
from interplay.metrics.accuracy import Accuracy
from tests.audit import planted
from tests.audit.planted import bank, given, study

FRAME = bank()
TRAINED = np.arange(len(FRAME)) < 1000
COLUMNS = ["x0", "x1", "x2", "x3", "postcode"]
QUICK = {"cells": ("accuracy", "log_loss", "equal_opportunity_difference/g", "accuracy_disparity/g")}


def cells(found):
    return {cell["name"]: cell for cell in found.content["cells"]}


@pytest.fixture(scope="module")
def changed():
    """A model that decides a quarter of the rows the other way round, beside the approved one."""
    return ip.compare(given(trained_on=TRAINED), given(planted.less_accurate, TRAINED), study(), FRAME)


def test_differences_are_those_of_the_models_on_rows_that_neither_has_seen(changed):
    before, after = planted.odds(FRAME) > 0, planted.less_accurate(FRAME) > 0
    assert changed.content["rows"] == 1200
    # The split is the study's own; the difference on all unseen rows lies within its noise.
    labels = FRAME.y[~TRAINED]
    own = balanced_accuracy_score(labels, before[~TRAINED]) - balanced_accuracy_score(labels, after[~TRAINED])
    cell = cells(changed)["balanced_accuracy"]
    assert cell["estimate"] == pytest.approx(own, abs=0.03) and cell["low"] < own < cell["high"]
    churn = changed.content["churn"]["all"]
    assert churn["share"] == pytest.approx((before != after)[~TRAINED].mean(), abs=0.03)
    ways = changed.content["churn"]
    assert ways["lost"]["share"] + ways["gained"]["share"] == pytest.approx(churn["share"])


def test_it_is_said_whom_it_is_about_and_the_outcome_is_a_failure(changed):
    assert changed.outcome == "fail" and "not about how they were made" in repr(changed)
    assert cells(changed)["balanced_accuracy"]["status"] == "fail"
    assert cells(changed)["membership_exposure"]["status"] == "not_measured"


def test_equal_models_differ_by_exactly_zero_everywhere():
    found = ip.compare(given(trained_on=TRAINED), given(trained_on=TRAINED), study(), FRAME)
    numbers = [one["estimate"] for one in (*found.content["cells"], *found.content["others"])]
    measured = [one for one in numbers if one is not None]
    assert len(measured) > 40 and set(measured) == {0.0}
    assert {one["share"] for one in found.content["churn"].values()} == {0.0}
    assert found.outcome == "pass" and not any(
        cell["status"] in ("fail", "undecided") for cell in cells(found).values()
    )


def test_rows_that_either_was_trained_on_are_left_out_and_membership_of_others_is_not_compared():
    ours, theirs = np.arange(3000) < 800, np.arange(400, 1400)
    attacks = "loss_membership_risk", "reference_membership_risk", "decision_membership_risk"
    asked = study(gate={"cells": ("accuracy", *attacks)})
    found = ip.gate(asked, FRAME, given(trained_on=theirs), given(trained_on=ours))
    assert found.content["rows"] == 960, "three fifths of the 1,600 rows that are new to both"
    for name in attacks:
        risk = cells(found)[name]
        assert risk["status"] == "undecided" and "trained on other rows" in risk["sentence"], name


def test_an_interval_of_rows_is_that_of_a_paired_difference():
    """Two models on 900 rows, against the textbook error of a mean difference."""
    chance = np.random.default_rng(0)
    right = chance.random((2, 900)) < np.array([[0.8], [0.75]])
    weights = np.concatenate([np.ones((1, 900)), chance.exponential(size=(400, 900))])
    ours, theirs = (Sample((one @ weights.T / weights.sum(axis=1))[None], 900) for one in right)
    difference = paired_differences(theirs, ours, Accuracy())[""]
    assert not isinstance(difference, NotMeasurable)
    gaps = right[0].astype(float) - right[1]
    assert difference.estimate == pytest.approx(gaps.mean())
    assert difference.standard_error == pytest.approx(gaps.std() / 30, rel=0.12)
    assert difference.member_spread == 0 and difference.degrees == pytest.approx(275, abs=10)


def test_one_given_model_is_never_paired_with_members_of_a_recipe():
    one, several = Sample(np.full((1, 30), 0.8), 90), Sample(np.full((5, 30), 0.8), 90)
    found = paired_differences(one, several, Accuracy())[""]
    assert isinstance(found, NotMeasurable) and "a single given model" in found.reason


def test_a_trained_model_beside_a_recipe_is_refused():
    recipe = ip.ModelSection(kind="estimator", factory="sklearn.linear_model:LogisticRegression")
    with pytest.raises(StudyError, match="a trained model and a recipe"):
        ip.compare(given(), recipe, study(), FRAME)


def test_two_recipes_are_trained_with_the_same_random_numbers():
    asked = study(gate={"cells": ("accuracy", "log_loss", "accuracy_disparity/g")})
    recipe = ip.ModelSection(kind="estimator", factory="sklearn.linear_model:LogisticRegression")
    stump = {"factory": "sklearn.tree:DecisionTreeClassifier", "options": {"max_depth": 1}}
    weaker = recipe.model_copy(update=stump)
    same, worse = (
        ip.gate(asked.model_copy(update={"model": other}), bank(1500), approved=recipe) for other in (recipe, weaker)
    )
    assert {one["estimate"] for one in same.content["cells"]} == {0.0} and same.content["members"] > 1
    assert "two recipes" in same.content["about"]
    assert cells(worse)["log_loss"]["status"] == "fail"


def test_names_of_a_command_are_files_or_functions():
    asked = study()
    assert named_model("mymodel:load", asked).factory == "mymodel:load"
    assert named_model("models/a.onnx", asked).path.endswith("models/a.onnx")
    with pytest.raises(ModelError, match="a file of a trained model"):
        ip.compare(named_model("nowhere.onnx", asked), given(), asked, FRAME)


def twin(seed, rows=1000):
    """A logistic regression of a random half of the training rows."""
    chance = np.random.default_rng(seed)
    some = chance.choice(1000, 500, replace=False)
    model = LogisticRegression(C=1.0).fit(FRAME[COLUMNS].iloc[some], FRAME.y.iloc[some])
    return ip.fitted(model, trained_on=TRAINED)


def test_twins_do_not_fail_on_what_follows_from_scores():
    asked = study(gate=QUICK)
    outcomes = [ip.gate(asked, FRAME, twin(seed), twin(0)).outcome for seed in (1, 2)]
    assert "fail" not in outcomes


@pytest.mark.slow
def test_of_twenty_twins_none_fails():
    outcomes = [ip.gate(study(), FRAME, twin(seed), twin(0)).outcome for seed in range(1, 20)]
    outcomes.append(ip.gate(study(), FRAME, twin(0), twin(0)).outcome)
    assert len(outcomes) == 20 and outcomes.count("fail") == 0 and outcomes[-1] == "pass"


PLANTED = {
    "balanced_accuracy": lambda frame, trained: planted.less_accurate,
    "accuracy_disparity/g": lambda frame, trained: planted.unfair,
    "balanced_robust_accuracy": lambda frame, trained: planted.fragile,
    "explanation_fidelity": lambda frame, trained: planted.opaque,
    "set_size": lambda frame, trained: planted.vague,
    "loss_membership_risk": planted.remembers,
}
"""A harm in each aspect, by the metric that it is planted in."""


def _harm(metric, tolerance, seed):
    frame = bank(6000, seed)
    trained = np.arange(len(frame)) < 1000
    asked = study({metric: tolerance}, gate={"cells": (metric,)})
    worse = PLANTED[metric](frame, trained)
    found = ip.gate(asked, frame, given(worse, trained), given(trained_on=trained))
    return found.outcome, cells(found)[metric]


@pytest.mark.parametrize("metric", ["accuracy_disparity/g"])
def test_a_harm_of_twice_the_tolerance_fails(metric):
    """How large the harm is, is found on one table; on another half of it is the tolerance."""
    _, cell = _harm(metric, 0.9, seed=1)
    outcome, found = _harm(metric, cell["estimate"] / 2, seed=2)
    assert outcome == "fail" and found["low"] > found["tolerance"]


@pytest.mark.slow
@pytest.mark.parametrize("metric", sorted(PLANTED))
def test_a_harm_of_twice_the_tolerance_fails_in_every_aspect(metric):
    _, cell = _harm(metric, 0.9, seed=1)
    assert cell["estimate"] > 0.02
    outcome, found = _harm(metric, cell["estimate"] / 2, seed=2)
    assert outcome == "fail" and found["status"] == "fail"
    outcome, found = _harm(metric, min(4 * cell["estimate"], 0.9), seed=2)
    assert outcome != "fail", "the same harm, well below the tolerance"


def test_levels_behind_differences_are_those_of_other_libraries():
    """Loss threshold and Brier score of the changed model, on the rows that the comparison used."""
    worse = planted.remembers(FRAME, TRAINED)
    asked = study(gate={"cells": ("loss_membership_risk", "brier")})
    found = cells(ip.gate(asked, FRAME, given(worse, TRAINED), given(trained_on=TRAINED)))
    said = 1 / (1 + np.exp(-worse(FRAME)))
    plain = 1 / (1 + np.exp(-planted.odds(FRAME)))
    risk = [roc_auc_score(TRAINED, -np.abs(FRAME.y - one)) for one in (plain, said)]
    assert found["loss_membership_risk"]["estimate"] == pytest.approx(risk[1] - risk[0], abs=0.02)
    brier = [2 * brier_score_loss(FRAME.y[~TRAINED], one[~TRAINED]) for one in (plain, said)]
    assert found["brier"]["estimate"] == pytest.approx(brier[1] - brier[0], abs=0.02)
