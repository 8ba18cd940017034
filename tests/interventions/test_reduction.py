"""The reduction: the signed weights of fairlearn, the objective that they stand for, and a gap that closes."""

import numpy as np
import pandas as pd
import pytest
from fairlearn.reductions import DemographicParity, ErrorRate

import interplay as ip
from interplay.auditing.prepare import prepare
from interplay.design.factors import factors
from interplay.design.treatment import Treatment
from interplay.families import remade
from interplay.interventions import TrainingRows
from interplay.interventions.label_flipping import LabelFlipping
from interplay.interventions.reduction import Reduction
from interplay.interventions.reweighing import Reweighing
from interplay.training.train import more_members

REDUCED = Treatment(("reduction",))


def some_rows(seed=0, rows=600, groups=2):
    chance = np.random.default_rng(seed)
    codes = chance.choice(groups, rows, p=np.arange(1, groups + 1) / (groups * (groups + 1) / 2))
    return TrainingRows((chance.random(rows) < 0.25 + 0.4 * codes / (groups - 1)).astype(np.int64), codes, 2)


def signed(rows: TrainingRows, multiplier: float) -> np.ndarray:
    """Weights with the sign of the label that is learned, before they are scaled."""
    learned, weights = Reduction(multiplier).remade(rows)
    return np.where(learned.labels == 1, weights, -weights)


