"""Poisson batches: which rows are in a step's batch, drawn as gaps between them.

The accountant is told `Sampling`, and the loop draws with it: the budget is that of the sampler that ran.
"""

from dataclasses import dataclass

import numpy as np
from scipy import special

from interplay.acceleration.threefry import exponential
from interplay.engine import jax, jnp
from interplay.interventions import Schedule

OVERFLOW = 1e-20
"""The chance that any batch of a run is larger than its places. What it could add to a privacy_delta, this times
1 + exp(privacy_epsilon) (Chua et al., 2024), stays below 1e-7 up to a privacy_epsilon of 30."""

PART_ROWS = 144
"""About how many rows are computed at once: few enough that their activations stay in the cache."""


@dataclass(frozen=True)
class Sampling(Schedule):
    """The batches of a schedule."""

    @property
    def places(self) -> int:
        """The largest batch there is room for; a larger one, which no run will see, loses its last rows."""
        if self.rate >= 1:
            return self.rows
        spread = np.sqrt(self.expected * (1 - self.rate))
        sizes = np.arange(int(self.expected), int(self.expected + 20 * spread) + 60)
        beyond = special.bdtrc(np.minimum(sizes, self.rows), self.rows, self.rate)  # the survival function, binom.sf
        rare = beyond * max(self.steps, 1) <= OVERFLOW
        return min(self.rows, int(sizes[rare.argmax()]))

    def part_rows(self, at_once: bool) -> int:
        """How many rows are computed at once: whole batches, or parts of which the usual batch fills a whole number."""
        if at_once:
            return self.places
        usual = min(self.places, int(self.expected + 1.5 * np.sqrt(self.expected * max(1 - self.rate, 0.0))))
        parts = max(1, round(usual / PART_ROWS))
        return 8 * -(-usual // (parts * 8))

    def draw(self, key: jax.Array, places: int) -> jax.Array:
        """The rows of one batch in increasing order, then `rows` in every place that stays empty.

        gap = 1 + floor(e / -log(1 - rate)), with e exponential, is the distance to the next row in the batch: the number
        of tosses until the first success of a coin with chance `rate`. So only as many numbers are drawn as rows taken.

        Example:
            >>> Sampling(rows=1000, rate=0.004, steps=1).draw(jax.random.key(1), 10).tolist()[-1]
            1000
        """
        if self.rate >= 1:
            return jnp.minimum(jnp.arange(places), self.rows)
        waits = exponential(key, (places,)) / np.float32(-np.log1p(-self.rate))
        gaps = 1 + jnp.minimum(waits, self.rows).astype(jnp.int32)
        return jnp.minimum(jnp.cumsum(gaps) - 1, self.rows)
