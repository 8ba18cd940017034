"""Auto-PGD: projected gradient ascent with momentum that chooses its own step sizes."""

import itertools
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from interplay.acceleration.threefry import uniform
from interplay.arrays import Array, Bool, Int
from interplay.attacks.pgd import Threat, farthest, project
from interplay.engine import jax, jnp

MOMENTUM = 0.75
"""The share of a new step in the move; the rest is what the previous move was (Croce and Hein, 2020)."""
ENOUGH_RISES = 0.75
"""A row whose loss rose in a smaller share of the steps since the last checkpoint has its step size halved."""


class _Climb(NamedTuple):
    """Where every row stands: inputs and slopes (row, column), the rest one value per row."""

    inputs: jax.Array
    previous: jax.Array
    worth: jax.Array
    slope: jax.Array
    best: jax.Array
    best_worth: jax.Array
    best_slope: jax.Array
    step_size: jax.Array
    rises: jax.Array
    halved: jax.Array
    """Whether the step size was halved at the last checkpoint."""
    checked_worth: jax.Array
    """The best loss at the last checkpoint."""


def apgd(
    loss: Callable[[jax.Array], jax.Array],
    origin: jax.Array,
    radius: jax.Array | float,
    threat: Threat,
    key: jax.Array,
    steps: int,
    restarts: int = 1,
) -> jax.Array:
    """The rows with the largest loss found by projected gradient ascent with adaptive steps.

    argmax over x within `radius` of `origin` (largest absolute change of a movable column) of loss(x), searched by
    x[k + 1] = project(x[k] + 0.75 * (z - x[k]) + 0.25 * (x[k] - x[k - 1])), z = project(x[k] + step_size * sign(slope))

    The step size starts at 2 * radius, times the largest `movable` of the threat. At checkpoints (after 22 % of the
    steps, then ever more often) it is halved for a row whose loss rose in fewer than 75 % of the steps since the last
    one, or whose best loss and step size are still those of the last one; the row then goes on from its best point,
    without momentum. Arguments are those of `pgd`:
    `loss` maps inputs (row, column) to one loss per row, each of which depends on its own row only; `radius` is one
    number or one per row, in the unit of the encoded columns; `restarts` random starts. A larger loss is a stronger
    attack; no row comes back with a smaller loss than its own.

    Reference: Croce and Hein (2020), Algorithm 1, for the largest absolute change.

    Example:
        >>> wall = Threat(jnp.array([1.0, 0.0]), jnp.full(2, -9.0), jnp.full(2, 9.0))
        >>> apgd(lambda x: x.sum(axis=1), jnp.zeros((1, 2)), 0.5, wall, jax.random.key(0), steps=5).tolist()
        [[0.5, 0.0]]

    Does not show: that no adversarial row exists; a stronger attack may find one.
    """
    reach = jnp.broadcast_to(jnp.asarray(radius, dtype=origin.dtype), origin.shape[:1])
    widest = reach * farthest(threat)
    checks, lengths = checkpoints(steps)
    schedule = (jnp.arange(steps) == 0, jnp.asarray(checks), jnp.asarray(lengths))

    def judged(inputs: jax.Array) -> tuple[jax.Array, jax.Array]:
        worth, pull = jax.vjp(loss, inputs)
        return worth, pull(jnp.ones_like(worth))[0]

    def step(state: _Climb, at: tuple[jax.Array, jax.Array, jax.Array]) -> tuple[_Climb, None]:
        first, check, length = at
        share = jnp.where(first, 1.0, MOMENTUM)
        target = project(state.inputs + state.step_size[:, None] * jnp.sign(state.slope), origin, reach, threat)
        blend = share * (target - state.inputs) + (1 - share) * (state.inputs - state.previous)
        inputs = project(state.inputs + blend, origin, reach, threat)
        worth, slope = judged(inputs)
        moved = state._replace(
            inputs=inputs, previous=state.inputs, worth=worth, slope=slope, rises=state.rises + (worth > state.worth)
        )
        return _checked(_kept(moved), check, length), None

    def climb(worst: tuple[jax.Array, jax.Array], start_key: jax.Array) -> tuple[tuple[jax.Array, jax.Array], None]:
        noise = 2.0 * uniform(start_key, origin.shape) - 1.0
        start = project(origin + widest[:, None] * noise, origin, reach, threat)
        worth, slope = judged(start)
        none = jnp.zeros(worth.shape, dtype=bool)
        state = _Climb(
            start, start, worth, slope, start, worth, slope, 2 * widest, jnp.zeros(worth.shape, int), none, worth
        )
        end, _ = jax.lax.scan(step, state, schedule)
        better = end.best_worth > worst[1]
        rows, worths = _where(better, (end.best, end.best_worth), worst)
        return (rows, worths), None

    (found, _), _ = jax.lax.scan(climb, (origin, loss(origin)), jax.random.split(key, restarts))
    return found


def checkpoints(steps: int) -> tuple[Bool[Array, " step"], Int[Array, " step"]]:
    """Whether a checkpoint comes after each step, and how many steps lie between it and the one before.

    checkpoint j comes after ceil(p[j] * steps) steps, p[0] = 0, p[1] = 0.22,
    p[j + 1] = p[j] + max(p[j] - p[j - 1] - 0.03, 0.06)

    Reference: Croce and Hein (2020), section 3.2.

    Example:
        >>> np.flatnonzero(checkpoints(100)[0]).tolist()
        [21, 40, 56, 69, 79, 86, 92, 98]

    Does not show: that other checkpoints would find less.
    """
    shares = [0.0, 0.22]
    while shares[-1] < 1.0:
        shares.append(shares[-1] + max(shares[-1] - shares[-2] - 0.03, 0.06))
    after = sorted({int(np.ceil(round(share * steps, 9))) for share in shares})
    checks, lengths = np.zeros(steps, dtype=bool), np.ones(steps, dtype=np.int32)
    for before, now in itertools.pairwise(one for one in after if one <= steps):
        checks[now - 1], lengths[now - 1] = True, now - before
    return checks, lengths


def _where(chosen: jax.Array, first: tuple[jax.Array, ...], second: tuple[jax.Array, ...]) -> tuple[jax.Array, ...]:
    """Row by row the first or the second of two tuples of arrays."""
    return tuple(
        jnp.where(chosen[:, None] if one.ndim > 1 else chosen, one, other)
        for one, other in zip(first, second, strict=True)
    )


def _kept(state: _Climb) -> _Climb:
    """The state with the best point brought up to date."""
    best = _where(
        state.worth > state.best_worth,
        (state.inputs, state.worth, state.slope),
        (state.best, state.best_worth, state.best_slope),
    )
    return state._replace(best=best[0], best_worth=best[1], best_slope=best[2])


def _checked(state: _Climb, check: jax.Array, length: jax.Array) -> _Climb:
    """The state after a checkpoint, if `check` says that this is one, `length` steps after the last."""
    few = state.rises < ENOUGH_RISES * length
    stuck = ~state.halved & (state.best_worth <= state.checked_worth)
    halve = check & (few | stuck)
    here = _where(
        halve,
        (state.best, state.best, state.best_worth, state.best_slope, state.step_size / 2),
        (state.inputs, state.previous, state.worth, state.slope, state.step_size),
    )
    return state._replace(
        inputs=here[0],
        previous=here[1],
        worth=here[2],
        slope=here[3],
        step_size=here[4],
        rises=jnp.where(check, 0, state.rises),
        halved=jnp.where(check, halve, state.halved),
        checked_worth=jnp.where(check, state.best_worth, state.checked_worth),
    )
