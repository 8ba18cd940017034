"""Exact worst cases of trees: against enumeration, against the libraries' own scores, and what the search finds of them."""

import itertools

import numpy as np
import pytest
from sklearn.ensemble import (
    AdaBoostClassifier,
    ExtraTreesClassifier,
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
)
from sklearn.tree import DecisionTreeClassifier

from interplay.attacks.exact_trees import worst_case
from interplay.attacks.pgd import Threat, Whole
from interplay.attacks.reach import Reach
from interplay.attacks.trees import Tree, TreeEnsemble
from interplay.engine import jnp
from interplay.families.estimator.public_trees import tells, trees_of

RADIUS = 0.3


def some_rows(rows=400, columns=3, seed=0):
    chance = np.random.default_rng(seed)
    inputs = chance.normal(size=(rows, columns)).astype(np.float32)
    score = inputs[:, 0] + inputs[:, 1] * inputs[:, 2] + 0.5 * chance.normal(size=rows)
    return inputs, (score > 0).astype(int)


def grown(chance, columns, depth):
    """A tree of random decisions and values."""
    nodes = 2 ** (depth + 1) - 1
    left = np.array([2 * at + 1 if 2 * at + 2 < nodes else -1 for at in range(nodes)])
    feature, threshold = chance.integers(columns, size=nodes), np.round(chance.normal(size=nodes), 1)
    return Tree(feature, threshold, left, np.where(left >= 0, left + 1, -1), chance.normal(size=nodes))


def wall(columns, grid=None):
    return Threat(jnp.ones(columns), jnp.full(columns, -9.0), jnp.full(columns, 9.0), grid=grid)


@pytest.mark.parametrize("strict", [True, False])
@pytest.mark.parametrize("seed", range(6))
def test_it_is_the_best_of_all_rows_that_trees_can_tell_apart(seed, strict):
    chance = np.random.default_rng(seed)
    ensemble = TreeEnsemble(tuple(grown(chance, 3, 3) for _ in range(4)), strict)
    row = np.round(chance.normal(size=3), 1).astype(np.float32)  # at thresholds, too
    reach = Reach(row[None], wall(3), 0.8)
    values = reach.values(0, reach.beside(ensemble.thresholds))
    every = np.array(list(itertools.product(*(values.get(column, row[[column]]) for column in range(3)))))
    fine = np.linspace(row - 0.8, row + 0.8, 33).astype(np.float32)
    grid = np.array(list(itertools.product(*fine.T)))
    for sign in (1, -1):
        found = worst_case(ensemble, row, values, sign)
        assert np.abs(found.row - row).max() <= 0.8 + 1e-6
        best = (sign * ensemble.sums(every)).min()
        assert sign * found.total == pytest.approx(best, abs=1e-9)
        assert best <= (sign * ensemble.sums(grid)).min() + 1e-9, "no other row of the box is worse"


def test_whole_numbers_stay_whole_and_the_worst_of_them_is_found():
    grid = Whole(
        *(jnp.array([own, False]) for own in (True,)),
        *(jnp.array(own) for own in ([40.0, 0.0], [10.0, 1.0], [False, False])),
    )
    chance = np.random.default_rng(0)
    for _ in range(8):
        ensemble = TreeEnsemble(tuple(grown(chance, 2, 3) for _ in range(3)), strict=True)
        years = int(chance.integers(30, 50))
        row = np.array([(years - 40) / 10, 0.1], dtype=np.float32)
        reach = Reach(row[None], wall(2, grid), 0.75)
        values = reach.values(0, reach.beside(ensemble.thresholds))
        allowed = (np.arange(years - 7, years + 8) - 40) / 10
        tried = np.array(list(itertools.product(allowed, values.get(1, row[[1]]))), dtype=np.float32)
        found = worst_case(ensemble, row, values, 1)
        np.testing.assert_allclose(found.row[0] * 10, np.round(found.row[0] * 10), atol=1e-4)
        assert found.total == pytest.approx(ensemble.sums(tried).min(), abs=1e-9)


