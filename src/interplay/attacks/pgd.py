"""Projected gradient descent: adversarial rows within a ball, on the columns an attacker can move."""

from collections.abc import Callable
from typing import NamedTuple

from interplay.acceleration.threefry import uniform
from interplay.arrays import Array, Int
from interplay.attacks.margin import Excess
from interplay.engine import jax, jnp


class Whole(NamedTuple):
    """The columns that hold whole numbers, and how these are encoded: (number - mean) / deviation, of log(1 + number) where
    `logarithmic`; all of shape column.
    """

    whole: jax.Array
    mean: jax.Array
    deviation: jax.Array
    logarithmic: jax.Array

    def number(self, inputs: jax.Array) -> jax.Array:
        """What encoded values stand for."""
        raw = inputs * self.deviation + self.mean
        return jnp.where(self.logarithmic, jnp.expm1(jnp.where(self.logarithmic, raw, 0.0)), raw)

    def encoded(self, numbers: jax.Array) -> jax.Array:
        """The other way round."""
        raw = jnp.where(self.logarithmic, jnp.log1p(jnp.where(self.logarithmic, numbers, 0.0)), numbers)
        return (raw - self.mean) / self.deviation


class Threat(NamedTuple):
    """What an attacker may do: how far each column moves, within `lower` and `upper` (all of shape column).

    `movable` is 0 for a column that stays, as one-hot and immutable columns do, so that a categorical value stays one
    value; otherwise the largest change of the column is `movable` times the radius, 1 unless a study says otherwise. It
    may have a row for every row attacked. `flags` are the places of the columns that mark a value as missing, -1 for a
    column without one; None where no movable column has one. `grid` are the columns of whole numbers, to which what is
    found is rounded; None where there are none.
    """

    movable: jax.Array
    lower: jax.Array
    upper: jax.Array
    flags: jax.Array | None = None
    grid: Whole | None = None

    def among(self, columns: Int[Array, " some"], inputs: jax.Array) -> "Threat":
        """The same threat to some columns of these rows (row, column); a value that is missing does not move."""
        movable = self.movable[columns]
        if self.flags is not None:
            flags = self.flags[columns]
            missing = jnp.where(flags >= 0, inputs[:, jnp.maximum(flags, 0)], 0.0)
            movable = movable * (missing == 0)
        grid = None if self.grid is None else Whole(*(part[columns] for part in self.grid))
        return Threat(movable, self.lower[columns], self.upper[columns], grid=grid)


def project(inputs: jax.Array, origin: jax.Array, radius: jax.Array | float, threat: Threat) -> jax.Array:
    """The nearest allowed inputs: within `radius` of `origin` in every movable column, inside the bounds.

    A row that already lies outside the bounds may stay where it is. `radius` is one number or one per row.
    """
    return jnp.clip(inputs, *_bounds(origin, radius, threat))


def rounded(inputs: jax.Array, origin: jax.Array, radius: jax.Array | float, threat: Threat) -> jax.Array:
    """The nearest allowed inputs that keep whole numbers whole, where `origin` has them so.

    Example:
        >>> years = Whole(jnp.array([True]), jnp.array([40.0]), jnp.array([10.0]), jnp.array([False]))
        >>> wall = Threat(jnp.ones(1), jnp.full(1, -9.0), jnp.full(1, 9.0), grid=years)
        >>> rounded(jnp.array([[0.25]]), jnp.array([[0.0]]), 0.25, wall).tolist()  # 42.5 years are out of reach: 42
        [[0.20000000298023224]]
    """
    grid = threat.grid
    if grid is None:
        return inputs
    low, high = (grid.number(bound) for bound in _bounds(origin, radius, threat))
    own = grid.number(origin)
    slack = 1e-3 + 1e-6 * jnp.abs(own)
    nearest = jnp.clip(jnp.round(grid.number(inputs)), jnp.ceil(low - slack), jnp.floor(high + slack))
    kept = grid.whole & (jnp.abs(own - jnp.round(own)) <= slack) & (jnp.abs(nearest - own) > slack)
    return jnp.where(kept, grid.encoded(nearest), jnp.where(grid.whole, origin, inputs))


def largest_change(origin: jax.Array, moved: jax.Array, threat: Threat) -> jax.Array:
    """The smallest radius that allows each row's move: the largest change of a column over its `movable`.

    Example:
        >>> wall = Threat(jnp.array([1.0, 2.0, 0.0]), jnp.full(3, -9.0), jnp.full(3, 9.0))
        >>> largest_change(jnp.zeros((1, 3)), jnp.array([[0.5, 3.0, 0.0]]), wall).tolist()
        [1.5]
    """
    allowed = jnp.broadcast_to(threat.movable, origin.shape)
    changes = jnp.where(allowed > 0, jnp.abs(moved - origin) / jnp.where(allowed > 0, allowed, 1.0), 0.0)
    return jnp.max(changes, axis=1)


