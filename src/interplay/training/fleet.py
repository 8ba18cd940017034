"""The fleet: many models trained as one compiled program, mapped over members and sharded over devices."""

import functools
from collections.abc import Callable, Sequence

import numpy as np
from jax.sharding import AxisType, PartitionSpec

from interplay.arrays import Array, Float
from interplay.engine import jax, jnp
from interplay.models.dense import Layer, Parameters, logits
from interplay.training.loop import Job, Recipe, Table, train

Progress = Callable[[int], None]
"""Told how many models have been trained since the last call."""

_PER_DEVICE = 4


@functools.lru_cache(maxsize=64)
def _program(recipe: Recipe) -> Callable[[Table, Job], Parameters]:
    mesh = jax.make_mesh((jax.local_device_count(),), ("device",), axis_types=(AxisType.Auto,))

    def block(table: Table, jobs: Job) -> Parameters:
        return jax.lax.map(lambda job: train(recipe, table, job), jobs)

    spread = jax.shard_map(
        block,
        mesh=mesh,
        in_specs=(PartitionSpec(), PartitionSpec("device")),
        out_specs=PartitionSpec("device"),
        check_vma=False,
    )
    return jax.jit(spread)


def stack(jobs: Sequence[Job]) -> Job:
    """Jobs on a leading axis."""
    return Job(*(jnp.stack(field) for field in zip(*jobs, strict=True)))


def train_all(recipe: Recipe, table: Table, jobs: Sequence[Job], progress: Progress = lambda _: None) -> Parameters:
    """Train every job; the parameters come back on a leading axis, in the order of the jobs.

    Jobs run in blocks of one size (the last is padded), so that a recipe is compiled once. A model's parameters do not
    depend on the block it is in.
    """
    size = _PER_DEVICE * jax.local_device_count()
    program = _program(recipe)
    done: list[Parameters] = []
    for start in range(0, len(jobs), size):
        block = list(jobs[start : start + size])
        padded = block + [block[0]] * (size - len(block))
        trained = jax.device_get(program(table, stack(padded)))  # a sharded array must not be sliced: collectives stall
        done.append(trained)
        progress(len(block))
    joined: Parameters = jax.tree.map(lambda *parts: np.concatenate(parts)[: len(jobs)], *done)
    return joined


def over_members(function: Callable[..., jax.Array]) -> Callable[..., Array]:
    """Lift `function(parameters, key, *shared)` to a fleet: mapped over members, sharded over devices, compiled once.

    The lifted function takes a stack of parameters, one key per member and the shared arguments, and gives a numpy
    array with the members first. Fill-in members for a full block are computed and dropped.
    """
    mesh = jax.make_mesh((jax.local_device_count(),), ("device",), axis_types=(AxisType.Auto,))

    def block(fleet: Parameters, keys: jax.Array, shared: tuple[jax.Array, ...]) -> jax.Array:
        return jax.lax.map(lambda one: function(one[0], one[1], *shared), (fleet, keys))

    places = (PartitionSpec("device"), PartitionSpec("device"), PartitionSpec())
    program = jax.jit(
        jax.shard_map(block, mesh=mesh, in_specs=places, out_specs=PartitionSpec("device"), check_vma=False)
    )

    def lifted(fleet: Parameters, keys: jax.Array, *shared: jax.Array) -> Array:
        members = len(keys)
        fill = np.arange(-(-members // jax.local_device_count()) * jax.local_device_count()) % members
        padded = jax.tree.map(lambda leaf: np.asarray(leaf)[fill], fleet)
        return np.asarray(program(padded, keys[fill], shared))[:members]

    return lifted


_scores = functools.cache(lambda: over_members(lambda parameters, _, inputs: logits(parameters, inputs)))


def scores(fleet: Parameters, inputs: Float[Array, "row column"]) -> Float[Array, "member row label"]:
    """Class scores of every member, in float64."""
    keys = jax.random.split(jax.random.key(0), len(fleet[0].bias))
    return np.asarray(_scores()(fleet, keys, jnp.asarray(inputs)), dtype=np.float64)


def member(fleet: Parameters, at: int) -> Parameters:
    """One model of a stack."""
    return tuple(Layer(layer.weight[at], layer.bias[at]) for layer in fleet)
