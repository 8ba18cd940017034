import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from interplay.arrays import Array, Bool, Float
from interplay.attacks import rmia
from interplay.errors import InterplayError


def halves(generator: np.random.Generator, members: int, rows: int) -> Bool[Array, "member row"]:
    return np.asarray(generator.random((members, rows)) < 0.5)


def fleet(
    generator: np.random.Generator, inside: Bool[Array, "member row"], gain: float = 0.0, others: int = 300
) -> tuple[Float[Array, "member row"], Float[Array, "member other"]]:
    """Log-probabilities of rows of different difficulty, higher by `gain` in log-odds where a member trained on them."""
    members, rows = inside.shape
    odds = generator.normal(0.0, 3.0, rows) + generator.normal(size=inside.shape) + gain * inside
    unseen = generator.normal(0.0, 3.0, others) + generator.normal(size=(members, others))
    return -np.logaddexp(0.0, -odds), -np.logaddexp(0.0, -unseen)


def area(found: rmia.RmiaScores, inside: Bool[Array, "member row"]) -> float:
    return float(roc_auc_score(inside[found.scored], found.scores[found.scored]))


def reference(
    logs: Float[Array, "member row"], inside: Bool[Array, "member row"], population: Array, at_least: float
) -> rmia.RmiaScores:
    """The paper's formulas target by target, row by row and population row by population row."""
    members, rows = logs.shape
    scores, scored = np.zeros(logs.shape), np.zeros(logs.shape, dtype=bool)
    for target in range(members):
        others = [member for member in range(members) if member != target]
        for row in range(rows):
            sides = [
                [np.exp(logs[member, row]) for member in others if inside[member, row] == side]
                for side in (True, False)
            ]
            if not all(sides):
                continue
            ratio = np.exp(logs[target, row]) / np.mean([np.mean(side) for side in sides])
            beaten = 0
            for other in range(population.shape[1]):
                expected = np.mean([np.exp(population[member, other]) for member in others])
                beaten += ratio / (np.exp(population[target, other]) / expected) >= at_least
            scores[target, row], scored[target, row] = beaten / population.shape[1], True
    return rmia.RmiaScores(scores, scored)


@pytest.mark.parametrize(("members", "at_least"), [(3, 1.0), (5, 1.0), (8, 1.5), (8, 0.8)])
def test_equals_the_loop_over_targets_rows_and_population(members: int, at_least: float) -> None:
    generator = np.random.default_rng(members)
    inside = halves(generator, members, 20)
    logs, population = fleet(generator, inside, gain=1.0, others=15)
    found = rmia.scores(logs, inside, population, at_least)
    expected = reference(logs, inside, population, at_least)
    np.testing.assert_array_equal(found.scored, expected.scored)
    np.testing.assert_allclose(found.scores, expected.scores, atol=1e-12)
    assert found.scores.dtype == np.float64


def test_the_target_says_nothing_about_itself() -> None:
    generator = np.random.default_rng(1)
    inside = halves(generator, 8, 30)
    logs, population = fleet(generator, inside)
    flipped = inside.copy()
    flipped[3] = ~flipped[3]
    before, after = rmia.scores(logs, inside, population), rmia.scores(logs, flipped, population)
    np.testing.assert_array_equal(before.scores[3], after.scores[3])
    np.testing.assert_array_equal(before.scored[3], after.scored[3])


def test_a_memorising_fleet_is_found_where_the_loss_alone_finds_little() -> None:
    generator = np.random.default_rng(2)
    inside = halves(generator, 16, 1500)
    logs, population = fleet(generator, inside, gain=1.5)
    assert area(rmia.scores(logs, inside, population), inside) > 0.75
    assert roc_auc_score(inside.ravel(), logs.ravel()) < 0.65


@pytest.mark.parametrize("at_least", [1.0, 2.0])
def test_rows_that_no_member_trained_on_give_chance(at_least: float) -> None:
    generator = np.random.default_rng(3)
    areas = []
    for _ in range(20):
        pretended = halves(generator, 16, 1000)
        logs, population = fleet(generator, pretended)
        areas.append(area(rmia.scores(logs, pretended, population, at_least), pretended))
    assert abs(np.mean(areas) - 0.5) < max(3 * np.std(areas, ddof=1) / np.sqrt(20), 0.002)


def test_members_of_different_scale_are_pooled() -> None:
    generator = np.random.default_rng(4)
    inside = halves(generator, 12, 800)
    logs, population = fleet(generator, inside)
    scale = np.geomspace(0.5, 2.0, 12)[:, None]
    means = rmia.scores(logs * scale, inside, population * scale).scores.mean(axis=1)
    np.testing.assert_allclose(means, 0.5, atol=0.05)


