"""Auto-PGD against closed forms for linear functions, and against plain projected gradient descent on networks."""

import itertools
from collections.abc import Callable
from functools import cache

import jax
import numpy as np
import pytest

from interplay.arrays import Array
from interplay.attacks.apgd import apgd, checkpoints
from interplay.attacks.margin import margin
from interplay.attacks.pgd import Threat, pgd
from interplay.engine import jnp

WEIGHT = jnp.asarray([1.5, -2.0, 0.5, 3.0], jnp.float32)
MOVABLE = jnp.asarray([1.0, 1.0, 1.0, 0.0], jnp.float32)
COLUMNS, ROWS, STEPS, RADIUS = 10, 400, 20, 0.5

Loss = Callable[[jax.Array], jax.Array]


def _threat(bound: float = 100.0) -> Threat:
    return Threat(MOVABLE, jnp.full(4, -bound), jnp.full(4, bound))


def _run(
    attack: Callable[..., jax.Array],
    loss: Loss,
    rows: jax.Array,
    radius: jax.Array | float,
    threat: Threat,
    seed: int,
    steps: int,
    starts: int = 1,
) -> jax.Array:
    """Compiled as a whole, which is quicker here than operation by operation."""
    chance = jax.random.key(seed)
    return jax.jit(lambda x, key: attack(loss, x, radius, threat, key, steps, starts))(rows, chance)


def _inputs(seed: int, rows: int = 50, columns: int = 4) -> jax.Array:
    return jnp.asarray(np.random.default_rng(seed).normal(size=(rows, columns)), jnp.float32)


@pytest.mark.parametrize("steps", [1, 5, 20])
def test_worst_case_of_a_linear_function_is_the_closed_form(steps: int) -> None:
    x = _inputs(0)
    moved = _run(apgd, lambda z: -(z @ WEIGHT), x, 0.5, _threat(), 0, steps)
    expected = x @ WEIGHT - 0.5 * jnp.abs(WEIGHT * MOVABLE).sum()
    np.testing.assert_allclose(moved @ WEIGHT, expected, atol=1e-5)


def test_the_top_of_a_hill_inside_the_ball_is_found_closer_than_by_fixed_steps() -> None:
    x = _inputs(1)
    top = x + 0.3 * jnp.sin(jnp.arange(4.0)) * MOVABLE

    def far(attack: Callable[..., jax.Array]) -> float:
        moved = _run(attack, lambda z: -((z - top) ** 2).sum(axis=1), x, 0.7, _threat(), 0, 40)
        return float(jnp.abs(moved - top).max())

    assert far(apgd) < far(pgd)
    assert far(apgd) < 0.05


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("radius", [0.7, "own"])
def test_immovable_columns_bounds_and_radius_hold(seed: int, radius: float | str) -> None:
    x = _inputs(seed)
    reach = jnp.linspace(0.0, 1.5, len(x)) if radius == "own" else 0.7
    moved = _run(apgd, lambda z: jnp.sum(jnp.sin(5 * z), axis=1), x, reach, _threat(1.0), seed, 15, 3)
    np.testing.assert_array_equal(moved[:, 3], x[:, 3])
    assert bool((jnp.abs(moved - x) <= jnp.reshape(jnp.asarray(reach), (-1, 1)) + 1e-6).all())
    inside = np.abs(np.asarray(x)) <= 1.0
    assert np.all(np.abs(np.asarray(moved))[inside] <= 1.0 + 1e-6)


@pytest.mark.parametrize("steps", [1, 20])
def test_no_row_gets_a_smaller_loss(steps: int) -> None:
    x = _inputs(2, rows=200)
    loss: Loss = lambda z: jnp.sum(jnp.cos(9 * z), axis=1)  # noqa: E731
    before, after = loss(x), loss(_run(apgd, loss, x, 0.3, _threat(), 1, steps))
    assert bool((after >= before).all())
    flat = _run(apgd, lambda z: 0 * z[:, 0], x, 0.3, _threat(), 1, steps)
    np.testing.assert_array_equal(flat, x)


def test_rows_do_not_see_each_other_and_more_starts_do_not_hurt() -> None:
    x = _inputs(3, rows=60)
    loss: Loss = lambda z: jnp.sum(jnp.sin(4 * z), axis=1)  # noqa: E731
    whole = _run(apgd, loss, x, 0.8, _threat(), 2, 12)
    mixed = _run(apgd, lambda z: loss(z) * jnp.where(jnp.arange(60) < 30, 1.0, -7.0), x, 0.8, _threat(), 2, 12)
    np.testing.assert_allclose(mixed[:30], whole[:30], atol=1e-6)
    once, often = (loss(_run(apgd, loss, x, 0.8, _threat(), 4, 12, starts)).mean() for starts in (1, 6))
    assert often >= once


