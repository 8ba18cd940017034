"""Any classifier: the laws of families, what an audit asks of any, rows as the table has them, and the search."""

from typing import ClassVar

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from tests.measurement.worlds import bank

import interplay as ip
from interplay.auditing.prepare import prepare
from interplay.design.treatment import Treatment
from interplay.errors import ModelError, RefusedCombination, RunError, StudyError
from interplay.estimates import NotMeasurable
from interplay.evidence import AdversarialScores, Distances
from interplay.exhibits import Memo, refitted
from interplay.families.estimator.frames import TableFrames
from interplay.families.estimator.refittable import Refittable
from interplay.families.estimator.scoring import LOWEST, class_scores, margins_are_logits
from interplay.testing.family_suite import FamilySuite
from interplay.training.train import more_members

PLACE = "tests.families.pipelines"
BOTH = np.arange(2)


class TestBoostedTrees(FamilySuite):
    kind = "estimator"
    model: ClassVar[dict[str, str]] = {"factory": f"{PLACE}:few_trees"}


class TestAPipelineOnTheTable(FamilySuite):
    kind = "estimator"
    model: ClassVar[dict[str, str]] = {"factory": f"{PLACE}:by_name", "inputs": "table"}


def study(*interventions, members=3, data=None, **model):
    return ip.Study(
        name="a bank",
        members=members,
        draws=50,
        data=ip.DataSection(source="frame", label="y", favourable=1, **{"radius": 0.3, **(data or {})}),
        groups=ip.GroupsSection(attributes={"g": ip.GroupSection()}, minimum_rows=20),
        model=ip.ModelSection(kind="estimator", **model),
        interventions=tuple(ip.InterventionSection(name=name) for name in interventions),
    )


def control_of(ready, members=3):
    return refitted(ready.setting(), more_members(ready.training_setting(), Treatment(), 1.0, range(members)))


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("not finite", "finite"),
        ("another answer", "the same answer when asked twice"),
        ("rows together", "follow from that row alone"),
        ("logits", "between 0 and 1 that add up to 1"),
        ("three columns", "2 outputs, one for each class"),
        ("one column", "one probability for each row and class"),
        ("another seed", "the same model from the same seed"),
        ("no classes", "a classifier"),
        ("deaf", "weights of rows that change the model"),
        ("changes its input", "leaves its input as it is"),
    ],
)
def test_a_model_with_a_fault_is_refused_with_what_is_wrong(fault, words):
    with pytest.raises(ModelError, match=words) as refused:
        prepare(study(factory=f"{PLACE}:wrong", options={"fault": fault}), bank(rows=300))
    assert refused.value.where == "Wrong" and refused.value.remedy


def test_one_without_a_fault_is_taken():
    ready = prepare(study(factory=f"{PLACE}:wrong"), bank(rows=300))
    assert ready.family.words == "Wrong on 7 columns"


@pytest.mark.parametrize(
    ("factory", "words"),
    [
        ("", "module:function"),
        ("sklearn.ensemble", "module:function"),
        ("nowhere:make", "can be imported"),
        ("math:pi", "options that 'math:pi' takes"),
    ],
)
def test_a_factory_that_is_none_is_refused(factory, words):
    with pytest.raises((StudyError, TypeError), match=words):
        prepare(study(factory=factory), bank(rows=200))


def test_options_that_it_does_not_take_are_refused_by_name():
    with pytest.raises(StudyError, match="depth"):
        prepare(study(factory="sklearn.linear_model:LogisticRegression", options={"depth": 3}), bank(rows=200))


@pytest.mark.parametrize(
    ("name", "instead"),
    [
        ("dp_sgd", ()),
        ("adversarial_training", ("noisy_copies",)),
        ("trades", ("noisy_copies",)),
        ("parity_penalty", ("reduction", "reweighing")),
    ],
)
@pytest.mark.parametrize("given", [None, LogisticRegression()], ids=["by name", "as an object"])
def test_what_acts_inside_of_training_is_refused_with_the_reason_and_what_there_is_instead(name, instead, given):
    asked = study(name, factory="" if given else "sklearn.linear_model:LogisticRegression")
    with pytest.raises(RefusedCombination, match="LogisticRegression on 7 columns") as refused:
        prepare(asked, bank(rows=200), network=given)
    assert "inside the steps in which a network is trained" in refused.value.found
    for other in instead:
        assert other in refused.value.remedy
    assert "adversarial" not in refused.value.remedy and "dp_sgd" not in refused.value.remedy


