"""Trained models measured as they are: what is asked of them, where they come from, and what they cannot have."""

from types import SimpleNamespace

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import accuracy_score, brier_score_loss, log_loss, roc_auc_score
from tests.families import given_files
from tests.families.given_files import NUMBERS, logistic, onnx_file, pickle_file
from tests.measurement.worlds import bank

import interplay as ip
from interplay.auditing.prepare import prepare
from interplay.errors import DataError, ModelError, RefusedCombination, StudyError
from interplay.estimates import NotMeasurable, Sample
from interplay.exhibits import Memo, refitted
from interplay.measurement.measure import measure
from interplay.training.train import train, tune

FRAME = bank(rows=900)


def study(*interventions, data=None, members=None, **model):
    drop = {"c": "the model does not read it"}
    return ip.Study(
        name="a given model",
        members=members,
        draws=60,
        data=ip.DataSection(source="frame", label="y", favourable=1, **{"drop": drop, "radius": 0.3, **(data or {})}),
        groups=ip.GroupsSection(attributes={"g": ip.GroupSection()}, minimum_rows=20),
        model=ip.ModelSection(kind="fitted", **model),
        interventions=tuple(ip.InterventionSection(name=name) for name in interventions),
    )


def measured(ready):
    shop = ready.training_setting()
    return measure(ready.setting(), train(shop, tune(shop, ready.tuning_rows())))


def value(found, metric):
    sample = found.sample(next(cell.treatment for cell in found.samples if cell.metric == metric), "tuned", metric)
    assert isinstance(sample, Sample), sample
    return sample.mean


@pytest.fixture(scope="module")
def given():
    """Boosted trees that know their training rows, measured with them declared."""
    trained = np.arange(900) < 400
    model = HistGradientBoostingClassifier(max_iter=80).fit(FRAME[NUMBERS][trained], FRAME.y[trained])
    ready = prepare(study(), FRAME, network=ip.fitted(model, trained_on=trained))
    return model, trained, ready, measured(ready)


def test_values_are_those_of_the_model_as_it_is(given):
    model, _, ready, found = given
    test = ready.design.split.test
    said, labels = model.predict_proba(FRAME[NUMBERS][test])[:, 1], FRAME.y[test]
    assert value(found, "accuracy") == pytest.approx(accuracy_score(labels, said > 0.5))
    assert value(found, "log_loss") == pytest.approx(log_loss(labels, said), rel=1e-4)
    assert value(found, "brier") == pytest.approx(2 * brier_score_loss(labels, said), rel=1e-4)


def test_rows_that_it_was_trained_on_are_never_tested_on(given):
    _, trained, ready, _ = given
    parts = ready.design.split
    assert (parts.pool == trained).all()
    new = 900 - trained.sum()
    assert [int(parts.of(name).sum()) for name in ("tuning", "calibration", "test")] == [
        new // 5,
        new // 5,
        3 * new // 5,
    ]


def test_a_threshold_on_the_loss_is_tried_where_training_rows_are_declared(given):
    model, trained, ready, found = given
    asked = trained | ready.design.split.test
    losses = np.abs(FRAME.y - model.predict_proba(FRAME[NUMBERS])[:, 1])[asked]
    exact = roc_auc_score(trained[asked], -losses)
    assert value(found, "loss_membership_risk") == pytest.approx(exact, abs=1e-6) and exact > 0.6


def test_training_rows_may_be_a_column_of_the_table():
    frame = FRAME.assign(seen=(np.arange(900) < 400).astype(int))
    ready = prepare(study(data={"trained_on": "seen"}), frame, network=ip.fitted(logistic(FRAME, 400)))
    assert (ready.design.split.pool == (frame.seen == 1)).all() and "seen" not in ready.dataset.features


