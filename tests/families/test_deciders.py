"""Trained models that give decisions and no probabilities: what is measured of them, and what says why not."""

from types import SimpleNamespace

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier
from tests.families.given_files import NUMBERS, labels_only, logistic
from tests.families.pipelines import by_name
from tests.families.test_fitted import FRAME, measured, study, value

import interplay as ip
from interplay.auditing.prepare import prepare
from interplay.errors import ModelError
from interplay.estimates import NotMeasurable, Sample
from interplay.evidence import Scores
from interplay.exhibits import Memo, makers, refitted
from interplay.families import NO_PROBABILITIES
from interplay.metrics import Metric

TRAINED = np.arange(900) < 300
COLUMNS = [*NUMBERS, "c"]
WITH_C = {"drop": {}}


def deciding(model):
    """The same model, of which only the decisions are given."""
    return SimpleNamespace(predict=model.predict, classes_=model.classes_)


@pytest.fixture(scope="module")
def both():
    """One pipeline with its probabilities, and once more with its decisions alone."""
    model = by_name().fit(FRAME[COLUMNS][TRAINED], FRAME.y[TRAINED])
    readied = [
        prepare(study(data=WITH_C), FRAME, network=ip.fitted(given, trained_on=TRAINED))
        for given in (model, deciding(model))
    ]
    return model, readied, [measured(ready) for ready in readied]


OF_DECISIONS = (
    "accuracy",
    "balanced_accuracy",
    "worst_class_accuracy",
    "demographic_parity_difference/g",
    "equalized_odds_difference/g",
    "worst_group_accuracy/g",
    "switch_accuracy",
    "decision_membership_risk",
)


@pytest.mark.parametrize("metric", OF_DECISIONS)
def test_what_reads_decisions_is_the_same_with_and_without_probabilities(both, metric):
    with_scores, decisions_alone = both[2]
    assert value(decisions_alone, metric) == pytest.approx(value(with_scores, metric), abs=1e-12)


def test_what_needs_probabilities_says_so_and_nothing_else_is_missing(both):
    with_scores, decisions_alone = both[2]
    kept = {cell.metric for cell, one in with_scores.samples.items() if isinstance(one, Sample)}
    lost = {cell.metric: one.reason for cell, one in decisions_alone.samples.items() if isinstance(one, NotMeasurable)}
    gone = {name for name in kept if "gives decisions only" in lost.get(name, "")}
    assert {"log_loss", "brier", "calibration_error", "loss_membership_risk", "reference_membership_risk"} <= gone
    assert {"robust_auc", "movable_share"} <= gone
    assert kept - gone == {cell.metric for cell, one in decisions_alone.samples.items() if isinstance(one, Sample)}


def test_an_attack_that_sees_decisions_finds_no_more_than_there_is_and_nearly_all_on_a_linear_model(both):
    with_scores, decisions_alone = both[2]
    # on a linear model the search by scores finds the exact worst row
    exact, found = (value(one, "robust_accuracy") for one in (with_scores, decisions_alone))
    assert exact <= found + 1e-12 and found <= exact + 0.01 < value(with_scores, "accuracy")
    near, far = (value(one, "boundary_distance") for one in (with_scores, decisions_alone))
    assert near <= far <= 1.2 * near


def test_a_rightly_decided_row_is_taken_for_a_training_row(both):
    model, (ready, _), (found, _) = both
    test = ready.design.split.test
    seen, new = (np.mean(model.predict(FRAME[COLUMNS][rows]) == FRAME.y[rows]) for rows in (TRAINED, test))
    assert value(found, "decision_membership_risk") == pytest.approx(0.5 + (seen - new) / 2, abs=1e-9)


def test_nothing_reads_a_decision_as_a_probability(both):
    ready = both[1][1]
    family, setting = ready.family, ready.setting()
    members = refitted(setting, family.train(ready.training_setting(), []) or (family.model,))
    with pytest.raises(NotImplementedError, match="decisions only"):
        members.log_probabilities(ready.encoded.matrix)
    memo = Memo(members, setting)
    for kind, maker in makers().items():
        if maker.looks_at_members and maker.needs_probabilities and not kind.needs_training:
            assert memo.ask(kind) is NO_PROBABILITIES, kind
    assert isinstance(memo.ask(Scores), NotMeasurable)


def test_a_metric_of_another_package_cannot_read_what_is_not_there(both):
    from interplay.evidence import Predictions

    ready = both[1][1]
    memo = Memo(refitted(ready.setting(), (ready.family.model,)), ready.setting())
    predictions = memo.ask(Predictions)
    assert isinstance(predictions, Predictions) and predictions.log_probabilities is NO_PROBABILITIES
    for asked in (predictions.surprise, predictions.squared_distance):
        with pytest.raises(ValueError, match="decisions only"):
            asked(ready.setting().rows)


def _family(given, **changes):
    return prepare(study(**changes), FRAME, network=given).family


@pytest.mark.parametrize(
    "form",
    [
        lambda model: ip.fitted(model.predict),
        lambda model: ip.fitted(lambda rows: model.predict(rows).astype(float)),
        lambda model: ip.fitted(lambda rows: model.predict(rows) == 1, classes=[False, True]),
        lambda model: ip.fitted(lambda rows: model.predict(rows).astype(str).astype(object)),
        lambda model: ip.fitted(deciding(model)),
        lambda model: ip.fitted(lambda rows: np.eye(2)[model.predict(rows)], classes=[0, 1]),
        lambda model: ip.fitted(lambda rows: np.eye(2)[1 - model.predict(rows)], classes=[1, 0]),
    ],
    ids=["labels", "numbers", "truth", "texts", "predict", "one-hot", "one-hot turned"],
)
def test_every_form_of_decisions_is_read_alike(form):
    model = logistic(FRAME)
    family = _family(form(model))
    assert family.decides_only
    matrix = prepare(study(), FRAME, network=ip.fitted(model)).encoded.matrix
    assert (family.model.decisions(matrix) == model.predict(FRAME[NUMBERS])).all()


