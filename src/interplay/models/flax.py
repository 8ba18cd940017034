"""Networks written with Flax, in either of its styles: linen and nnx."""

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from interplay.arrays import Array, Float
from interplay.engine import jax, jnp
from interplay.errors import InterplayError
from interplay.models.network import Network, Parameters
from interplay.models.optional import FUNCTION, needed
from interplay.models.reference import Reference, Referenced

Arguments = tuple[tuple[str, Any], ...]
"""Keyword arguments of a module's call, by name."""


def from_flax(
    module: Any,
    columns: int,
    shape: tuple[int, ...] | None = None,
    name: str | None = None,
    arguments: Mapping[str, Any] | None = None,
    fitting: Mapping[str, Any] | None = None,
    reference: Float[Array, "row column"] | None = None,
) -> "Linen":
    """A network from a linen module of Flax.

    initial(key) = module.init(key, zeros)["params"];  logits(parameters, inputs) = module.apply(parameters, inputs)

    The module takes rows of `columns` encoded columns, or of `shape` (such as (8, 8, 1) for images), and gives one
    score per label. `arguments` are keyword arguments of its call, such as {"train": False}; dropout must be off with
    them, because a network here has no random numbers. Where the module holds `flax.linen.BatchNorm` with
    use_running_average in these arguments, `fitting` are those with which it computes statistics, such as
    {"train": True}; they are computed from the `reference` rows (see `Referenced`), which an audit chooses itself.
    `name` is what plans and reports call it; without it, the class of the module.

    Raises InterplayError where Flax is not installed, the module has variables other than parameters and batch
    statistics, or batch normalisation without `fitting`.

    Reference: Heek et al. (2020), Flax: a neural network library and ecosystem for JAX.

    Example:
        >>> import flax.linen
        >>> network = from_flax(flax.linen.Dense(2), columns=5)
        >>> network.name, network.size
        ('Dense', 12)
        >>> network.logits(network.initial(jax.random.key(0)), jnp.ones((3, 5))).shape
        (3, 2)

    Does not show: whether the module is pure. Differential privacy forms one gradient per row.
    """
    needed("flax.linen", "flax", FUNCTION)
    kept = None if reference is None else Reference.of(reference)
    sorted_arguments, sorted_fitting = _sorted(arguments), None if fitting is None else _sorted(fitting)
    network = Linen(name or type(module).__name__, shape or (columns,), kept, module, sorted_arguments, sorted_fitting)
    kept_by_batches = jax.tree_util.tree_leaves_with_path(network.variables.get("batch_stats", {}))
    others = set(network.variables) - {"params", "batch_stats"}
    others |= {jax.tree_util.keystr(path[-1:]) for path, _ in kept_by_batches} - {"['mean']", "['var']"}
    if others:
        remedy = "use layers without a memory, and dropout that the arguments turn off"
        raise InterplayError("parameters and batch statistics only", ", ".join(sorted(others)), network.name, remedy)
    if network.normalises_batches and fitting is None:
        remedy = 'say how the module is called in training, such as fitting={"train": True}'
        raise InterplayError("`fitting` for batch normalisation", "none", network.name, remedy)
    return network


def from_nnx(build: Callable[[Any], Any], shape: tuple[int, ...] | None = None, name: str | None = None) -> "Nnx":
    """A network from a function that builds an nnx module of Flax with random number streams.

    initial(key) = the parameters of build(flax.nnx.Rngs(key));  logits(parameters, inputs) = module(inputs)

    The module takes rows of encoded columns, or of `shape`, and gives one score per label. It is in its evaluation mode
    (`module.eval()`), so dropout is off. `name` is what plans and reports call it; without it, the class.

    Raises InterplayError where Flax is not installed, or the module holds batch normalisation: nnx keeps running
    statistics without their gradient, so they cannot be computed from reference rows as `from_flax` does.

    Reference: Heek et al. (2020), Flax: a neural network library and ecosystem for JAX.

    Example:
        >>> from flax import nnx
        >>> network = from_nnx(lambda rngs: nnx.Linear(5, 2, rngs=rngs))
        >>> network.name, network.size
        ('Linear', 12)
        >>> network.logits(network.initial(jax.random.key(0)), jnp.ones((3, 5))).shape
        (3, 2)

    Does not show: whether the module is pure. Differential privacy forms one gradient per row.
    """
    nnx, module = needed("flax.nnx", "flax", FUNCTION), Nnx("", shape, build).template.module
    named = name or type(module).__name__
    if any(isinstance(one, nnx.BatchNorm) for _, one in nnx.iter_modules(module)):
        remedy = "use layer or group normalisation, or write the module with linen and use from_flax"
        raise InterplayError("an nnx module without batch normalisation", "flax.nnx.BatchNorm", named, remedy)
    return Nnx(named, shape, build)