@pytest.mark.parametrize("name", ["reweighing", "reduction", "removed_random"])
def test_weights_that_a_fit_does_not_take_are_refused_before_anything_is_fitted(name):
    asked = study(name, factory="sklearn.neighbors:KNeighborsClassifier")
    with pytest.raises(RefusedCombination, match="fit of KNeighborsClassifier takes no sample_weight") as refused:
        prepare(asked, bank(rows=300))
    assert "whose fit takes it" in refused.value.remedy
    for able in ("label_flipping", "noisy_copies"):
        assert prepare(study(able, factory="sklearn.neighbors:KNeighborsClassifier"), bank(rows=300))


def _mixed(rows=200):
    """Whole numbers, a skewed amount, a category with a missing value, a truth value, and a number with gaps."""
    chance = np.random.default_rng(0)
    amount = np.round(np.exp(3 * chance.normal(size=rows)), 2)
    years = chance.integers(18, 80, rows)
    city = chance.choice(["north", "south", "east"], rows).astype(object)
    city[:5] = None
    owner = chance.choice([True, False], rows)
    debt = np.round(chance.normal(size=rows), 4)
    debt[5:10] = np.nan
    y = (years + 5 * chance.normal(size=rows) > 45).astype(int)
    g = chance.choice(["a", "b"], rows)
    return pd.DataFrame({"amount": amount, "years": years, "city": city, "owner": owner, "debt": debt, "g": g, "y": y})


@pytest.fixture(scope="module")
def table():
    from interplay.data.encoder import fit
    from interplay.data.load import load

    section = ip.DataSection(source="frame", label="y", favourable=1, radius=0.3)
    frame = _mixed()
    dataset = load(section, ip.GroupsSection(attributes={"g": ip.GroupSection()}), frame)
    encoder = fit(dataset.table, dataset.features, np.arange(150))
    return TableFrames(dataset.table, dataset.features, encoder.encode(dataset.table)), frame


def test_a_row_of_the_table_reaches_the_model_as_it_was_read(table):
    frames, frame = table
    asked = frames.asked(frames.encoded.matrix)
    for name in frames.features:
        here, there = asked[name], frame[name]
        np.testing.assert_array_equal(here.isna(), there.isna())
        assert (here.dropna() == there.dropna()).all(), name


def test_only_what_moved_is_decoded(table):
    frames, frame = table
    moved = np.array(frames.encoded.matrix)
    columns = {feature.name: feature.columns.start for feature in frames.encoded.features}
    moved[:, columns["debt"]] += 0.5
    asked = frames.asked(moved, frames.places(frames.encoded.matrix))
    part = next(part for part in frames.encoded.parts if part.name == "debt")
    known = frame.debt.notna()
    np.testing.assert_allclose(asked.debt[known], frame.debt[known] + 0.5 * part.deviation, rtol=1e-5, atol=1e-5)
    for name in ("amount", "years", "city", "owner"):
        pd.testing.assert_series_equal(asked[name], frames.asked(frames.encoded.matrix)[name])


def test_a_row_that_is_none_of_the_table_is_decoded_to_what_it_was(table):
    frames, frame = table
    nowhere = np.full(len(frame), -1)
    asked = frames.asked(frames.encoded.matrix, nowhere)
    for name in frames.features:
        here, there = asked[name], frame[name]
        np.testing.assert_array_equal(here.isna(), there.isna())
        same = here.notna()
        if there.dtype.kind == "f":
            np.testing.assert_allclose(here[same].astype(float), there[same], rtol=1e-4)
        else:
            assert (here[same] == there[same]).all(), name


def test_a_switch_reaches_the_model_as_another_category(table):
    frames, _ = table
    city = next(feature for feature in frames.encoded.features if feature.name == "city")
    moved = np.array(frames.encoded.matrix[20:30])
    places = frames.places(moved)
    moved[:, city.columns] = city.options[0]
    assert set(frames.asked(moved, places).city) == {"east"}


def test_margins_are_used_only_where_they_are_logarithms_of_probabilities():
    frame = bank(rows=300)
    rows, labels = frame[["x0", "x1"]].to_numpy(), frame.y.to_numpy()
    logistic = LogisticRegression().fit(rows, labels)
    trees = HistGradientBoostingClassifier(max_iter=5).fit(rows, labels)
    assert margins_are_logits(logistic, rows) and margins_are_logits(trees, rows)
    for model in (logistic, trees):
        odds = np.diff(class_scores(model, rows, BOTH, 2, None), axis=1)[:, 0]
        np.testing.assert_allclose(odds, model.decision_function(rows), rtol=1e-12)
        plain = np.diff(class_scores(model, rows, BOTH, 2, 1e-6), axis=1)[:, 0]
        np.testing.assert_allclose(odds, plain, atol=1e-6)