def test_of_stumps_that_only_rise_it_is_the_corner():
    def stump(column, cut):
        return Tree(
            np.full(3, column),
            np.array([cut, 0, 0]),
            np.array([1, -1, -1]),
            np.array([2, -1, -1]),
            np.array([0, 0.0, 1.0]),
        )

    ensemble = TreeEnsemble(tuple(stump(at, cut) for at in range(4) for cut in np.linspace(-2, 2, 41)), strict=True)
    inputs = np.random.default_rng(0).normal(size=(20, 4)).astype(np.float32)
    reach = Reach(inputs, wall(4), 0.5)
    for at, row in enumerate(inputs):
        for sign in (1, -1):
            corner = ensemble.sums((row - sign * np.float32(0.5))[None])[0]
            assert worst_case(
                ensemble, row, reach.values(at, reach.beside(ensemble.thresholds)), sign
            ).total == pytest.approx(corner)


def boosted(name):
    library = pytest.importorskip(name)
    if name == "xgboost":
        return library.XGBClassifier(n_estimators=60, max_depth=4, n_jobs=1)
    return library.LGBMClassifier(n_estimators=60, verbosity=-1, n_jobs=1)


MODELS = {
    "xgboost": lambda: boosted("xgboost"),
    "lightgbm": lambda: boosted("lightgbm"),
    "forest": lambda: RandomForestClassifier(20, random_state=0),
    "extra trees": lambda: ExtraTreesClassifier(20, random_state=0),
    "gradient boosting": lambda: GradientBoostingClassifier(n_estimators=30),
    "a tree": lambda: DecisionTreeClassifier(random_state=0),
}


def odds(model, rows):
    if hasattr(model, "get_booster"):
        return model.predict(rows, output_margin=True)
    if hasattr(model, "booster_"):
        return model.booster_.predict(rows, raw_score=True)
    return model.decision_function(rows) if hasattr(model, "decision_function") else model.predict_proba(rows)[:, 1]


@pytest.mark.parametrize("name", MODELS)
def test_trees_are_those_of_the_library(name):
    inputs, labels = some_rows()
    model = MODELS[name]().fit(inputs, labels)
    ensemble, unseen = trees_of(model), some_rows(seed=1)[0]
    assert ensemble is not None
    sums, own = ensemble.sums(unseen), odds(model, unseen)
    slope, _ = np.polyfit(sums, own, 1)
    assert slope > 0 and np.abs(own - np.polyval(np.polyfit(sums, own, 1), sums)).max() < 1e-4
    assert tells(ensemble, own, unseen)
    shifted = TreeEnsemble(ensemble.trees[:-1] or (grown(np.random.default_rng(0), 3, 2),), ensemble.strict)
    assert not tells(shifted, own, unseen) or name == "a forest", "a tree that is missing is noticed"


def test_trees_that_are_not_public_or_are_more_than_a_sum_are_not_taken():
    inputs, labels = some_rows()
    assert trees_of(HistGradientBoostingClassifier(max_iter=5).fit(inputs, labels)) is None
    votes = AdaBoostClassifier(DecisionTreeClassifier(max_depth=2), n_estimators=20, random_state=0).fit(inputs, labels)
    told = trees_of(votes)
    assert told is None or not tells(told, votes.decision_function(inputs), inputs)
    three = np.digitize(inputs[:, 0], [-0.5, 0.5])
    assert trees_of(boosted("xgboost").fit(inputs, three)) is None
    assert trees_of(boosted("lightgbm").fit(inputs, three)) is None


@pytest.mark.parametrize("name", ["xgboost", "lightgbm"])
def test_no_row_that_is_tried_by_lot_is_worse(name):
    inputs, labels = some_rows(columns=5)
    model = MODELS[name]().fit(inputs, labels)
    ensemble, chance = trees_of(model), np.random.default_rng(0)
    reach = Reach(inputs[:15], wall(5), RADIUS)
    for at, row in enumerate(inputs[:15]):
        found = worst_case(ensemble, row, reach.values(at, reach.beside(ensemble.thresholds)), 1)
        lot = (row + RADIUS * (2 * chance.random((500, 5)) - 1)).astype(np.float32)
        own = odds(model, np.concatenate([found.row[None], row[None], lot]).astype(np.float32))
        assert own[0] <= own.min() + 1e-5