@dataclass(frozen=True)
class Linen(Referenced):
    """A linen module, made by `from_flax`."""

    module: Any = field(hash=False)  # a module with a list cannot be hashed
    arguments: Arguments
    fitting: Arguments | None

    @functools.cached_property
    def variables(self) -> Mapping[str, Any]:
        """The shapes of all variables, by collection."""
        return dict(jax.eval_shape(self._started, jax.random.key(0)))

    @property
    def normalises_batches(self) -> bool:
        return "batch_stats" in self.variables

    def initial(self, key: jax.Array) -> Parameters:
        return self._started(key).get("params", {})

    def logits(self, parameters: Parameters, inputs: jax.Array) -> jax.Array:
        given = {"params": parameters}
        if self.normalises_batches:
            given["batch_stats"] = self._statistics(parameters)
        return self.module.apply(given, self._shaped(inputs), **dict(self.arguments))

    def _started(self, key: jax.Array) -> Any:
        assert self.shape is not None
        return self.module.init(key, jnp.zeros((1, *self.shape)), **dict(self.arguments))

    def _statistics(self, parameters: Parameters) -> Any:
        """The batch statistics of the reference rows.

        One call gives momentum * before + (1 - momentum) * statistics; its slope in `before` is the momentum.
        """
        rows = self._reference_rows()

        def after(before: Any) -> Any:
            given = {"params": parameters, "batch_stats": before}
            return self.module.apply(given, rows, **dict(self.fitting or ()), mutable=["batch_stats"])[1]["batch_stats"]

        def filled(value: float) -> Any:
            return jax.tree.map(lambda leaf: jnp.full(leaf.shape, value, leaf.dtype), self.variables["batch_stats"])

        blended, momentum = jax.jvp(after, (filled(0.0),), (filled(1.0),))
        return jax.tree.map(lambda one, slope: one / (1.0 - slope), blended, momentum)


class FlaxTemplate(NamedTuple):
    """What is the same for all parameters: the graph, the tree of parameters, and all other variables."""

    module: Any
    graph: Any
    parameters: jax.tree_util.PyTreeDef
    rest: Any


@dataclass(frozen=True)
class Nnx(Network):
    """An nnx module, made by `from_nnx`."""

    name: str
    shape: tuple[int, ...] | None
    build: Callable[[Any], Any]

    @functools.cached_property
    def template(self) -> FlaxTemplate:
        """The module as `build` makes it, taken apart."""
        nnx = needed("flax.nnx", "flax", FUNCTION)
        with jax.ensure_compile_time_eval():
            module = self.build(nnx.Rngs(jax.random.key(0)))
            module.eval()
            graph, parameters, rest = nnx.split(module, nnx.Param, ...)
        return FlaxTemplate(module, graph, jax.tree.structure(parameters), rest)

    def initial(self, key: jax.Array) -> Parameters:
        nnx = needed("flax.nnx", "flax", FUNCTION)
        return nnx.to_pure_dict(nnx.split(self.build(nnx.Rngs(key)), nnx.Param, ...)[1])

    def logits(self, parameters: Parameters, inputs: jax.Array) -> jax.Array:
        nnx, (_, graph, shape, rest) = needed("flax.nnx", "flax", FUNCTION), self.template
        module = nnx.merge(graph, jax.tree.unflatten(shape, jax.tree.leaves(parameters)), rest, copy=True)
        return module(inputs if self.shape is None else inputs.reshape(-1, *self.shape))


def _sorted(arguments: Mapping[str, Any] | None) -> Arguments:
    return tuple(sorted((arguments or {}).items()))