def test_without_training_rows_membership_has_a_reason_and_the_rest_is_measured():
    ready = prepare(study(), FRAME, network=ip.fitted(logistic(FRAME)))
    found = measured(ready)
    reasons = {cell.metric: one.reason for cell, one in found.samples.items() if isinstance(one, NotMeasurable)}
    assert "trained_on under [data]" in reasons["loss_membership_risk"]
    for name in ("membership_risk", "reference_membership_risk", "membership_exposure", "memorisation"):
        assert "trained in the same way on other halves" in reasons[name], name
    assert "one member has no other" in reasons["disagreement"]
    assert not {"accuracy", "robust_accuracy", "boundary_distance", "demographic_parity_difference/g"} & reasons.keys()


def test_the_spread_is_that_of_the_rows_alone(given):
    from interplay.statistics.crossed_interval import crossed_interval

    _, _, ready, found = given
    (sample,) = (one for cell, one in found.samples.items() if cell.metric == "accuracy")
    interval = crossed_interval(sample.values, sample.support)
    rows = int(ready.design.split.test.sum())
    binomial = (sample.mean * (1 - sample.mean) / rows) ** 0.5
    assert interval.member_spread == 0 and interval.standard_error == pytest.approx(binomial, rel=0.25)


def test_nothing_is_refitted_and_every_member_is_the_model(given):
    model, _, ready, _ = given
    family, setting = ready.family, ready.setting()
    members = refitted(setting, family.taken(family.train(ready.training_setting(), []) or (family.model,), [0]))
    logs = members.log_probabilities(ready.encoded.matrix)
    np.testing.assert_allclose(np.exp(logs[0]), model.predict_proba(FRAME[NUMBERS]), atol=1e-6)
    assert Memo(members, setting).members is members


def test_a_model_of_a_file_is_that_of_the_object(tmp_path):
    model = logistic(FRAME)
    by_object = prepare(study(), FRAME, network=ip.fitted(model)).family
    matrix = prepare(study(), FRAME, network=ip.fitted(model)).encoded.matrix
    for kind, classes in (("maps", ()), ("tensor", ("0", "1"))):
        by_file = prepare(study(path=str(onnx_file(tmp_path, model, kind)), classes=classes), FRAME).family
        gap = by_file.scores(by_file.model and (by_file.model,), matrix) - by_object.scores((by_object.model,), matrix)
        assert np.abs(gap).max() < 1e-5, kind
        assert by_file.identity != by_object.identity and len(by_file.identity) == 64


def test_a_model_of_skops_is_that_of_the_object(tmp_path):
    from skops import io

    model = logistic(FRAME)
    path = tmp_path / "model.skops"
    io.dump(model, path)
    family = prepare(study(path=str(path)), FRAME).family
    said = np.exp(family.scores((family.model,), prepare(study(path=str(path)), FRAME).encoded.matrix)[0])
    np.testing.assert_allclose(said, model.predict_proba(FRAME[NUMBERS]), atol=1e-6)


def test_types_that_the_study_does_not_trust_are_refused_by_name_and_not_built(tmp_path):
    from skops import io

    target = tmp_path / "it-ran.txt"
    path = tmp_path / "model.skops"
    io.dump(SimpleNamespace(model=logistic(FRAME), more=given_files.Harmful(target)), path)
    with pytest.raises(ModelError, match=r"tests\.families\.given_files\.Harmful|Harmful") as refused:
        prepare(study(path=str(path)), FRAME)
    assert "trusted = [" in refused.value.remedy and not target.exists()


@pytest.mark.parametrize("ending", [".pkl", ".pickle", ".joblib", ".onnx", ".skops", ".sav"])
def test_a_pickle_is_never_opened_whatever_it_is_called(tmp_path, ending):
    path, target = pickle_file(tmp_path, ending)
    with pytest.raises(ModelError) as refused:
        prepare(study(path=str(path)), FRAME)
    assert not target.exists()
    if ending not in (".onnx", ".skops"):
        assert "a pickle runs code when it is read" in refused.value.remedy


def test_a_pipeline_of_named_columns_reads_texts():
    from tests.families.pipelines import by_name

    columns = [*NUMBERS, "c"]
    model = by_name().fit(FRAME[columns][:300], FRAME.y[:300])
    ready = prepare(study(data={"drop": {}}), FRAME, network=ip.fitted(model))
    said = np.exp(ready.family.scores((ready.family.model,), ready.encoded.matrix)[0])
    np.testing.assert_allclose(said, model.predict_proba(FRAME[columns]), atol=1e-6)


