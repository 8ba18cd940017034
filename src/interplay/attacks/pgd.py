"""Projected gradient descent: adversarial rows within a ball, on the columns an attacker can move."""

from collections.abc import Callable
from typing import NamedTuple

from interplay.arrays import Array, Int
from interplay.attacks.margin import Excess
from interplay.engine import jax, jnp
from interplay.threefry import uniform


class Threat(NamedTuple):
    """What an attacker may do: `movable` columns (0 or 1), each within `lower` and `upper` (all of shape column).

    One-hot and immutable columns are not movable, so that a categorical value stays one value.
    """

    movable: jax.Array
    lower: jax.Array
    upper: jax.Array

    def among(self, columns: Int[Array, " some"]) -> "Threat":
        """The same threat to a table of some movable columns only."""
        return Threat(jnp.ones(len(columns)), self.lower[columns], self.upper[columns])


def project(inputs: jax.Array, origin: jax.Array, radius: jax.Array | float, threat: Threat) -> jax.Array:
    """The nearest allowed inputs: within `radius` of `origin` in every movable column, inside the bounds.

    A row that already lies outside the bounds may stay where it is. `radius` is one number or one per row.
    """
    return jnp.clip(inputs, *_bounds(origin, radius, threat))


def _bounds(origin: jax.Array, radius: jax.Array | float, threat: Threat) -> tuple[jax.Array, jax.Array]:
    """The smallest and the largest allowed inputs."""
    reach = _reach(radius) * (threat.movable > 0)
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
) -> jax.Array:
    """Where one projected gradient ascent of the loss ends, from a random start.

    x <- project(x + 2.5 * radius / steps * sign(gradient of loss at x)), `steps` times

    Arguments are those of `pgd`. The last point is returned, whatever its loss, as adversarial training wants it.

    Reference: Madry et al. (2018); Cresswell (2025), Eq. 4.

    Example:
        >>> wall = Threat(jnp.array([1.0, 0.0]), jnp.full(2, -9.0), jnp.full(2, 9.0))
        >>> ascend(lambda x: x.sum(axis=1), jnp.zeros((1, 2)), 0.5, wall, jax.random.key(0), steps=5).tolist()
        [[0.5, 0.0]]

    Does not show: that no row with a larger loss exists.
    """
    low, high = _bounds(origin, radius, threat)
    stride = 2.5 / steps * _reach(radius)
    start = jnp.clip(origin + _reach(radius) * (2.0 * uniform(key, origin.shape) - 1.0), low, high)
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
    in the unit of the encoded columns (standard deviations). The rows themselves are tried too.

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
