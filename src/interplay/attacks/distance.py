"""The distance to the decision boundary: how far the nearest row found lies that is decided otherwise."""

from collections.abc import Callable

from interplay.attacks.margin import Excess
from interplay.attacks.pgd import Threat, largest_change, pgd, rounded
from interplay.engine import jax, jnp

COARSEST = 6
"""Radii tried first: `largest`, a half of it, a quarter, ...: one flip at any of them is enough."""
RESTARTS = 2
"""Random starts of every search; one leaves every seventh row of a boundary with islands too far away."""


def boundary_distance(
    scores: Callable[[jax.Array], jax.Array],
    inputs: jax.Array,
    threat: Threat,
    key: jax.Array,
    largest: float,
    steps: int = 10,
    halvings: int = 8,
) -> jax.Array:
    """How far each row's nearest point lies that projected gradient descent found and that is decided otherwise.

    distance = min over all points found with another decision of max over columns of |change| / movable, at most largest

    Points are searched within `COARSEST` radii from `largest` down, each from `RESTARTS` random starts, and then
    `halvings` times within a radius halfway between the nearest point found and the largest radius below it at which the
    last search failed. Every point counts, whatever the radius it was searched in: that a larger radius flips whatever a
    smaller one does is not assumed. Whole numbers stay whole. `scores` maps inputs (row, column) to class scores; the
    attack maximises the best other score less the score of the class decided without an attack. A row gets `largest`
    (censored) only where every search failed.

    In standard deviations of the encoded columns (times `movable` of the threat); larger is better. Reference: Tran et
    al. (2024) for the use of this distance; Cresswell (2025), section 3.2.

    Example:
        >>> wall = Threat(jnp.array([1.0]), jnp.array([-9.0]), jnp.array([9.0]))
        >>> line = lambda x: jnp.concatenate([x, -x], axis=1)
        >>> float(boundary_distance(line, jnp.array([[1.0]]), wall, jax.random.key(0), largest=4.0).round(1)[0])
        1.0

    Does not show: a lower bound; a stronger attack may flip the decision nearer by.
    """
    decided = jnp.argmax(scores(inputs), axis=1)
    excess = Excess(scores, decided)

    def found_within(radius: jax.Array, start: jax.Array) -> jax.Array:
        """How far the point found lies; infinity where the decision is the same."""
        moved = pgd(excess, inputs, radius, threat, jax.random.fold_in(key, start), steps, RESTARTS)
        moved = rounded(moved, inputs, radius, threat)
        return jnp.where(excess(moved) > 0, largest_change(inputs, moved, threat), jnp.inf)

    def coarse(nearest: jax.Array, at: jax.Array) -> tuple[jax.Array, None]:
        radius = jnp.full(inputs.shape[0], largest) * 0.5**at
        return jnp.minimum(nearest, found_within(radius, at)), None

    def halve(bracket: tuple[jax.Array, jax.Array], at: jax.Array) -> tuple[tuple[jax.Array, jax.Array], None]:
        failed, nearest = bracket
        middle = (failed + jnp.minimum(nearest, largest)) / 2
        found = found_within(middle, at)
        below = jnp.where(found < failed, 0.0, failed)  # a search that failed within a larger radius says nothing then
        return (jnp.where(jnp.isinf(found), middle, below), jnp.minimum(nearest, found)), None

    rows = inputs.shape[0]
    nearest, _ = jax.lax.scan(coarse, jnp.full(rows, jnp.inf), jnp.arange(COARSEST))
    start = jnp.zeros(rows)
    (_, nearest), _ = jax.lax.scan(halve, (start, nearest), COARSEST + jnp.arange(halvings))
    return jnp.minimum(nearest, largest)