def test_a_class_that_a_model_was_never_shown_has_the_least_probability():
    frame = bank(rows=300)
    rows, labels = frame[["x0", "x1"]].to_numpy(), frame.y.to_numpy()
    scores = class_scores(LogisticRegression().fit(rows, labels), rows, np.array([0, 2]), 3, None)
    np.testing.assert_allclose(scores[:, 1], np.log(LOWEST))
    np.testing.assert_allclose(np.exp(scores[:, [0, 2]]).sum(axis=1), 1.0)


@pytest.fixture(scope="module")
def linear():
    ready = prepare(study(factory="sklearn.linear_model:LogisticRegression"), bank(rows=700))
    return ready, control_of(ready)


def test_on_a_linear_model_the_search_finds_the_exact_worst_row(linear):
    ready, members = linear
    setting = ready.setting()
    moved = Memo(members, setting).ask(AdversarialScores)
    assert isinstance(moved, AdversarialScores)
    inputs, labels = setting.encoded.matrix[moved.rows], setting.dataset.labels[moved.rows]
    reach = setting.attack.radius * np.asarray(setting.attack.threat.movable)
    low, high = (np.asarray(edge) for edge in (setting.attack.threat.lower, setting.attack.threat.upper))
    for member, one in enumerate(members.stacks[0]):
        slopes = one.fitted.model.coef_[0]
        own = np.where(labels == 1, 1.0, -1.0)
        down = -np.sign(own[:, None] * slopes)
        worst = np.clip(inputs + down * reach, np.minimum(inputs, low), np.maximum(inputs, high))
        odds = (
            members.scale[member] * one.fitted.model.decision_function(worst) + np.diff(members.intercepts[member])[0]
        )
        np.testing.assert_allclose(moved.margins[member], odds, atol=1e-4)


def test_distances_on_a_linear_model_are_those_of_its_plane(linear):
    ready, members = linear
    setting = ready.setting()
    found = Memo(members, setting).ask(Distances)
    assert isinstance(found, Distances)
    inputs, movable = setting.encoded.matrix[found.rows], setting.encoded.movable
    for member, one in enumerate(members.stacks[0]):
        model = one.fitted.model
        odds = members.scale[member] * model.decision_function(inputs) + np.diff(members.intercepts[member])[0]
        exact = np.abs(odds) / (members.scale[member] * np.abs(model.coef_[0][movable]).sum())
        inside = exact < 0.5  # farther away the bounds of the table come first
        gap = found.distances[member][inside] - exact[inside]
        assert gap.min() > -1e-3 and (gap < 0.03).mean() > 0.98


def test_a_model_is_fitted_again_and_recognised_or_refused(linear):
    ready, members = linear
    family, stack = ready.family, members.stacks[0]
    again = family.unpack(family.pack(stack))
    np.testing.assert_array_equal(
        family.scores(again, ready.encoded.matrix), family.scores(stack, ready.encoded.matrix)
    )
    other = Refittable(again[0].fitter, again[0].how, bytes(32))
    with pytest.raises(RunError, match="fitted again"):
        _ = other.fitted


def test_weights_of_a_pipeline_go_to_its_last_step():
    ready = prepare(study("reweighing", factory=f"{PLACE}:by_name", inputs="table"), bank(rows=300))
    shop = ready.training_setting()
    plain, weighed = (more_members(shop, one, 1.0, [0])[0] for one in (Treatment(), Treatment(("reweighing",))))
    assert not np.array_equal(plain.seen, weighed.seen)


def test_a_given_estimator_is_copied_and_audited_and_treatments_are_measured_once(tmp_path):
    frame = bank(rows=500)
    given = HistGradientBoostingClassifier(max_iter=10)
    asked = study("reweighing", "split_conformal").model_copy(update={"model": ip.ModelSection(kind="estimator")})
    audit = ip.run(asked, tmp_path, frame=frame, network=given).content
    assert not hasattr(given, "classes_"), "the estimator of the user is never fitted"
    measured = [one for one in audit["effects"] if one["estimate"] is not None]
    assert {one["tuning"] for one in measured} == {"tuned"}
    assert {"robust_accuracy", "membership_risk", "coverage"} <= {one["metric"] for one in measured}
    reasons = {one["metric"]: one["reason"] for one in audit["effects"] if one["estimate"] is None}
    assert not any(isinstance(reason, NotMeasurable) for reason in reasons.values())
