"""The search against exact worst cases of boosted trees, in a study and in what its report says."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import interplay as ip
from interplay.attacks.reach import excess
from interplay.auditing.parts.methods import _masking
from interplay.auditing.prepare import prepare
from interplay.design.treatment import Treatment
from interplay.estimates import NotMeasurable
from interplay.evidence import AdversarialScores, ExactCheck
from interplay.exhibits import Memo, refitted
from interplay.training.train import more_members

pytest.importorskip("xgboost")
XGBOOST = {"factory": "xgboost:XGBClassifier", "options": {"n_estimators": 60, "max_depth": 4}}

RACE = ip.GroupSection(reference="white", merge={"black or hispanic": ("black", "hispanic")})
MORTGAGE = ip.GroupsSection(attributes={"race": RACE}, minimum_rows=50)


def near(rows=900, seed=0):
    """Ten columns that matter a little, so that rows lie close to many steps of the trees; one of whole numbers."""
    chance = np.random.default_rng(seed)
    columns = chance.normal(size=(rows, 10))
    columns[:, 9] = np.round(5 * columns[:, 9])
    labels = columns[:, :9].sum(axis=1) + 0.2 * columns[:, 9] + chance.normal(size=rows) > 0
    frame = pd.DataFrame(columns, columns=[f"x{at}" for at in range(10)])
    return frame.assign(y=labels.astype(int), g=chance.choice(["a", "b"], rows))


def made(model=XGBOOST, frame=None, **more):
    asked = ip.Study(
        name="near",
        members=3,
        most_members=3,
        draws=50,
        data=ip.DataSection(source="frame", label="y", favourable=1),
        groups=ip.GroupsSection(attributes={"g": ip.GroupSection()}, minimum_rows=20),
        model=ip.ModelSection(kind="estimator", **model, **more),
        interventions=(ip.InterventionSection(name="noisy_copies", parameters={"radius": 0.3}),),
    )
    return prepare(asked, near() if frame is None else frame)


def control(ready):
    setting = ready.setting()
    return setting, refitted(setting, more_members(ready.training_setting(), Treatment(), 1.0, range(2)))


def checked(ready, radius):
    """What the search finds of 100 rightly decided rows, and what can be found."""
    setting, members = control(ready)
    setting = replace(setting, attack=replace(setting.attack, radius=radius))
    moved = Memo(members, setting).ask(AdversarialScores)
    assert isinstance(moved, AdversarialScores) and moved.exact is not None
    assert moved.exact.rows > 80, "most rows must be solved in time"
    return moved.exact


def test_no_search_finds_a_worse_row_than_the_worst():
    setting, members = control(made())
    moved = Memo(members, setting).ask(AdversarialScores)
    assert isinstance(moved, AdversarialScores)
    inputs, labels = setting.encoded.matrix[moved.rows[:40]], setting.dataset.labels[moved.rows[:40]]
    exact = members.exact(setting.attack, inputs, labels)
    assert not isinstance(exact, NotMeasurable) and not np.isnan(exact).any()
    by_search = excess(moved.log_probabilities[0, :40], labels)
    assert (by_search <= exact + 1e-4).all()
    assert np.mean(exact - by_search) < 0.05


@pytest.mark.parametrize("model", [XGBOOST, {"factory": "sklearn.ensemble:GradientBoostingClassifier"}])
def test_the_search_finds_what_can_be_found_of_boosted_trees(model):
    check = checked(made(model), 0.3)
    assert 30 < check.breakable < 80, "the case must have rows that can be broken and rows that cannot"
    assert check.searched >= 0.9 * check.breakable


@pytest.mark.slow
@pytest.mark.parametrize("radius", [0.25, 0.5, 0.75])
@pytest.mark.parametrize(
    "factory",
    [
        "xgboost:XGBClassifier",
        "lightgbm:LGBMClassifier",
        "sklearn.ensemble:RandomForestClassifier",
        "sklearn.ensemble:GradientBoostingClassifier",
    ],
)
def test_the_search_finds_what_can_be_found_on_mortgage_applications(factory, radius):
    """What real tables hold and planted ones lack: whole numbers, skewed columns, narrow steps around single outliers."""
    pytest.importorskip(factory.partition(":")[0].partition(".")[0])
    options = {"n_estimators": 60, "max_depth": 3, "learning_rate": 0.1} if "XGB" in factory else {}
    asked = made({"factory": factory, "options": options}).study.model_copy(
        update={"data": ip.DataSection(source="mortgage"), "groups": MORTGAGE}
    )
    check = checked(prepare(asked), radius)
    enough = min(0.85 * check.breakable, check.breakable - 1)
    assert check.breakable and check.searched >= enough, "of a few rows that can be broken one may be missed"


def test_what_is_found_is_counted_on_rows_that_are_rightly_decided():
    setting, members = control(made())
    moved = Memo(members, setting).ask(AdversarialScores)
    assert isinstance(moved, AdversarialScores) and moved.exact is not None
    check = moved.exact
    assert check.rows == 100 and 0 < check.searched <= check.breakable < 100 and not check.bound_only


@pytest.mark.parametrize(
    "ready",
    [
        lambda: made({"factory": "sklearn.ensemble:HistGradientBoostingClassifier"}),
        lambda: made({"factory": "sklearn.linear_model:LogisticRegression"}),
        lambda: made(inputs="table"),
    ],
    ids=["trees that are not public", "no trees", "columns of the table"],
)
def test_where_no_exact_worst_case_is_known_none_is_claimed(ready):
    setting, members = control(ready())
    inputs, labels = setting.encoded.matrix[:5], setting.dataset.labels[:5]
    found = members.exact(setting.attack, inputs, labels)
    assert isinstance(found, NotMeasurable) and found.reason
    moved = Memo(members, setting).ask(AdversarialScores)
    assert isinstance(moved, AdversarialScores) and moved.exact is None


def test_the_report_says_how_many_of_those_that_can_be_broken_the_search_finds():
    arm = {"treatment": "control", "tuning": "tuned"}
    strong, weak, none = (
        {**arm, "exact": vars(ExactCheck(100, breakable, searched))}
        for breakable, searched in ((41, 38), (41, 34), (0, 0))
    )
    told, bound, nothing = _masking([strong, weak, none])
    assert "exactly 41 of 100 rightly decided rows" in told and told.endswith("the search finds 38 of 41.")
    assert bound.endswith("the search finds 34 of 41; its robust accuracy is an upper bound only.")
    assert nothing.endswith(
        "exactly 0 of 100 rightly decided rows of one model can be broken within the radius (by mixed-integer "
        "programming on its trees), and the search finds none either."
    )


@pytest.mark.slow
def test_a_run_tells_it(tmp_path):
    asked = made().study
    audit = ip.run(asked, tmp_path, frame=near(rows=500)).content
    told = [line for line in audit["methods"]["statements"] if "mixed-integer programming" in line]
    assert [line.partition(":")[0] for line in told] == ["control", "noisy_copies"]