def test_codes_stand_for_the_classes_that_are_declared():
    frame = FRAME.assign(y=np.where(FRAME.y == 1, "paid", "lost"))
    data = ip.DataSection(source="frame", label="y", favourable="paid", drop={"c": "-"})
    model = logistic(FRAME)
    given = ip.fitted(lambda rows: 1 - model.predict(rows), classes=["paid", "lost"])
    ready = prepare(study().model_copy(update={"data": data}), frame, network=given)
    decided = np.asarray(ready.dataset.classes)[ready.family.model.decisions(ready.encoded.matrix)]
    assert (decided == np.where(model.predict(FRAME[NUMBERS]) == 1, "paid", "lost")).all()


def test_full_trees_and_machines_without_probabilities_are_deciders():
    some = FRAME[NUMBERS][:300], FRAME.y[:300]
    for model in (DecisionTreeClassifier(random_state=0).fit(*some), LinearSVC().fit(*some)):
        assert _family(ip.fitted(model)).decides_only
    assert not _family(ip.fitted(DecisionTreeClassifier(max_depth=3).fit(*some))).decides_only


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (lambda model: ip.fitted(lambda rows: model.predict(rows) + 1), "'2'"),
        (lambda model: ip.fitted(lambda rows: model.predict_proba(rows)[:, 1]), "one probability for each class"),
        (lambda model: ip.fitted(model.predict, classes=[1, 0]), "can be read in one way"),
        (lambda model: ip.fitted(lambda rows: model.predict(rows)[:-1]), "one of shape"),
        (lambda model: ip.fitted(lambda rows: np.where(rows["x0"] > 2, np.nan, model.predict(rows))), "'nan'"),
        (lambda model: ip.fitted(lambda rows: model.predict(rows - rows.mean())), "decisions of a row that depend"),
        (lambda model: ip.fitted(SimpleNamespace(score=1)), "neither predict_proba nor predict"),
    ],
)
def test_what_can_be_read_in_two_ways_or_in_none_is_refused(given, words):
    with pytest.raises(ModelError, match=words) as refused:
        _family(given(logistic(FRAME)))
    assert refused.value.remedy and refused.value.where


def test_a_graph_of_labels_alone_is_read_and_one_of_two_outputs_is_refused(tmp_path):
    model = logistic(FRAME)
    family = prepare(study(path=str(labels_only(tmp_path, model))), FRAME).family
    assert family.decides_only
    matrix = prepare(study(), FRAME, network=ip.fitted(model)).encoded.matrix
    assert (family.model.decisions(matrix) == model.predict(FRAME[NUMBERS])).mean() > 0.999
    with pytest.raises(ModelError, match="a single one of labels"):
        prepare(study(path=str(labels_only(tmp_path, model, outputs=2))), FRAME)


def test_a_decider_of_skops_is_that_of_the_object(tmp_path):
    from skops import io

    model = LinearSVC().fit(FRAME[NUMBERS][:300], FRAME.y[:300])
    io.dump(model, tmp_path / "model.skops")
    family = prepare(study(path=str(tmp_path / "model.skops")), FRAME).family
    assert family.decides_only
    assert (family.model.decided(FRAME[NUMBERS]) == model.predict(FRAME[NUMBERS])).all()


FEW = FRAME[:500]


def test_a_decider_ends_in_a_page_with_a_reason_in_each_cell(tmp_path):
    layers = "group_thresholds", "split_conformal", "release_explanations"
    model = HistGradientBoostingClassifier(max_iter=5).fit(FEW[NUMBERS][:200], FEW.y[:200])
    given = ip.fitted(deciding(model), trained_on=np.arange(200))
    audit = ip.run(study(*layers), tmp_path, frame=FEW, network=given)
    page = audit.report.read_text()
    assert "nothing of it is read as a probability" in page and "earch by decisions alone, a weaker attack" in page
    assert NO_PROBABILITIES.reason in page
    cells = [one for metric in audit.content["metrics"] for one in metric["values"]]
    assert all(one["mean"] is not None or one["reason"] for one in cells)
    assert ip.run(study(*layers), tmp_path, frame=FEW, network=given).content == audit.content


@pytest.mark.slow
def test_two_deciders_are_compared_and_equal_ones_differ_by_nothing():
    model, other = logistic(FEW, 200), logistic(FEW, 40)
    approved, candidate = (ip.fitted(deciding(one), trained_on=np.arange(200)) for one in (model, other))
    same = ip.compare(approved, approved, study(), FEW)
    numbers = [one["estimate"] for one in (*same.content["cells"], *same.content["others"])]
    assert {one for one in numbers if one is not None} == {0.0} and same.content["churn"]["all"]["share"] == 0
    churn = ip.compare(approved, candidate, study(), FEW).content["churn"]["all"]
    differing = (model.predict(FEW[NUMBERS]) != other.predict(FEW[NUMBERS]))[200:].mean()
    assert churn["share"] == pytest.approx(differing, abs=0.05) and churn["share"] > 0


def test_every_metric_of_the_catalogue_is_asked_of_a_decider_without_an_error(both):
    assert all(isinstance(one, Sample | NotMeasurable) for one in both[2][1].samples.values())
    assert all(isinstance(one, Metric) for one in both[2][1].metrics.values())