@pytest.mark.filterwarnings("ignore")  # fairlearn and pandas 3 warn about their own insides
@pytest.mark.parametrize("multiplier", [0.0, 0.05, 0.2, 0.9])
def test_weights_are_those_of_fairlearn_at_the_same_multiplier(multiplier):
    rows = some_rows()
    inputs, labels, groups = pd.DataFrame({"x": rows.labels}), pd.Series(rows.labels), pd.Series(rows.groups)
    error, parity = ErrorRate(), DemographicParity()
    error.load_data(inputs, labels, sensitive_features=groups)
    parity.load_data(inputs, labels, sensitive_features=groups)
    lambdas = pd.Series(0.0, index=parity.index)
    both = [at for at in parity.index if (at[0], at[2]) in (("+", 1), ("-", 0))]  # group 1 has more favourable labels
    lambdas.loc[both] = multiplier
    theirs = np.asarray(error.signed_weights()) + np.asarray(parity.signed_weights(lambdas))
    np.testing.assert_allclose(signed(rows, multiplier), theirs / np.abs(theirs).mean(), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("groups", [2, 3])
@pytest.mark.parametrize("multiplier", [0.1, 0.4, 2.0])
def test_the_weighted_error_is_the_error_and_the_price_of_the_gap(groups, multiplier):
    rows, chance = some_rows(1, groups=groups), np.random.default_rng(2)
    learned, weights = Reduction(multiplier).remade(rows)
    rates = [rows.labels[rows.groups == code].mean() for code in range(groups)]
    low, high = int(np.argmin(rates)), int(np.argmax(rates))
    weighted, priced = [], []
    for _ in range(200):
        decided = (chance.random(len(rows.labels)) < chance.random()).astype(int)
        gap = decided[rows.groups == high].mean() - decided[rows.groups == low].mean()
        priced.append((decided != rows.labels).mean() + multiplier * gap)
        weighted.append((weights * (decided != learned.labels)).mean())
    slope, _ = np.polyfit(priced, weighted, 1)
    assert slope > 0
    np.testing.assert_allclose(np.corrcoef(priced, weighted)[0, 1], 1.0, atol=1e-9)


def test_without_a_multiplier_or_a_difference_rows_stay_as_they_are():
    alike = TrainingRows(np.array([0, 1, 0, 1]), np.array([0, 0, 1, 1]), 2)
    alone = TrainingRows(np.array([0, 1, 0, 1]), np.array([0, 0, -1, 0]), 2)
    for rows, multiplier in ((some_rows(), 0.0), (alike, 0.7), (alone, 0.7)):
        learned, weights = Reduction(multiplier).remade(rows)
        np.testing.assert_array_equal(learned.labels, rows.labels)
        np.testing.assert_array_equal(weights, np.ones(len(rows.labels)))


def test_a_multiplier_above_the_share_of_a_group_decides_its_labels():
    rows = some_rows()
    small = (rows.groups == 0).mean()
    assert small < 0.4
    for multiplier, all_alike in ((0.9 * small, False), (1.1 * small, True)):
        learned, _ = Reduction(multiplier).remade(rows)
        assert learned.labels[rows.groups == 0].all() == all_alike
        np.testing.assert_array_equal(learned.labels[rows.groups == 1], rows.labels[rows.groups == 1])


def test_the_group_in_between_and_rows_of_no_group_keep_labels_and_weight():
    rows = some_rows(groups=3)
    rows = TrainingRows(rows.labels, np.where(np.arange(600) < 50, -1, rows.groups), 2)
    learned, weights = Reduction(0.1).remade(rows)
    other = (rows.groups == 1) | (rows.groups == -1)
    np.testing.assert_array_equal(learned.labels[other], rows.labels[other])
    assert np.ptp(weights[other]) == 0 and np.ptp(weights) > 0


def test_of_several_labels_the_favourable_one_is_told_from_the_others():
    rows = TrainingRows(np.array([0, 2, 2, 1, 0, 0, 1, 1]), np.array([0, 0, 0, 0, 1, 1, 1, 1]), 3, favourable=0)
    learned, _ = Reduction(5.0).remade(rows)
    assert learned.labels.tolist() == [0, 0, 0, 0, 1, 1, 1, 1]


def test_attacked_labels_come_first_and_weights_follow_from_what_is_learned():
    rows = some_rows()
    flipped = LabelFlipping().remade(rows)[0]
    reduced, own = Reduction(0.1).remade(flipped)
    by_group = Reweighing().weigh(reduced)
    for order in ([LabelFlipping(), Reduction(0.1), Reweighing()], [Reweighing(), Reduction(0.1), LabelFlipping()]):
        learned, weights = remade(order, rows)
        np.testing.assert_array_equal(learned.labels, reduced.labels)
        np.testing.assert_allclose(weights, own * by_group / (own * by_group).mean(), rtol=1e-12)
    listed = tuple(ip.InterventionSection(name=name) for name in ("reweighing", "reduction", "label_flipping"))
    study = ip.Study(name="x", data=ip.DataSection(source="mortgage"), interventions=listed)
    assert list(factors(study).training) == ["label_flipping", "reduction", "reweighing"]


def two_levels(rows=3_000, seed=0):
    """A group that is told by a column and has fewer favourable labels."""
    chance = np.random.default_rng(seed)
    group = chance.random(rows) < 0.4
    columns = np.column_stack([chance.normal(size=(rows, 2)), group + 0.3 * chance.normal(size=rows)])
    favourable = chance.random(rows) < 1 / (1 + np.exp(-(1.5 * columns[:, 0] + np.where(group, -1.0, 1.0))))
    frame = pd.DataFrame(columns, columns=["x0", "x1", "x2"])
    return frame.assign(g=np.where(group, "b", "a"), y=favourable.astype(int))


TREES = {"factory": "sklearn.ensemble:HistGradientBoostingClassifier", "options": {"max_iter": 30}}


@pytest.mark.parametrize(
    ("kind", "model"),
    [("estimator", TREES), ("network", {"hidden": (), "steps": 150, "learning_rates": (0.3,)})],
    ids=["trees", "network"],
)
def test_the_gap_closes_as_the_multiplier_grows(kind, model):
    strengths = {"multiplier": (0.05, 0.2)}
    asked = ip.Study(
        name="two levels",
        members=3,
        draws=50,
        data=ip.DataSection(source="frame", label="y", favourable=1),
        groups=ip.GroupsSection(attributes={"g": ip.GroupSection()}, minimum_rows=20),
        model=ip.ModelSection(kind=kind, **model),
        interventions=(ip.InterventionSection(name="reduction", strengths=strengths),),
    )
    ready = prepare(asked, two_levels())
    shop, dataset, test = ready.training_setting(), ready.dataset, ready.design.split.test
    names = ("", "reduction multiplier=0.05", "reduction", "reduction multiplier=0.2")
    gaps = []
    for name in names:
        stack = more_members(shop, Treatment((name,) if name else ()), 0.3, [0])
        decided = ready.family.scores(stack, ready.encoded.matrix)[0].argmax(axis=1)[test]
        group = dataset.groupings["g"].codes[test]
        gaps.append(decided[group == 0].mean() - decided[group == 1].mean())
    assert gaps[0] > 0.25, "the case must have something to mitigate"
    assert gaps == sorted(gaps, reverse=True) and gaps[3] < gaps[0] - 0.15


@pytest.mark.slow
@pytest.mark.parametrize("apart", [True, False], ids=["groups at unlike levels", "groups alike"])
def test_its_positive_control_passes_where_there_is_a_gap_and_not_where_there_is_none(apart, tmp_path):
    asked = ip.Study(
        name="two levels",
        members=5,
        most_members=5,
        draws=50,
        data=ip.DataSection(source="frame", label="y", favourable=1),
        groups=ip.GroupsSection(attributes={"g": ip.GroupSection()}, minimum_rows=20),
        model=ip.ModelSection(kind="estimator", **TREES),
        interventions=(ip.InterventionSection(name="reduction", parameters={"multiplier": 0.2}),),
    )
    frame = two_levels(1_500) if apart else two_levels(1_500).assign(g=np.arange(1_500) % 2)
    (control,) = ip.run(asked, tmp_path, frame=frame.assign(g=frame.g.astype(str))).content["controls"]
    assert control["metric"].startswith("demographic_parity_difference")
    assert control["passed"] == apart, control["sentence"]
