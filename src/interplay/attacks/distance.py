"""The distance to the decision boundary: the smallest radius at which an attack flips the decision."""

from collections.abc import Callable

from interplay.attacks.margin import Excess
from interplay.attacks.pgd import Threat, pgd
from interplay.engine import jax, jnp


def boundary_distance(
    scores: Callable[[jax.Array], jax.Array],
    inputs: jax.Array,
    threat: Threat,
    key: jax.Array,
    largest: float,
    steps: int = 10,
    halvings: int = 8,
) -> jax.Array:
    """The smallest radius, per row, at which projected gradient descent changes the most likely class.

    Bisection between 0 and `largest` with `halvings` halvings, so to within largest / 2 ** halvings. `scores` maps
    inputs (row, column) to class scores; the attack maximises the best other score less the score of the class decided
    without an attack. A row that is not flipped at `largest` gets `largest` (censored).

    Larger is better. Reference: Tran et al. (2024) for the use of this distance; Cresswell (2025), section 3.2.

    Example:
        >>> wall = Threat(jnp.array([1.0]), jnp.array([-9.0]), jnp.array([9.0]))
        >>> line = lambda x: jnp.concatenate([x, -x], axis=1)
        >>> float(boundary_distance(line, jnp.array([[1.0]]), wall, jax.random.key(0), largest=4.0).round(1)[0])
        1.0

    Does not show: a lower bound; a stronger attack may flip the decision nearer by.
    """
    decided = jnp.argmax(scores(inputs), axis=1)
    excess = Excess(scores, decided)

    def flips(radius: jax.Array, at: int | jax.Array) -> jax.Array:
        return excess(pgd(excess, inputs, radius, threat, jax.random.fold_in(key, at), steps)) > 0

    def halve(bracket: tuple[jax.Array, jax.Array], at: jax.Array) -> tuple[tuple[jax.Array, jax.Array], None]:
        low, high = bracket
        middle = (low + high) / 2
        found = flips(middle, at)
        return (jnp.where(found, low, middle), jnp.where(found, middle, high)), None

    top = jnp.full(inputs.shape[0], largest)
    reachable = flips(top, halvings)
    (_, high), _ = jax.lax.scan(halve, (jnp.zeros_like(top), top), jnp.arange(halvings))
    return jnp.where(reachable, high, top)
