"""Interventions as arguments of a compiled program: their real numbers are arrays, the rest decides the program.

Two budgets, radii or penalties of one kind of treatment therefore share one program, and grids of them ride in it.
"""

import dataclasses
import functools
from collections.abc import Iterable
from typing import Any, NamedTuple, get_type_hints

import numpy as np

from interplay.engine import jax
from interplay.interventions import GradientIntervention, InputIntervention, Intervention, LossIntervention


class Hooks(NamedTuple):
    """The interventions that act inside the loop; None when off."""

    perturbation: InputIntervention | None = None
    penalty: LossIntervention | None = None
    gradient: GradientIntervention | None = None


def hooks(active: Iterable[Intervention]) -> Hooks:
    """The hooks among some interventions, ready to be passed into compiled programs."""
    found: dict[str, Any] = {}
    for one in active:
        for place, kind in zip(Hooks._fields, (InputIntervention, LossIntervention, GradientIntervention), strict=True):
            if isinstance(one, kind):
                found[place] = _with_arrays(one)
    return Hooks(**found)


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
