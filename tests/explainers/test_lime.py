import numpy as np
import pytest
from jaxtyping import TypeCheckError
from scipy.special import expit
from scipy.stats import spearmanr
from sklearn.linear_model import Ridge

from interplay.arrays import Array, Float, Int
from interplay.errors import InterplayError
from interplay.explainers import lime, surrogates
from interplay.explainers.surrogates import Surrogates


def case(seed: int, samples: int = 800, features: int = 14) -> tuple[Int[Array, "point feature"], Int[Array, "..."]]:
    generator = np.random.default_rng(seed)
    return generator.integers(0, 4, (6, features)), generator.integers(0, 4, (samples, features))


def score(codes: Int[Array, "sample feature"], models: int = 3) -> Float[Array, "model sample"]:
    """Nonlinear scores with pairwise products."""
    weights = np.random.default_rng(99).normal(size=(models, codes.shape[1]))
    values = np.sin(codes * 1.7)
    return np.asarray(expit(weights @ (values * np.roll(values, 1, axis=1)).T + weights[:, ::-1] @ values.T))


def ridge(z: Float[Array, "..."], y: Float[Array, "..."], weights: Float[Array, "..."], penalty: float) -> Array:
    """Intercept first, by the normal equations of the extended design."""
    design = np.column_stack([np.ones(len(z)), z])
    punished = penalty * np.eye(design.shape[1])
    punished[0, 0] = 0.0
    return np.linalg.solve(design.T @ (design * weights[:, None]) + punished, design.T @ (weights * y))


def one_point(
    point: Int[Array, " feature"], pool: Int[Array, "sample feature"], y: Float[Array, " sample"], features: int
) -> tuple[Float[Array, " feature"], float]:
    z = (pool == point).astype(float)
    distance = np.linalg.norm(z - 1.0, axis=1)
    weights = np.sqrt(np.exp(-(distance**2) / (0.75 * np.sqrt(len(point))) ** 2))
    first = ridge(z, y, weights, 0.01)[1:]
    chosen = sorted(range(len(point)), key=lambda j: -abs(first[j]))[:features]
    second = ridge(z[:, chosen], y, weights, 1.0)
    coefficients = np.zeros(len(point))
    coefficients[chosen] = second[1:]
    return coefficients, float(second[0])


@pytest.mark.parametrize("features", [3, 10, 14, 20])
@pytest.mark.parametrize("with_own", [False, True])
def test_equals_the_normal_equations_of_one_point_and_model(features: int, with_own: bool) -> None:
    points, pool = case(1)
    scores, own = score(pool), score(points)
    found = lime.explain(points, pool, scores, features=features, point_scores=own if with_own else None)
    for model in range(3):
        for place, point in enumerate(points):
            rows = np.vstack([point, pool]) if with_own else pool
            y = np.append(own[model, place], scores[model]) if with_own else scores[model]
            coefficients, intercept = one_point(point, rows, y, features)
            np.testing.assert_allclose(found.coefficients[model, place], coefficients, atol=1e-9)
            assert found.intercepts[model, place] == pytest.approx(intercept, abs=1e-9)


def test_equals_scikit_learn_ridge() -> None:
    points, pool = case(2, features=5)
    scores = score(pool, 1)
    z = (pool == points[0]).astype(float)
    weights = np.exp(-(5 - z.sum(axis=1)) / (2 * 0.75**2 * 5))
    expected = Ridge(alpha=1.0).fit(z, scores[0], sample_weight=weights)
    found = lime.explain(points[:1], pool, scores)
    np.testing.assert_allclose(found.coefficients[0, 0], expected.coef_, atol=1e-9)
    assert found.intercepts[0, 0] == pytest.approx(expected.intercept_, abs=1e-9)
    inside = expected.score(z, scores[0], sample_weight=weights)
    assert surrogates.fidelity(found, points[:1], pool, scores).r_squared[0, 0] == pytest.approx(inside, abs=1e-9)


def test_single_precision_scores_are_enough() -> None:
    points, pool = case(3)
    double, single = score(pool), score(pool).astype(np.float32)
    first, second = lime.explain(points, pool, double), lime.explain(points, pool, single)
    np.testing.assert_allclose(first.coefficients, second.coefficients, atol=1e-6)


def test_models_and_points_do_not_leak_into_each_other() -> None:
    points, pool = case(4)
    scores = score(pool)
    together = lime.explain(points, pool, scores)
    alone = lime.explain(points[2:3], pool, scores[1:2])
    np.testing.assert_allclose(together.coefficients[1:2, 2:3], alone.coefficients, atol=1e-12)


def test_an_additive_model_has_its_closed_form() -> None:
    # Categories drawn evenly and a score that adds one effect per category: the coefficient of "same category as the
    # point" is its effect less the mean effect of the other categories.
    effects = np.array([[0.3, 0.0, -0.3], [0.1, 0.0, 0.05], [0.0, 0.0, 0.0]])
    generator = np.random.default_rng(5)
    pool, points = generator.integers(0, 3, (60_000, 3)), np.array([[0, 0, 0], [2, 1, 2]])
    found = lime.explain(points, pool, effects[np.arange(3), pool].sum(axis=1)[None])
    own = effects[np.arange(3), points]
    expected = own - (effects.sum(axis=1) - own) / 2
    np.testing.assert_allclose(found.coefficients[0], expected, atol=0.01)