def farthest(threat: Threat) -> jax.Array:
    """The largest `movable` of any column: what steps are multiplied with so that every column can cross its range."""
    return jnp.maximum(jnp.max(threat.movable), 1.0)


def _bounds(origin: jax.Array, radius: jax.Array | float, threat: Threat) -> tuple[jax.Array, jax.Array]:
    """The smallest and the largest allowed inputs."""
    reach = _reach(radius) * threat.movable
    low = jnp.maximum(origin - reach, jnp.minimum(threat.lower, origin))
    return low, jnp.minimum(origin + reach, jnp.maximum(threat.upper, origin))


def _reach(radius: jax.Array | float) -> jax.Array:
    """One number, or a column of one per row."""
    return jnp.reshape(jnp.asarray(radius), (-1, 1)) if jnp.ndim(radius) else jnp.asarray(radius)


def ascend(
    loss: Callable[[jax.Array], jax.Array],
    origin: jax.Array,
    radius: jax.Array | float,
    threat: Threat,
    key: jax.Array,
    steps: int,
    start_within: float = 1.0,
) -> jax.Array:
    """Where one projected gradient ascent of the loss ends, from a random start.

    x <- project(x + 2.5 * radius / steps * sign(gradient of loss at x)), `steps` times

    Arguments are those of `pgd`; `start_within` is the share of the radius within which the start is drawn. The last
    point is returned, whatever its loss, as adversarial training wants it.

    Reference: Madry et al. (2018); Cresswell (2025), Eq. 4.

    Example:
        >>> wall = Threat(jnp.array([1.0, 0.0]), jnp.full(2, -9.0), jnp.full(2, 9.0))
        >>> ascend(lambda x: x.sum(axis=1), jnp.zeros((1, 2)), 0.5, wall, jax.random.key(0), steps=5).tolist()
        [[0.5, 0.0]]

    Does not show: that no row with a larger loss exists.
    """
    low, high = _bounds(origin, radius, threat)
    stride = 2.5 / steps * _reach(radius) * farthest(threat)
    noise = start_within * (2.0 * uniform(key, origin.shape) - 1.0)
    start = jnp.clip(origin + _reach(radius) * threat.movable * noise, low, high)
    ascent = loss.ascent() if isinstance(loss, Excess) else None
    if ascent is not None:
        return ascent(start, low, high, jnp.broadcast_to(stride.reshape(-1), origin.shape[:1]), steps)
    slope = jax.grad(lambda inputs: jnp.sum(loss(inputs)))

    def step(inputs: jax.Array, _: None) -> tuple[jax.Array, None]:
        return jnp.clip(inputs + stride * jnp.sign(slope(inputs)), low, high), None

    return jax.lax.scan(step, start, None, length=steps)[0]


def pgd(
    loss: Callable[[jax.Array], jax.Array],
    origin: jax.Array,
    radius: jax.Array | float,
    threat: Threat,
    key: jax.Array,
    steps: int,
    restarts: int = 1,
) -> jax.Array:
    """The rows with the largest loss found by projected gradient ascent.

    argmax over x within `radius` of `origin` (largest absolute change of a movable column) of loss(x), searched with
    `steps` signed-gradient steps of size 2.5 * radius / steps from `restarts` random starts. `loss` maps inputs
    (row, column) to one loss per row, each of which depends on its own row only; `radius` is one number or one per row,
    in standard deviations of the encoded columns. The rows themselves are tried too.

    Reference: Madry et al. (2018); Cresswell (2025), Eq. 4.

    Example:
        >>> wall = Threat(jnp.array([1.0, 0.0]), jnp.full(2, -9.0), jnp.full(2, 9.0))
        >>> pgd(lambda x: x.sum(axis=1), jnp.zeros((1, 2)), 0.5, wall, jax.random.key(0), steps=5).tolist()
        [[0.5, 0.0]]

    Does not show: that no adversarial row exists; a stronger attack may find one.
    """

    def climb(best: tuple[jax.Array, jax.Array], start: jax.Array) -> tuple[tuple[jax.Array, jax.Array], None]:
        found = ascend(loss, origin, radius, threat, start, steps)
        worth = loss(found)
        better = worth > best[1]
        return (jnp.where(better[:, None], found, best[0]), jnp.where(better, worth, best[1])), None

    (worst, _), _ = jax.lax.scan(climb, (origin, loss(origin)), jax.random.split(key, restarts))
    return worst