def test_classes_in_another_order_are_put_right():
    model = logistic(FRAME)
    turned = ip.fitted(lambda rows: model.predict_proba(rows)[:, ::-1], classes=[1, 0])
    ready = prepare(study(), FRAME, network=turned)
    said = np.exp(ready.family.scores((ready.family.model,), ready.encoded.matrix)[0])
    np.testing.assert_allclose(said, model.predict_proba(FRAME[NUMBERS]), atol=1e-6)


def _with(change, classes=(0, 1)):
    model = logistic(FRAME)
    return ip.fitted(lambda rows: change(model.predict_proba(rows)), classes)


def _gap(said):
    said[0] = np.nan
    return said


@pytest.mark.parametrize(
    ("model", "words"),
    [
        (lambda: _with(lambda said: np.log(said) - np.log(said[:, ::-1])), "as logits are"),
        (lambda: _with(lambda said: np.log(said[:, 1:] / said[:, :1])), "one of shape"),
        (lambda: _with(_gap), "with a gap"),
        (lambda: _with(lambda said: said / 3), "rows that add up to"),
        (lambda: _with(lambda said: said, classes=(1, 2)), "an output for each of the classes '0', '1'"),
        (lambda: _with(lambda said: said, classes=()), "classes that nobody names"),
        (lambda: _with(lambda said: said[:, [0]]), "one of shape"),
        (lambda: _with(lambda said: np.eye(2)[said.argmax(axis=1)]), "which are decisions"),
        (lambda: _with(lambda said: said - said.mean(axis=0) * 0.1 + 0.05), "depend on the rows beside it"),
        (lambda: ip.fitted(logistic(FRAME, 300).fit(FRAME[["x0"]], FRAME.y)), "for the features of the study"),
    ],
)
def test_a_given_model_with_a_fault_is_refused_with_what_is_wrong(model, words):
    with pytest.raises(ModelError, match=words) as refused:
        prepare(study(), FRAME, network=model())
    assert refused.value.remedy and refused.value.where


def test_an_answer_that_changes_its_input_or_itself_is_refused():
    chance = np.random.default_rng(0)

    def changes(rows):
        rows["x0"] = 0.0
        return np.full((len(rows), 2), 0.5)

    def draws(rows):
        one = chance.random(len(rows))
        return np.stack([one, 1 - one], axis=1)

    for model, words in ((changes, "leaves its input as it is"), (draws, "the same answer when asked twice")):
        with pytest.raises(ModelError, match=words):
            prepare(study(), FRAME, network=ip.fitted(model, classes=[0, 1]))


@pytest.mark.parametrize(
    ("kind", "width", "words"),
    [("maps", 6, "one of 6 columns"), ("logits", None, "as logits are"), ("tensor", None, "classes that nobody names")],
)
def test_an_onnx_file_that_does_not_fit_is_refused(tmp_path, kind, width, words):
    path = onnx_file(tmp_path, logistic(FRAME), kind, width)
    classes = () if kind == "tensor" else ("0", "1")
    with pytest.raises(ModelError, match=words):
        prepare(study(path=str(path), classes=classes), FRAME)


def test_texts_do_not_fit_into_a_matrix(tmp_path):
    path = onnx_file(tmp_path, logistic(FRAME), "maps", 5)
    with pytest.raises(ModelError, match="texts in c"):
        prepare(study(path=str(path), data={"drop": {}}), FRAME)


def test_a_factory_gives_a_trained_model_and_decisions_alone_are_refused():
    place = "tests.families.given_files"
    ready = prepare(study(factory=f"{place}:trained_on_a_bank"), FRAME)
    assert "trained already" in ready.family.words
    with pytest.raises(ModelError, match="which are decisions"):
        prepare(study(factory=f"{place}:of_decisions", classes=("0", "1")), FRAME)