def test_works_under_jit_vmap_and_map() -> None:
    x = _inputs(4, rows=30)
    slopes = jnp.asarray(np.random.default_rng(5).normal(size=(3, 4)), jnp.float32)

    def attack(slope: jax.Array) -> jax.Array:
        return apgd(lambda z: jnp.tanh(z @ slope), x, 0.5, _threat(), jax.random.key(3), 8, 2)

    plain = jnp.stack([jax.jit(attack)(slope) for slope in slopes])
    for lifted in (jax.vmap(attack)(slopes), jax.jit(lambda s: jax.lax.map(attack, s))(slopes)):
        np.testing.assert_allclose(lifted, plain, atol=1e-5)


@pytest.mark.parametrize(
    ("steps", "expected"), [(100, [22, 41, 57, 70, 80, 87, 93, 99]), (20, [5, 9, 12, 14, 16, 18, 19, 20])]
)
def test_checkpoints_are_those_of_the_paper(steps: int, expected: list[int]) -> None:
    checks, lengths = checkpoints(steps)
    after = np.flatnonzero(checks) + 1
    assert after.tolist() == expected
    np.testing.assert_array_equal(lengths[checks], np.diff([0, *expected]))


Layers = tuple[tuple[jax.Array, jax.Array], ...]


def _logits(layers: Layers, inputs: jax.Array) -> jax.Array:
    for weight, bias in layers[:-1]:
        inputs = jax.nn.relu(inputs @ weight + bias)
    return inputs @ layers[-1][0] + layers[-1][1]


def _losses(layers: Layers, inputs: jax.Array, labels: Array) -> jax.Array:
    return -jnp.take_along_axis(jax.nn.log_softmax(_logits(layers, inputs)), labels[:, None], axis=1)[:, 0]


@cache
def _network() -> tuple[Layers, jax.Array, Array]:
    """A network trained until it is sure of most of its rows."""
    generator = np.random.default_rng(6)
    x = generator.normal(size=(ROWS, COLUMNS)).astype(np.float32)
    labels = (np.sin(2 * x[:, 0]) + x[:, 1] * x[:, 2] + 0.3 * x[:, 3:].sum(axis=1) > 0).astype(np.int32)
    widths = (COLUMNS, 32, 32, 2)
    layers: Layers = tuple(
        (jnp.asarray(generator.normal(size=(before, after)) * np.sqrt(2 / before), jnp.float32), jnp.zeros(after))
        for before, after in itertools.pairwise(widths)
    )

    @jax.jit
    def trained(start: Layers) -> Layers:
        slope = jax.grad(lambda one: _losses(one, x, labels).mean())

        def step(one: Layers, _: None) -> tuple[Layers, None]:
            return jax.tree.map(lambda value, pull: value - 0.5 * pull, one, slope(one)), None

        return jax.lax.scan(step, start, None, length=300)[0]

    return trained(layers), jnp.asarray(x), labels


def _scaled(layers: Layers, by: float) -> Layers:
    return (*layers[:-1], (layers[-1][0] * by, layers[-1][1] * by))


def _open() -> Threat:
    return Threat(jnp.ones(COLUMNS), jnp.full(COLUMNS, -10.0), jnp.full(COLUMNS, 10.0))


def test_on_a_trained_network_it_is_no_weaker_than_fixed_steps() -> None:
    parameters, x, labels = _network()
    assert float((_logits(parameters, x).argmax(axis=1) == labels).mean()) > 0.9
    for loss in (lambda z: _losses(parameters, z, labels), lambda z: margin(_logits(parameters, z), labels)):
        found = [loss(_run(attack, loss, x, RADIUS, _open(), 0, STEPS)) for attack in (apgd, pgd)]
        assert float(found[0].mean()) >= float(found[1].mean()) - 0.02
        assert float(found[0].mean()) > float(loss(x).mean()) + 0.5


def test_on_a_saturated_network_the_margin_breaks_rows_that_cross_entropy_leaves() -> None:
    parameters, x, labels = _network()
    sure = _scaled(parameters, 100.0)

    def right(attack: Callable[..., jax.Array], loss: Loss) -> float:
        moved = _run(attack, loss, x, RADIUS, _open(), 0, STEPS)
        return float((_logits(sure, moved).argmax(axis=1) == labels).mean())

    by_cross_entropy = right(pgd, lambda z: _losses(sure, z, labels))
    by_margin = right(apgd, lambda z: margin(_logits(sure, z), labels))
    plain = right(apgd, lambda z: margin(_logits(parameters, z), labels))
    assert by_margin < by_cross_entropy - 0.05
    assert by_margin == pytest.approx(plain, abs=0.01)
