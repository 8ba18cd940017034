"""Networks written with Equinox."""

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from interplay.arrays import Array, Float
from interplay.engine import jax, jnp
from interplay.errors import InterplayError
from interplay.models.network import Parameters
from interplay.models.optional import FUNCTION, needed
from interplay.models.reference import Reference, Referenced


def from_equinox(
    build: Callable[[jax.Array], Any],
    shape: tuple[int, ...] | None = None,
    name: str | None = None,
    reference: Float[Array, "row column"] | None = None,
) -> "Equinox":
    """A network from a function that builds an Equinox module with a key.

    initial(key) = the float arrays of build(key);  logits(parameters, inputs)[row] = module(inputs[row])

    The module takes one row, as Equinox modules do: a vector of the encoded columns, or an array of `shape` (such as
    (1, 8, 8) for an image with its channel first), and gives one score per label. It is mapped over the rows. Dropout
    is off, because a network here has no random numbers. A module with `equinox.nn.BatchNorm` takes a row and a state
    and gives scores and a state; its statistics come from the `reference` rows (see `Referenced`), which an audit
    chooses itself. `name` is what plans and reports call it; without it, the class of the module.

    Raises InterplayError where Equinox is not installed, or the module has a memory other than batch normalisation.

    Reference: Kidger and Garcia (2021), "Equinox: neural networks in JAX via callable PyTrees and filtered
    transformations".

    Example:
        >>> import equinox
        >>> network = from_equinox(lambda key: equinox.nn.MLP(5, 2, 8, depth=1, key=key))
        >>> network.name, network.size
        ('MLP', 66)
        >>> network.logits(network.initial(jax.random.key(0)), jnp.ones((3, 5))).shape
        (3, 2)

    Does not show: whether the module is pure. Differential privacy forms one gradient per row.
    """
    kept = None if reference is None else Reference.of(reference)
    named = name or type(Equinox("", shape, None, build).template.module).__name__
    return Equinox(named, shape, kept, build)


class EquinoxTemplate(NamedTuple):
    """What is the same for all parameters: the tree of arrays, the rest of the module, its state, and its batch axis."""

    module: Any
    arrays: jax.tree_util.PyTreeDef
    rest: Any
    state: Any
    axis: Any


@dataclass(frozen=True)
class Equinox(Referenced):
    """An Equinox module, made by `from_equinox`."""

    build: Callable[[jax.Array], Any]

    @functools.cached_property
    def template(self) -> EquinoxTemplate:
        """The module as `build` makes it, taken apart."""
        equinox = needed("equinox", "equinox", FUNCTION)
        with jax.ensure_compile_time_eval():
            module, state = equinox.nn.make_with_state(self.build)(jax.random.key(0))
        arrays, rest = equinox.partition(module, equinox.is_inexact_array)
        axes = {one.axis_name for one in _normalisations(module)}
        if len(axes) != 1 and jax.tree.leaves(state):
            found = "batch normalisation over several axes" if axes else "layers with another memory"
            remedy = "use layer or group normalisation, and layers without a state"
            raise InterplayError("no state but that of batch normalisation", found, "the Equinox module", remedy)
        return EquinoxTemplate(module, jax.tree.structure(arrays), rest, state, next(iter(axes), None))

    @property
    def normalises_batches(self) -> bool:
        return self.template.axis is not None

    def initial(self, key: jax.Array) -> Parameters:
        equinox = needed("equinox", "equinox", FUNCTION)
        module, _ = equinox.nn.make_with_state(self.build)(key)
        leaves = jax.tree.leaves(equinox.filter(module, equinox.is_inexact_array))
        # Modules that were built twice may differ in functions and marks, so all take the structure of the first.
        return jax.tree.unflatten(self.template.arrays, leaves)

    def logits(self, parameters: Parameters, inputs: jax.Array) -> jax.Array:
        equinox, (_, _, rest, state, axis) = needed("equinox", "equinox", FUNCTION), self.template
        scoring = equinox.nn.inference_mode(equinox.combine(parameters, rest))
        if axis is None:
            return jax.vmap(scoring)(self._shaped(inputs))
        kind = equinox.nn.BatchNorm
        fitting = jax.tree.map(
            lambda one: equinox.nn.inference_mode(one, value=False) if isinstance(one, kind) else one,
            scoring,
            is_leaf=lambda one: isinstance(one, kind),
        )
        # Running statistics begin at zero, so that after one batch they are those of that batch alone.
        empty = jax.tree.map(lambda one: jnp.zeros_like(one) if equinox.is_inexact_array(one) else one, state)
        _, fitted = _over_rows(fitting, axis)(self._reference_rows(), empty)
        return _over_rows(scoring, axis)(self._shaped(inputs), fitted)[0]


def _over_rows(module: Any, axis: Any) -> Callable[[jax.Array, Any], tuple[jax.Array, Any]]:
    return jax.vmap(module, in_axes=(0, None), out_axes=(0, None), axis_name=axis)


def _normalisations(module: Any) -> Iterator[Any]:
    """The batch normalisations in a module."""
    kind = needed("equinox.nn", "equinox").BatchNorm
    leaves = jax.tree.leaves(module, is_leaf=lambda one: isinstance(one, kind))
    return (one for one in leaves if isinstance(one, kind))