@pytest.mark.parametrize("logs", [np.full(40, -0.1), np.linspace(-3.0, -1e-9, 40)])
def test_models_that_are_all_alike_are_a_tie(logs: Float[Array, " row"]) -> None:
    inside = halves(np.random.default_rng(5), 8, 40)
    found = rmia.scores(np.tile(logs, (8, 1)), inside, np.tile(np.linspace(-2.0, -0.1, 7), (8, 1)))
    assert (found.scores[found.scored] == 1.0).all()
    assert area(found, inside) == 0.5


def test_models_that_predict_one_constant_each_stay_at_chance() -> None:
    generator = np.random.default_rng(6)
    inside, labels = halves(generator, 16, 2000), generator.random(2000) < 0.3
    odds = generator.normal(2.0, 1.0, (16, 1))
    logs = -np.logaddexp(0.0, np.where(labels, -odds, odds))
    unseen = -np.logaddexp(0.0, np.where(generator.random(500) < 0.3, -odds, odds))
    assert area(rmia.scores(logs, inside, unseen), inside) == pytest.approx(0.5, abs=0.03)


def test_order_of_members_and_rows_does_not_matter() -> None:
    generator = np.random.default_rng(7)
    inside = halves(generator, 9, 200)
    logs, population = fleet(generator, inside, gain=0.5)
    found = rmia.scores(logs, inside, population)
    order, rows, others = generator.permutation(9), generator.permutation(200), generator.permutation(300)
    moved = rmia.scores(logs[order][:, rows], inside[order][:, rows], population[order][:, others])
    np.testing.assert_array_equal(moved.scored, found.scored[order][:, rows])
    np.testing.assert_allclose(moved.scores, found.scores[order][:, rows], atol=1e-12)


def test_a_row_without_references_on_both_sides_is_not_scored() -> None:
    logs = -(np.arange(12.0).reshape(4, 3) ** 2) / 10
    inside = np.array([[True, True, True], [False, True, True], [False, True, False], [False, True, True]])
    found = rmia.scores(logs, inside, -np.ones((4, 5)))
    assert found.scored[:, 0].tolist() == [False, True, True, True]
    assert not found.scored[:, 1].any()
    assert (found.scores[~found.scored] == 0.0).all()


@pytest.mark.parametrize("members", [1, 2])
def test_too_few_members_score_nothing(members: int) -> None:
    generator = np.random.default_rng(8)
    inside = halves(generator, members, 20)
    found = rmia.scores(fleet(generator, inside)[0], inside, -np.ones((members, 4)))
    assert not found.scored.any()
    assert (found.scores == 0.0).all()


@pytest.mark.parametrize("bad", [np.nan, -np.inf])
def test_a_member_without_finite_log_probabilities_is_left_out(bad: float) -> None:
    generator = np.random.default_rng(9)
    inside = halves(generator, 7, 50)
    logs, population = fleet(generator, inside)
    expected = rmia.scores(logs, inside, population)
    found = rmia.scores(
        np.vstack([np.full(50, bad), logs]),
        np.vstack([inside[:1], inside]),
        np.vstack([np.full(300, bad), population]),
    )
    assert not found.scored[0].any()
    np.testing.assert_array_equal(found.scored[1:], expected.scored)
    np.testing.assert_allclose(found.scores[1:], expected.scores, atol=1e-12)


def test_a_target_without_population_is_not_scored_and_stays_a_reference() -> None:
    generator = np.random.default_rng(10)
    inside = halves(generator, 6, 40)
    logs, population = fleet(generator, inside)
    expected = rmia.scores(logs, inside, population)
    blind = population.copy()
    blind[2] = np.nan
    blind[:, 0] = np.nan
    found = rmia.scores(logs, inside, blind)
    assert not found.scored[2].any()
    rest = np.arange(6) != 2
    np.testing.assert_array_equal(found.scored[rest], expected.scored[rest])


def test_probabilities_that_round_to_zero_or_one_are_compared_in_logs() -> None:
    logs = np.array([[-1e-3], [-900.0], [-1200.0], [-2000.0], [-1500.0]])
    inside = np.array([[True], [True], [False], [True], [False]])
    found = rmia.scores(logs, inside, np.tile([-1.0, -2.0, -3.0], (5, 1)))
    assert found.scored.all()
    assert found.scores.ravel().tolist() == [1.0, 0.0, 0.0, 0.0, 0.0]


@pytest.mark.parametrize(("others", "at_least"), [(0, 1.0), (3, 0.0), (3, float("nan"))])
def test_an_empty_population_or_a_ratio_of_zero_is_refused(others: int, at_least: float) -> None:
    with pytest.raises(InterplayError, match="population rows, and a ratio above 0"):
        rmia.scores(-np.ones((3, 4)), np.eye(3, 4) > 0, -np.ones((3, others)), at_least)
