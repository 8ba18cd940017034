"""How an untrained module of PyTorch is made: by a function or class that a study names, or as a copy of a given one."""

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from interplay.discovery import source
from interplay.errors import ModelError, StudyError
from interplay.families._factory import Factory
from interplay.families._pytorch import is_module, seeded
from interplay.models.optional import needed


@dataclass(frozen=True, eq=False)
class ModuleRecipe:
    """Untrained modules for so many encoded columns and classes, each with first parameters of its own."""

    make: Callable[[], Any]
    """Gives a module whose parameters are drawn from PyTorch's own generator."""
    called: str
    identity: str
    columns: int
    classes: int

    def untrained(self, seed: int) -> Any:
        """A new module on the processor, in 32 bits, its parameters drawn from a seed."""
        torch = needed("torch", "torch")
        with seeded(seed), torch.no_grad():
            module = self.make().to("cpu")
            if any(torch.nn.parameter.is_lazy(each) for each in module.parameters()):
                module.eval()(torch.zeros(2, self.columns))  # a lazy layer draws its parameters when it first sees rows
            return module.float()


def made_by(factory: Factory, columns: int, classes: int) -> ModuleRecipe:
    """The modules of a function or class.

    Raises StudyError where it gives something else.
    """

    def made() -> Any:
        module = factory()
        if not is_module(module):
            step = (
                'write kind = "estimator" under [model]'
                if hasattr(module, "fit")
                else "let it build the module and return it"
            )
            expected = "a function or class that gives an untrained torch.nn.Module"
            raise StudyError(expected, type(module).__name__, f"the study, [model], factory {factory.called!r}", step)
        return module

    with seeded(0):
        name = type(made()).__name__
    return ModuleRecipe(made, name, f"{factory.identity} {_version()}", columns, classes)


def copies(given: Any, columns: int, classes: int) -> ModuleRecipe:
    """Copies of a module that a program gives, every layer of which draws its parameters anew.

    Raises ModelError where a layer cannot, since all models would begin with the same parameters.
    """
    name = type(given).__name__
    for path, layer in _drawn(given):
        if _reset(layer) is None:
            own = f"{type(layer).__name__} at {path!r}" if path else name
            raise ModelError(
                "layers whose parameters can be drawn anew, one set for every model",
                f"{own}, which has parameters and no reset_parameters()",
                name,
                'give it that method, or write a study with factory = "module:function" of what builds the module',
            )

    def made() -> Any:
        module = copy.deepcopy(given)
        for _, layer in _drawn(module):
            draw = _reset(layer)
            assert draw is not None
            draw()
        return module

    return ModuleRecipe(made, name, f"{given!r} {source(type(given))} {_version()}", columns, classes)


def _drawn(module: Any) -> Iterator[tuple[str, Any]]:
    """The layers that hold parameters themselves, by their path."""
    return (
        (path, layer) for path, layer in module.named_modules() if any(True for _ in layer.parameters(recurse=False))
    )


def _reset(layer: Any) -> Callable[[], Any] | None:
    """What draws a layer's parameters anew."""
    return getattr(layer, "reset_parameters", None) or getattr(layer, "_reset_parameters", None)


def _version() -> str:
    return f"torch {needed('torch', 'torch').__version__}"
