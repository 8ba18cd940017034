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
    """Train every job; the parameters come back as numpy arrays on a leading axis, in the order of the jobs.

    Jobs run in blocks of one size (the last is padded), so that a recipe is compiled once. A model's parameters do not
    depend on the block it is in.
    """
    size = _PER_DEVICE * jax.local_device_count()
    program = _program(recipe)
    done: list[Parameters] = []
    for start in range(0, len(jobs), size):
        block = list(jobs[start : start + size])
        padded = block + [block[0]] * (size - len(block))
        trained = jax.device_get(program(table, stack(padded)))
        done.append(tuple(Layer(layer.weight[: len(block)], layer.bias[: len(block)]) for layer in trained))
        progress(len(block))
    return tuple(
        Layer(
            np.concatenate([part[depth].weight for part in done]), np.concatenate([part[depth].bias for part in done])
        )
        for depth in range(len(done[0]))
    )


@functools.cache
def _scorer() -> Callable[[Parameters, jax.Array], jax.Array]:
    return jax.jit(lambda fleet, inputs: jax.lax.map(lambda one: logits(one, inputs), fleet))


def scores(fleet: Parameters, inputs: Float[Array, "row column"]) -> Float[Array, "member row label"]:
    """Class scores of every member, in float64."""
    return np.asarray(_scorer()(fleet, jnp.asarray(inputs)), dtype=np.float64)


def member(fleet: Parameters, at: int) -> Parameters:
    """One model of a stack."""
    return tuple(Layer(layer.weight[at], layer.bias[at]) for layer in fleet)
