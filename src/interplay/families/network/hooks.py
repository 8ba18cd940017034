"""Interventions as arguments of a compiled program: their real numbers are arrays, the rest decides the program.

Two budgets, radii or penalties of one kind of treatment therefore share one program, and grids of them ride in it.
"""

import dataclasses
import functools
from collections.abc import Iterable
from itertools import combinations
from typing import Any, NamedTuple, get_type_hints

import numpy as np

from interplay.engine import jax
from interplay.errors import RefusedCombination
from interplay.interventions import (
    GradientIntervention,
    InputIntervention,
    Intervention,
    LossIntervention,
    refusal,
)


class Hooks(NamedTuple):
    """The interventions that act inside the loop; None or nothing when off."""

    perturbation: InputIntervention | None = None
    penalties: tuple[LossIntervention, ...] = ()
    gradient: GradientIntervention | None = None


def hooks(active: Iterable[Intervention]) -> Hooks:
    """The hooks among some interventions, ready to be passed into compiled programs.

    Raises RefusedCombination for two that cannot act on one model: none silently takes the place of another.
    """
    all_of_them = tuple(active)
    for first, second in combinations(all_of_them, 2):
        _refuse(first, second)
    inside = [
        one for one in all_of_them if isinstance(one, (InputIntervention, LossIntervention, GradientIntervention))
    ]
    ready = [_with_arrays(one) for one in inside]
    return Hooks(
        perturbation=next((one for one in ready if isinstance(one, InputIntervention)), None),
        penalties=tuple(one for one in ready if isinstance(one, LossIntervention)),
        gradient=next((one for one in ready if isinstance(one, GradientIntervention)), None),
    )


def _refuse(first: Intervention, second: Intervention) -> None:
    reason = refusal(first, second)
    if reason:
        why, _, alternative = reason.rpartition("; ")
        raise RefusedCombination(
            "interventions that can act on one model",
            why or reason,
            f"a treatment with {first.name!r} and {second.name!r}",
            alternative if why else "take out one of them",
        )


def _with_arrays(one: Intervention) -> Intervention:
    numbers = _register(type(one))
    given = {name: getattr(one, name) for name in numbers}
    return dataclasses.replace(one, **{name: np.float32(value) for name, value in given.items() if value is not None})


@functools.cache
def _register(kind: type[Any]) -> tuple[str, ...]:
    """Tell JAX which fields of an intervention are arrays; gives their names."""
    hints = get_type_hints(kind)
    fields = [field.name for field in dataclasses.fields(kind)]
    numbers = tuple(name for name in fields if hints[name] in (float, float | None))
    rest = tuple(name for name in fields if name not in numbers)

    def flatten(one: Any) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
        return tuple(getattr(one, name) for name in numbers), tuple(getattr(one, name) for name in rest)

    def unflatten(static: tuple[Any, ...], arrays: Iterable[Any]) -> Any:
        made = object.__new__(kind)  # without __post_init__: its checks compare numbers, and these are traced
        for name, value in [*zip(numbers, arrays, strict=True), *zip(rest, static, strict=True)]:
            object.__setattr__(made, name, value)
        return made

    jax.tree_util.register_pytree_node(kind, flatten, unflatten)
    return numbers
