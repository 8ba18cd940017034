"""Explanations by gradients and by Shapley values against closed forms, counting, and the promise to add up to the score."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import permutations

import numpy as np
import pytest

from interplay.arrays import Array, Float
from interplay.explainers.gradients import AT_ONCE, gradient_times_input, integrated_gradients
from interplay.explainers.outputs import Outputs, Points
from interplay.explainers.shapley import shapley_values
from interplay.explainers.surrogates import Surrogates

SPANS = (slice(0, 1), slice(1, 3), slice(3, 4))
"""Three features, of which the second has two columns."""


@dataclass(frozen=True, eq=False)
class Function(Outputs):
    """Any function of columns, with its gradient."""

    function: Callable[[Float[Array, "row column"]], Float[Array, " row"]]
    slope: Callable[[Float[Array, "row column"]], Float[Array, "row column"]]

    def values(self, points: Points) -> Float[Array, "output row"]:
        return self.at(points.columns)

    def at(self, columns: Float[Array, "row column"]) -> Float[Array, "output row"]:
        return self.function(columns)[None]

    def gradients(self, columns: Float[Array, "row column"]) -> Float[Array, "output row column"]:
        return self.slope(columns)[None]


LINE = np.array([1.0, -2.0, 0.5, 3.0])
LINEAR = Function(lambda x: x @ LINE, lambda x: np.broadcast_to(LINE, x.shape))
PRODUCT = Function(
    lambda x: x[:, 0] * x[:, 3] + x[:, 1] ** 2,
    lambda x: np.stack([x[:, 3], 2 * x[:, 1], 0 * x[:, 2], x[:, 0]], axis=1),
)
ROWS = np.random.default_rng(3).normal(size=(AT_ONCE // 8 + 3, 4))
OWN = Points(np.zeros((len(ROWS), 3), dtype=int), ROWS, SPANS)
BASELINE = np.array([0.5, 1.0, -1.0, 0.0])
AVERAGE = Points(np.zeros((1, 3), dtype=int), BASELINE[None], SPANS)


def by_feature(columns: Float[Array, "row column"]) -> Float[Array, "row feature"]:
    return np.stack([columns[:, span].sum(axis=1) for span in SPANS], axis=1)


EXPLAINERS: dict[str, Callable[[Outputs], Surrogates]] = {
    "integrated gradients": lambda outputs: integrated_gradients(outputs, OWN, BASELINE, 8),
    "gradient times input": lambda outputs: gradient_times_input(outputs, OWN, BASELINE),
    "shapley values": lambda outputs: shapley_values(outputs, OWN, AVERAGE, 1, np.random.default_rng(0)),
}


@pytest.mark.parametrize("explain", EXPLAINERS.values(), ids=EXPLAINERS)
def test_a_line_is_explained_by_its_slopes(explain: Callable[[Outputs], Surrogates]) -> None:
    local = explain(LINEAR)
    np.testing.assert_allclose(local.coefficients[0], by_feature((ROWS - BASELINE) * LINE), atol=1e-12)
    np.testing.assert_allclose(local.intercepts[0], BASELINE @ LINE, atol=1e-12)


@pytest.mark.parametrize("name", ["integrated gradients", "shapley values"])
def test_complete_explanations_add_up_to_the_output(name: str) -> None:
    np.testing.assert_allclose(EXPLAINERS[name](PRODUCT).values, PRODUCT.values(OWN), atol=1e-12)


def test_integrated_gradients_of_a_product_in_closed_form() -> None:
    # From 0 to (a, b) both have half of a * b; a square has its own difference.
    local = integrated_gradients(PRODUCT, OWN, np.zeros(4), 2)
    half = ROWS[:, 0] * ROWS[:, 3] / 2
    np.testing.assert_allclose(local.coefficients[0], np.stack([half, ROWS[:, 1] ** 2, half], axis=1), atol=1e-12)


def test_the_tangent_is_not_complete() -> None:
    local = gradient_times_input(PRODUCT, OWN, np.zeros(4))
    both = ROWS[:, 0] * ROWS[:, 3]
    np.testing.assert_allclose(local.coefficients[0, :, [0, 2]], np.stack([both, both]), atol=1e-12)
    np.testing.assert_allclose(local.intercepts[0], -both - ROWS[:, 1] ** 2, atol=1e-12)


def test_shapley_values_against_all_orders() -> None:
    background = np.random.default_rng(5).normal(size=(400, 4))
    few = Points(OWN.bins[:3], ROWS[:3], SPANS)
    local = shapley_values(
        PRODUCT, few, Points(np.zeros((400, 3), dtype=int), background, SPANS), 4_000, np.random.default_rng(1)
    )
    exact = np.zeros((3, 3))
    for order in permutations(range(3)):
        mixed = np.repeat(background[None], 3, axis=0)
        before = PRODUCT.at(mixed.reshape(-1, 4)).reshape(3, -1).mean(axis=1)
        for feature in order:
            mixed[:, :, SPANS[feature]] = few.columns[:, None, SPANS[feature]]
            after = PRODUCT.at(mixed.reshape(-1, 4)).reshape(3, -1).mean(axis=1)
            exact[:, feature] += (after - before) / 6
            before = after
    np.testing.assert_allclose(local.coefficients[0], exact, atol=0.06)
    np.testing.assert_allclose(local.intercepts[0], PRODUCT.at(background).mean(), atol=1e-12)
    np.testing.assert_allclose(local.values, PRODUCT.at(few.columns), atol=1e-12)


def test_an_order_and_the_opposite_one_are_enough_where_features_act_in_pairs() -> None:
    # With one background row nothing but the order is drawn.
    local = shapley_values(PRODUCT, OWN, Points(AVERAGE.bins, np.zeros((1, 4)), SPANS), 1, np.random.default_rng(2))
    half = ROWS[:, 0] * ROWS[:, 3] / 2
    np.testing.assert_allclose(local.coefficients[0], np.stack([half, ROWS[:, 1] ** 2, half], axis=1), atol=1e-12)


def test_a_feature_that_nothing_depends_on_has_no_part() -> None:
    only_first = Function(lambda x: x[:, 0] ** 3, lambda x: np.stack([3 * x[:, 0] ** 2, *([0 * x[:, 0]] * 3)], axis=1))
    for explain in EXPLAINERS.values():
        np.testing.assert_allclose(explain(only_first).coefficients[0, :, 1:], 0.0, atol=1e-12)


def test_outputs_without_gradients_say_so() -> None:
    class Step(Outputs):
        def values(self, points: Points) -> Float[Array, "output row"]:
            return self.at(points.columns)

        def at(self, columns: Float[Array, "row column"]) -> Float[Array, "output row"]:
            return (columns[:, 0] > 0)[None].astype(float)

    with pytest.raises(NotImplementedError, match="Step has no gradients"):
        integrated_gradients(Step(), OWN, BASELINE, 4)