def test_a_feature_that_never_varies_has_no_coefficient() -> None:
    points, pool = case(6, features=4)
    pool[:, 2], points[:, 2] = 1, np.array([1, 2, 1, 2, 1, 2])
    coefficients = lime.explain(points, pool, score(pool)).coefficients
    assert (coefficients[:, :, 2] == 0.0).all()
    assert (coefficients[:, :, [0, 1, 3]] != 0.0).all()


def test_fidelity_of_a_surrogate_that_is_exact_is_one_and_of_a_wrong_one_negative() -> None:
    points, fresh = case(7, features=4)
    coefficients = np.array([0.1, -0.2, 0.3, 0.0])
    scores = np.stack([0.4 + (fresh == points[0]) @ coefficients])
    exact = Surrogates(coefficients[None, None], np.array([[0.4]]), 1.5)
    wrong = Surrogates(-coefficients[None, None], np.array([[0.4]]), 1.5)
    assert surrogates.fidelity(exact, points[:1], fresh, scores).r_squared == pytest.approx(1.0)
    assert surrogates.fidelity(wrong, points[:1], fresh, scores).r_squared[0, 0] < 0.0


def test_fidelity_of_the_mean_is_zero() -> None:
    points, fresh = case(8, features=4)
    scores = score(fresh, 1)
    weights = np.exp(-(4 - (fresh == points[0]).sum(axis=1)) / (2 * 1.5**2))
    mean = Surrogates(np.zeros((1, 1, 4)), np.array([[np.average(scores[0], weights=weights)]]), 1.5)
    found = surrogates.fidelity(mean, points[:1], fresh, scores)
    assert found.defined.all()
    assert found.r_squared[0, 0] == pytest.approx(0.0, abs=1e-9)


def test_fidelity_on_fresh_samples_is_below_that_on_the_pool() -> None:
    points, pool = case(9, samples=150)
    _, fresh = case(10, samples=5000)
    local = lime.explain(points, pool, score(pool))
    flattering = surrogates.fidelity(local, points, pool, score(pool)).r_squared
    assert (surrogates.fidelity(local, points, fresh, score(fresh)).r_squared < flattering).mean() > 0.9


@pytest.mark.parametrize("level", [0.0, 1.0, 0.1])
def test_a_constant_score_is_explained_by_nothing_and_marked(level: float) -> None:
    points, pool = case(11)
    scores = np.vstack([score(pool, 2), np.full(len(pool), level)])
    local = lime.explain(points, pool, scores, point_scores=np.vstack([score(points, 2), np.full(6, level)]))
    assert (local.coefficients[2] == 0.0).all()
    np.testing.assert_allclose(local.intercepts[2], level, atol=1e-15)
    found = surrogates.fidelity(local, points, pool, scores)
    assert found.defined.tolist() == [[True] * 6, [True] * 6, [False] * 6]
    assert np.isfinite(found.r_squared).all()
    alike = surrogates.agreement(local, local)
    assert alike.defined.tolist() == found.defined.tolist()
    assert np.isfinite(alike.rank_correlation).all()


def test_agreement_is_spearman_over_the_features_in_use() -> None:
    generator = np.random.default_rng(12)
    first, second = generator.normal(size=(2, 4, 5, 12)).round(1)
    first[..., 8:], second[..., 6:] = 0.0, 0.0
    found = surrogates.agreement(*(Surrogates(values, np.zeros((4, 5)), 1.0) for values in (first, second)))
    for model in range(4):
        for point in range(5):
            one, two = np.abs(first[model, point]), np.abs(second[model, point])
            used = (one > 0) | (two > 0)
            expected = spearmanr(one[used], two[used]).statistic
            assert found.rank_correlation[model, point] == pytest.approx(expected, abs=1e-12)
            assert found.top_changed[model, point] == float(one.argmax() != two.argmax())
    assert found.defined.all()


def test_agreement_does_not_grow_with_columns_nobody_uses() -> None:
    first, second = np.random.default_rng(13).normal(size=(2, 1, 1, 6))
    narrow = surrogates.agreement(Surrogates(first, np.zeros((1, 1)), 1.0), Surrogates(second, np.zeros((1, 1)), 1.0))
    wide = [np.concatenate([values, np.zeros((1, 1, 30))], axis=2) for values in (first, second)]
    padded = surrogates.agreement(*(Surrogates(values, np.zeros((1, 1)), 1.0) for values in wide))
    assert padded.rank_correlation == pytest.approx(narrow.rank_correlation)


def test_larger_pools_agree_more() -> None:
    points, _ = case(14)
    found = []
    for samples in (200, 20_000):
        pools = [np.random.default_rng(seed).integers(0, 4, (samples, 14)) for seed in (15, 16)]
        found.append(surrogates.agreement(*(lime.explain(points, pool, score(pool)) for pool in pools)))
    assert found[1].rank_correlation.mean() > found[0].rank_correlation.mean() + 0.2
    assert found[1].top_changed.mean() < found[0].top_changed.mean()


def test_refuses_what_cannot_be_fitted() -> None:
    points, pool = case(17)
    scores = score(pool)
    # Where shapes are checked at run time, that check speaks first.
    with pytest.raises((InterplayError, TypeCheckError), match="matching features|Type-check"):
        lime.explain(points[:, :3], pool, scores)
    with pytest.raises((InterplayError, TypeCheckError), match="matching features|Type-check"):
        lime.explain(points, pool[:-1], scores)
    with pytest.raises(InterplayError, match="model 1 "):
        lime.explain(points, pool, np.where(np.arange(3)[:, None] == 1, np.nan, scores))
    with pytest.raises(InterplayError, match="wider kernel"):
        lime.explain(points, pool, scores, kernel_width=0.01)
