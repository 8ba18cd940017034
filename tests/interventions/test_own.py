"""A user's own fit: what has to be declared, what it is given, and a positive control that passes only where it works."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from tests.families import own_fits

import interplay as ip
from interplay.aspects import Aspect
from interplay.auditing.prepare import prepare
from interplay.design.treatment import Treatment
from interplay.errors import ModelError, RefusedCombination, StudyError
from interplay.interventions import Service, refusal
from interplay.interventions.own import Own
from interplay.interventions.reweighing import Reweighing
from interplay.training.train import more_members

PLACE = "tests.families.own_fits"
DECLARED = {
    "call": f"{PLACE}:stump",
    "aspects": ["privacy"],
    "serves": [{"metric": "membership_risk"}],
    "reference": "Somebody, 2026",
}
TREE = {"factory": "sklearn.tree:DecisionTreeClassifier"}


def by_heart(rows=700, seed=0):
    """Labels that follow from a column, a fifth of them turned: a full tree learns who was turned by heart."""
    chance = np.random.default_rng(seed)
    columns = chance.normal(size=(rows, 5))
    labels = ((columns[:, 0] > 0) != (chance.random(rows) < 0.2)).astype(int)
    frame = pd.DataFrame(columns, columns=[f"x{at}" for at in range(5)])
    return frame.assign(y=labels, g=chance.choice(["a", "b"], rows))


def study(*more, members=3, kind="estimator", model=TREE, **changed):
    own = ip.InterventionSection(name="own", parameters={**DECLARED, **changed})
    return ip.Study(
        name="by heart",
        members=members,
        most_members=members,
        draws=50,
        data=ip.DataSection(source="frame", label="y", favourable=1, radius=0.3),
        groups=ip.GroupsSection(attributes={"g": ip.GroupSection()}, minimum_rows=20),
        model=ip.ModelSection(kind=kind, **model),
        interventions=(own, *(ip.InterventionSection(name=name) for name in more)),
    )


@pytest.mark.parametrize("missing", ["call", "aspects", "serves", "reference"])
def test_what_has_to_be_declared_is_asked_for_by_name(missing):
    given = {key: value for key, value in DECLARED.items() if key != missing}
    asked = study().model_copy(update={"interventions": (ip.InterventionSection(name="own", parameters=given),)})
    with pytest.raises(StudyError, match=missing) as refused:
        prepare(asked, by_heart())
    assert refused.value.found == "nothing" and missing in refused.value.remedy


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"serves": [{"metric": "membership_ris"}]}, "membership_risk"),
        ({"serves": [{"metric": "balanced_accuracy"}]}, "measures utility"),
        ({"aspects": ["secrecy"]}, "privacy"),
        ({"call": "tests.families.own_fits"}, "module:name"),
        ({"call": f"{PLACE}:nothing"}, "can be imported"),
        ({"serve": []}, "serves"),
    ],
)
def test_what_cannot_be_is_refused_with_the_next_step(changed, words):
    with pytest.raises(StudyError, match=words):
        prepare(study(**changed), by_heart())


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"call": f"{PLACE}:broken"}, "no room left"),
        ({"call": f"{PLACE}:by_lot"}, "the same model from the same seed"),
        ({"options": {"width": 3}}, "width"),
    ],
)
def test_its_model_is_held_against_what_an_audit_asks_of_any(changed, words):
    with pytest.raises(ModelError, match=words) as refused:
        prepare(study(**changed), by_heart())
    assert refused.value.where == "own"


def test_weights_have_to_be_heard_only_where_something_weighs():
    assert prepare(study(call=f"{PLACE}:deaf"), by_heart()).family
    with pytest.raises(ModelError, match="weights of rows that change the model"):
        prepare(study("reweighing", call=f"{PLACE}:deaf"), by_heart())


def test_it_replaces_the_fit_and_gets_rows_labels_weights_seed_and_options():
    ready = prepare(study("reweighing", "noisy_copies", call=f"{PLACE}:linear", options={"strength": 0.1}), by_heart())
    shop, matrix = ready.training_setting(), ready.encoded.matrix
    one = more_members(shop, Treatment(("reweighing", "noisy_copies", "own")), 1.0, [1])[0]
    how = one.how
    assert how.by == "own" and how.moved is not None and not np.allclose(how.weights, 1)
    rows = np.tile(matrix[how.rows], (5, 1))
    rows[:, list(ready.encoded.movable_columns)] = how.moved.reshape(len(rows), -1)
    weights = np.tile(how.weights, 5) / 5
    theirs = LogisticRegression(C=0.1).fit(rows, np.tile(how.labels, 5), sample_weight=weights)
    np.testing.assert_allclose(np.diff(one.fitted.scores(matrix), axis=1)[:, 0], theirs.decision_function(matrix))
    plain = more_members(shop, Treatment(), 1.0, [1])[0]
    assert plain.how.by == "" and type(plain.fitted.model).__name__ == "DecisionTreeClassifier"
    assert plain.how.seed == how.seed and (plain.how.rows == how.rows).all()


def test_it_is_refitted_by_itself_when_a_run_goes_on():
    ready = prepare(study(), by_heart())
    stack = more_members(ready.training_setting(), Treatment(("own",)), 1.0, range(2))
    family = ready.family
    again = family.unpack(family.pack(stack))
    assert [one.how.by for one in again] == ["own", "own"]
    assert again[0].fitted.model.get_depth() == 1
    np.testing.assert_array_equal(
        family.scores(again, ready.encoded.matrix), family.scores(stack, ready.encoded.matrix)
    )


def test_another_function_is_another_study(tmp_path):
    (tmp_path / "mine.py").write_text(f"from {PLACE} import stump\n\n\ndef fit(*given):\n    return stump(*given)\n")
    (tmp_path / "study.toml").write_text("")
    own = Own(**{**DECLARED, "call": "mine:fit"})
    assert "def fit" in own.identity(tmp_path)
    assert prepare(study(), by_heart()).digest != prepare(study(call=f"{PLACE}:the_same"), by_heart()).digest


def test_two_of_them_are_refused_and_what_changes_rows_is_not():
    @dataclasses.dataclass(frozen=True)
    class Another(Own):
        pass

    reason = refusal(Own(title="one way"), Another(title="another way"))
    assert reason is not None and "one way and another way both replace" in reason and "alone = true" in reason
    assert refusal(Own(), Reweighing()) is None


def test_networks_refuse_it():
    with pytest.raises(RefusedCombination, match="networks are trained in steps"):
        prepare(study(kind="network", model={}), by_heart())


def test_a_mitigation_that_a_library_has_none_of_is_answered_with_your_own():
    asked = study().model_copy(update={"interventions": (ip.InterventionSection(name="dp_sgd"),)})
    with pytest.raises(RefusedCombination) as refused:
        prepare(asked, by_heart())
    assert refused.value.remedy == "use own for it, or take it out"


@pytest.mark.parametrize(("name", "works"), [("stump", True), pytest.param("the_same", False, marks=pytest.mark.slow)])
def test_its_positive_control_passes_where_it_works_and_not_where_it_does_nothing(name, works, tmp_path):
    asked = study("split_conformal", members=8, call=f"{PLACE}:{name}", stands_in_for="dp_sgd", title="a small tree")
    audit = ip.run(asked, tmp_path, frame=by_heart()).content
    controls = [one for one in audit["controls"] if one["metric"] == "membership_risk"]
    assert [one["passed"] for one in controls] == [works]
    (told,) = (one for one in audit["interventions"] if one["name"] == "own")
    assert (told["title"], told["aspects"], told["reference"]) == ("a small tree", ["privacy"], "Somebody, 2026")
    probes = {one["probe"] for one in audit["effects"] if one["probe"]}
    assert "privacy_to_fairness/accuracy disparity" in probes, "the probes of what it stands in for are asked of it"


def test_lists_of_a_file_do_as_well_as_tuples():
    made = Own(aspects=["privacy"], serves=[{"metric": "membership_risk"}])
    assert made.aspects == (Aspect.PRIVACY,) and made.serves == (Service("membership_risk"),) and hash(made)


def test_functions_of_tests_are_what_they_say():
    rows, labels = by_heart()[["x0", "x1"]].to_numpy(), by_heart().y.to_numpy()
    assert own_fits.stump(rows, labels, np.ones(len(rows)), 0, depth=2).get_depth() == 2
