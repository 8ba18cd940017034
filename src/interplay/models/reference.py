"""Fixed rows from which batch normalisation takes its statistics, in training and evaluation alike."""

import abc
import dataclasses
from dataclasses import dataclass
from typing import Self

import numpy as np

from interplay.arrays import Array, Float
from interplay.engine import jax, jnp
from interplay.errors import InterplayError
from interplay.models.network import Network

REFERENCE_ROWS = 128
"""How many rows of the pool an audit takes."""


@dataclass(frozen=True)
class Reference:
    """Encoded rows as bytes, so that networks that hold them can be compared and hashed.

    Example:
        >>> Reference.of(np.eye(2)).rows.tolist()
        [[1.0, 0.0], [0.0, 1.0]]
    """

    content: bytes
    shape: tuple[int, ...]

    @classmethod
    def of(cls, rows: Float[Array, "row column"]) -> Self:
        """Keep some rows."""
        kept = np.ascontiguousarray(rows, dtype=np.float32)
        return cls(kept.tobytes(), kept.shape)

    @property
    def rows(self) -> Float[Array, "row column"]:
        """The rows, in float32."""
        return np.frombuffer(self.content, np.float32).reshape(self.shape)


@dataclass(frozen=True)
class Referenced(Network):
    """A network that may hold batch normalisation, which is computed from reference rows.

    normalised(x) = (x - mean over the reference rows) / standard deviation over the reference rows

    Statistics of whatever rows are asked together would make a row's score depend on its company: on how a batch is
    divided, on the other rows of an attack, on the size of a test set. Here the statistics are those of `reference`,
    computed anew from the current parameters in every call, and the gradient goes through them. So each row's scores
    depend on that row, the parameters and the reference rows only, in training and in evaluation. They are close to
    those of ordinary batch normalisation with large batches, without its noise.

    An audit takes 128 rows of the pool. They act on every row's gradient, whoever they are, so clipping does not bound
    their influence and DP-SGD is refused.

    Reference: Ioffe and Szegedy (2015); Salimans et al. (2016), "Improved techniques for training GANs", section 3.5
    (virtual batch normalisation; here without the row itself among the reference rows).

    Does not show: what ordinary batch normalisation, with statistics of each batch, would have learned.
    """

    name: str
    shape: tuple[int, ...] | None
    reference: Reference | None

    @property
    @abc.abstractmethod
    def normalises_batches(self) -> bool:
        """Whether there is batch normalisation in the network."""

    def referring(self, rows: Float[Array, "row column"]) -> Self:
        """The same network with these reference rows."""
        return dataclasses.replace(self, reference=Reference.of(rows))

    def operations(self, columns: int) -> float:
        """Multiply-adds of one row more; those of the reference rows, once in every call, are not among them."""

        def flops(rows: int) -> float:
            inputs = jax.ShapeDtypeStruct((rows, columns), jnp.float32)
            found = jax.jit(self.logits).lower(self.shapes, inputs).cost_analysis()
            return float((found or {}).get("flops", 2.0 * self.size * rows))

        return (flops(2) - flops(1)) / 2

    def _reference_rows(self) -> jax.Array:
        if self.reference is None:
            remedy = "give it some encoded rows: network.referring(rows); an audit does so by itself"
            raise InterplayError("reference rows for batch normalisation", "none", f"the network {self.name!r}", remedy)
        return self._shaped(jnp.asarray(self.reference.rows))

    def _shaped(self, inputs: jax.Array) -> jax.Array:
        return inputs if self.shape is None else inputs.reshape(-1, *self.shape)
