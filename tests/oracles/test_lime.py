"""The LIME explainer against the `lime` package of its authors."""

import numpy as np
import pytest
from scipy.special import expit
from scipy.stats import ks_2samp

from interplay.arrays import Array, Bool, Float
from interplay.explainers import lime as ours
from interplay.explainers.perturbations import fit

lime_tabular = pytest.importorskip("lime.lime_tabular")
pytestmark = pytest.mark.oracles

CATEGORICAL = np.arange(12) >= 8
SAMPLES = 5000


def training(rows: int = 1500) -> Float[Array, "row feature"]:
    generator = np.random.default_rng(0)
    numeric = generator.normal(size=(rows, 8)) @ generator.normal(size=(8, 8)) / 2
    numeric[:, 1] = np.exp(numeric[:, 1])
    return np.column_stack([numeric, generator.integers(0, 4, (rows, 4))])


def probabilities(raw: Float[Array, "row feature"]) -> Float[Array, "row label"]:
    """A known nonlinear scorer: products, a step and a categorical effect."""
    margin = 1.5 * raw[:, 0] - raw[:, 2] * raw[:, 3] + 2.0 * (raw[:, 1] > 1.0) + np.sin(2 * raw[:, 4])
    margin += np.array([0.0, 1.5, -1.0, 0.5])[raw[:, 8].astype(int)] * (raw[:, 9] != 2)
    return np.column_stack([expit(-margin), expit(margin)])


def theirs(train: Float[Array, "row feature"], seed: int, categorical: Bool[Array, " feature"] = CATEGORICAL) -> object:
    return lime_tabular.LimeTabularExplainer(
        train,
        categorical_features=list(np.flatnonzero(categorical)),
        feature_selection="highest_weights",
        random_state=seed,
    )


def their_coefficients(explainer: object, points: Float[Array, "point feature"]) -> Float[Array, "point feature"]:
    found = np.zeros(points.shape)
    for place, point in enumerate(points):
        explanation = explainer.explain_instance(point, probabilities, num_features=10, num_samples=SAMPLES)  # type: ignore[attr-defined]
        for feature, coefficient in explanation.as_map()[1]:
            found[place, feature] = coefficient
    return found


def our_coefficients(
    train: Float[Array, "row feature"], points: Float[Array, "point feature"], seed: int
) -> Float[Array, "point feature"]:
    discretizer = fit(train, CATEGORICAL)
    pool = discretizer.draw(SAMPLES - 1, np.random.default_rng(seed))
    return np.asarray(
        ours.explain(
            discretizer.codes(points),
            pool.bins,
            probabilities(pool.raw)[None, :, 1],
            point_scores=probabilities(points)[None, :, 1],
        ).coefficients[0]
    )


def rms(values: Float[Array, "point feature"]) -> float:
    return float(np.sqrt((values**2).mean()))


def test_differs_from_lime_no_more_than_lime_from_itself() -> None:
    train = training()
    points = train[:60]
    first, again = (their_coefficients(theirs(train, seed), points) for seed in (1, 2))
    noise = rms(first - again)
    # One pool is shared by all points, so its error does not average out over points: several pools are compared.
    distances = [rms(first - our_coefficients(train, points, seed)) for seed in range(5)]
    assert float(np.mean(distances)) <= 1.3 * noise
    mean = np.mean([our_coefficients(train, points, seed) for seed in range(20)], axis=0)
    assert rms((first + again) / 2 - mean) <= noise
    assert rms(first) > 4 * noise


def test_is_the_same_estimator_on_the_same_samples() -> None:
    train = training()
    explainer = theirs(train, 3)
    discretizer = fit(train, CATEGORICAL)
    for point in train[100:110]:
        asked: list[Float[Array, "sample feature"]] = []

        def spy(raw: Float[Array, "sample feature"], asked: list[Array] = asked) -> Float[Array, "sample label"]:
            asked.append(raw.copy())
            return probabilities(raw)

        explanation = explainer.explain_instance(point, spy, num_features=10, num_samples=SAMPLES)  # type: ignore[attr-defined]
        own, samples = asked[0][:1], asked[0][1:]
        found = ours.explain(
            discretizer.codes(own),
            discretizer.codes(samples),
            probabilities(samples)[None, :, 1],
            point_scores=probabilities(own)[None, :, 1],
        )
        expected = np.zeros(len(point))
        for feature, coefficient in explanation.as_map()[1]:
            expected[feature] = coefficient
        np.testing.assert_allclose(found.coefficients[0, 0], expected, atol=1e-8)
        assert found.intercepts[0, 0] == pytest.approx(explanation.intercept[1], abs=1e-8)


def test_draws_from_the_distribution_lime_draws_from() -> None:
    train = training()
    asked: list[Float[Array, "sample feature"]] = []

    def spy(raw: Float[Array, "sample feature"]) -> Float[Array, "sample label"]:
        asked.append(raw.copy())
        return probabilities(raw)

    theirs(train, 4).explain_instance(train[0], spy, num_samples=40_000)  # type: ignore[attr-defined]
    pool = fit(train, CATEGORICAL).draw(40_000, np.random.default_rng(5))
    for feature in range(8):
        assert ks_2samp(pool.raw[:, feature], asked[0][:, feature]).pvalue > 0.001
    for feature in range(8, 12):
        shares = [np.bincount(raw[:, feature].astype(int), minlength=4) / 40_000 for raw in (pool.raw, asked[0])]
        np.testing.assert_allclose(shares[0], shares[1], atol=0.012)


def test_order_and_sign_of_a_linear_model_agree() -> None:
    train = training()
    effects = np.array([0.3, -0.2, 0.1, -0.05])
    points = train[:10].copy()
    points[:, 8:] = 1

    def linear(raw: Float[Array, "row feature"]) -> Float[Array, "row label"]:
        favourable = 0.4 + (raw[:, 8:] == 1) @ effects
        return np.column_stack([1 - favourable, favourable])

    discretizer = fit(train, CATEGORICAL)
    pool = discretizer.draw(SAMPLES, np.random.default_rng(6))
    found = ours.explain(discretizer.codes(points), pool.bins, linear(pool.raw)[None, :, 1]).coefficients[0]
    np.testing.assert_allclose(found[:, 8:], np.tile(effects, (10, 1)), atol=0.005)
    assert np.abs(found[:, :8]).max() < 0.005
    explanation = theirs(train, 7).explain_instance(points[0], linear, num_samples=SAMPLES)  # type: ignore[attr-defined]
    assert [feature for feature, _ in explanation.as_map()[1][:4]] == list(8 + np.argsort(-np.abs(found[0, 8:])))