@pytest.mark.parametrize(
    ("made", "error", "words"),
    [
        (lambda: study(), StudyError, "neither"),
        (lambda: study(path="a.onnx", factory="m:f"), StudyError, "both of them"),
        (lambda: study(path="nowhere.onnx"), ModelError, "a file of a trained model"),
        (lambda: study(path="model.h5"), ModelError, "a file of a kind that is known"),
        (lambda: study(members=5), StudyError, "measured as it is"),
        (
            lambda: study().model_copy(update={"model": ip.ModelSection(path="a.onnx")}),
            StudyError,
            "a trained model for path",
        ),
    ],
)
def test_a_study_that_contradicts_itself_is_refused(made, error, words):
    with pytest.raises(error, match=words):
        prepare(made(), FRAME)


def test_what_acts_in_training_is_refused_and_rows_must_be_left():
    with pytest.raises(RefusedCombination, match="trained already"):
        prepare(study("reweighing"), FRAME, network=ip.fitted(logistic(FRAME)))
    with pytest.raises(DataError, match="that the model was not trained on"):
        prepare(study(), FRAME, network=ip.fitted(logistic(FRAME), trained_on=np.ones(900, dtype=bool)))
    with pytest.raises(ModelError, match="for a table of 900 rows"):
        prepare(study(), FRAME, network=ip.fitted(logistic(FRAME), trained_on=[3, 900]))


def test_a_run_of_a_given_model_ends_in_a_report_that_says_whom_it_is_about(tmp_path):
    layers = "group_thresholds", "split_conformal", "release_explanations"
    given = ip.fitted(logistic(FRAME, 300), trained_on=np.arange(300))
    audit = ip.run(study(*layers), tmp_path, frame=FRAME, network=given)
    page = audit.report.read_text()
    assert "not about how it was made" in page and "LiRA, online" not in page
    again = ip.run(study(*layers), tmp_path, frame=FRAME, network=given)
    assert again.content == audit.content
    other = ip.run(study(*layers), tmp_path, frame=FRAME, network=ip.fitted(logistic(FRAME, 250)))
    assert other.path != audit.path


def _boosted(kind, folder):
    """A small boosted forest of a library, its file, and what the library itself says."""
    some = FRAME[NUMBERS][:400], FRAME.y[:400]
    if kind == "txt":
        lightgbm = pytest.importorskip("lightgbm")
        model = lightgbm.LGBMClassifier(n_estimators=20, n_jobs=1, verbosity=-1).fit(*some)
        path = folder / "model.txt"
        model.booster_.save_model(path)
        return path, model.predict_proba(FRAME[NUMBERS])
    xgboost = pytest.importorskip("xgboost")
    model = xgboost.XGBClassifier(n_estimators=20, n_jobs=1).fit(*some)
    path = folder / f"model.{kind}"
    model.save_model(path)
    return path, model.predict_proba(FRAME[NUMBERS])


@pytest.mark.parametrize("kind", ["ubj", "json", "txt"])
def test_a_file_of_boosted_trees_is_read_as_its_library_reads_it(tmp_path, kind):
    path, known = _boosted(kind, tmp_path)
    ready = prepare(study(path=str(path), classes=("0", "1")), FRAME)
    said = np.exp(ready.family.scores((ready.family.model,), ready.encoded.matrix)[0])
    np.testing.assert_allclose(said, known, atol=1e-6)
    with pytest.raises(ModelError, match="classes that nobody names"):
        prepare(study(path=str(path)), FRAME)
    with pytest.raises(ModelError, match="one of 4 columns"):
        prepare(study(path=str(path), classes=("0", "1"), data={"drop": {"c": "a text", "x3": "left out"}}), FRAME)


@pytest.mark.parametrize("kind", ["ubj", "json", "txt"])
def test_a_file_of_boosted_trees_that_is_none_is_refused(tmp_path, kind):
    pytest.importorskip("lightgbm" if kind == "txt" else "xgboost")
    path = tmp_path / f"model.{kind}"
    for content in (b"no model", b"\x80\x04K\x01."):
        path.write_bytes(content)
        with pytest.raises(ModelError) as refused:
            prepare(study(path=str(path), classes=("0", "1")), FRAME)
        assert refused.value.where == str(path)
