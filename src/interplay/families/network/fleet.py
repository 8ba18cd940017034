"""The fleet: many models trained by one compiled program, and asked by one."""

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, overload

import numpy as np

from interplay.arrays import Array, Float
from interplay.engine import jax, jnp
from interplay.families.network.batched_map import BatchedMap, Progress
from interplay.families.network.loop import Job, Recipe, TrainingTable, train
from interplay.models.network import Network, Parameters

SCORED_ROWS = 65_536
"""Rows that are scored in one call."""


@dataclass(frozen=True)
class Lazy(Sequence[Any]):
    """Items made when they are asked for: thousands of jobs need no memory before they are trained."""

    length: int
    make: Callable[[int], Any]

    def __len__(self) -> int:
        return self.length

    @overload
    def __getitem__(self, at: int) -> Any: ...

    @overload
    def __getitem__(self, at: slice) -> Sequence[Any]: ...

    def __getitem__(self, at: int | slice) -> Any:
        if isinstance(at, slice):
            return [self.make(number) for number in range(self.length)[at]]
        return self.make(range(self.length)[at])


@functools.lru_cache(maxsize=64)
def trainer(recipe: Recipe) -> BatchedMap:
    """The compiled programs of a recipe, one for each kind of hooks its jobs have."""
    return BatchedMap(functools.partial(train, recipe))


def train_all(
    recipe: Recipe, table: TrainingTable, jobs: Sequence[Job], progress: Progress = lambda _: None
) -> Parameters:
    """Train every job; the parameters come back on a leading axis, in the order of the jobs.

    All jobs have the same kinds of hooks. A model's parameters do not depend on the other jobs.
    """
    return trainer(recipe)(table, jobs, progress)


def over_members(function: Callable[..., Any]) -> Callable[..., Any]:
    """Lift `function(parameters, key, *shared)` to a fleet.

    The lifted function takes a stack of parameters, one key (its two words) per member and the shared arguments, and
    gives numpy arrays with the members first.
    """
    lifted = BatchedMap(lambda shared, one: function(one[0], jax.random.wrap_key_data(one[1]), *shared))

    def over(fleet: Parameters, keys: Array, *shared: Any) -> Any:
        return lifted(shared, Lazy(len(keys), lambda at: (member(fleet, at), keys[at])))

    return over


@functools.lru_cache(maxsize=16)
def _scores(network: Network) -> Callable[..., Array]:
    return over_members(lambda parameters, _, inputs: network.logits(parameters, inputs))


@functools.lru_cache(maxsize=16)
def _activations(network: Network) -> Callable[..., Array]:
    return over_members(lambda parameters, _, inputs: network.activations(parameters, inputs))


def activations(
    network: Network, fleet: Parameters, inputs: Float[Array, "row column"]
) -> Float[Array, "member row unit"]:
    """What the last hidden layer of every member gives for some rows, in float32."""
    return _activations(network)(fleet, _no_keys(fleet), np.asarray(inputs, dtype=np.float32))


def _no_keys(fleet: Parameters) -> Array:
    return np.zeros((len(jax.tree.leaves(fleet)[0]), 2), dtype=np.uint32)


def scores(network: Network, fleet: Parameters, inputs: Float[Array, "row column"]) -> Float[Array, "member row label"]:
    """Class scores of every member, in float64; rows are looked at in blocks, so they may lie in a file."""
    keys = _no_keys(fleet)
    blocks = [inputs[start : start + SCORED_ROWS] for start in range(0, max(len(inputs), 1), SCORED_ROWS)]
    found = [_scores(network)(fleet, keys, np.asarray(block)).astype(np.float64) for block in blocks]
    return np.concatenate(found, axis=1)


@functools.lru_cache(maxsize=16)
def _pulled_back(network: Network) -> Callable[..., Array]:
    def gradient(asked: tuple[Parameters, jax.Array], _: jax.Array, inputs: jax.Array) -> jax.Array:
        parameters, slopes = asked

        def total(rows: jax.Array) -> jax.Array:
            return jnp.sum(slopes * jax.nn.log_softmax(network.logits(parameters, rows), axis=1))

        return jax.grad(total)(inputs)

    return over_members(gradient)


def pulled_back(
    network: Network,
    fleet: Parameters,
    inputs: Float[Array, "row column"],
    slopes: Float[Array, "member row label"],
) -> Float[Array, "member row column"]:
    """The gradient of sum over labels of slope * log-probability, for every member and row, in float64."""
    keys = np.zeros((len(slopes), 2), dtype=np.uint32)
    asked = fleet, slopes.astype(np.float32)
    return np.asarray(_pulled_back(network)(asked, keys, np.asarray(inputs, dtype=np.float32)), dtype=np.float64)


def member(fleet: Parameters, at: int) -> Parameters:
    """One model of a stack."""
    return jax.tree.map(lambda leaf: np.asarray(leaf[at]), fleet)
