"""DP-SGD on modules: Opacus forms and clips the gradient of every row, and the noise has a stream of its own."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from interplay.arrays import Array, Float
from interplay.errors import RefusedCombination
from interplay.interventions import Intervention
from interplay.interventions.dp_sgd import DpSgd
from interplay.models.optional import needed

INFLUENCE = "clipping one row's gradient then bounds nobody's influence"


@dataclass(frozen=True, eq=False)
class Clipping:
    """How the gradients of rows are clipped, and what noise is added to their sum: `noise` draws it, with the standard
    deviation noise_multiplier * max_grad_norm.
    """

    max_grad_norm: float
    noise_multiplier: float
    noise: np.random.Generator


class PrivateGradient:
    """Turns what a backward pass leaves into the clipped and noisy sum over the rows of a batch.

    sum over rows of clip(gradient, max_grad_norm) + noise_multiplier * max_grad_norm * standard normal

    A row that is learned from in several copies has one gradient, the sum of theirs, which is clipped as one.

    Reference: Abadi et al. (2016), Algorithm 1; Yousefpour et al. (2021), "Opacus", for gradients of single rows.
    """

    def __init__(self, module: Any, parameters: list[Any], clipping: Clipping) -> None:
        optimizers = needed("opacus.optimizers", "torch")
        plain = needed("torch", "torch").optim.SGD(parameters, lr=1.0)
        self._parameters, self._clipping = parameters, clipping
        self._formed = needed("opacus", "torch").GradSampleModule(module, loss_reduction="sum")
        self._clipped = optimizers.DPOptimizer(
            plain,
            noise_multiplier=0.0,
            max_grad_norm=clipping.max_grad_norm,
            expected_batch_size=None,
            loss_reduction="sum",
        )

    def release(self, rows: int) -> None:
        """Leave the noisy sum as the gradient of every parameter; of no rows it is noise alone."""
        if rows:
            for parameter in self._parameters:
                formed = parameter.grad_sample  # None of a parameter that no score depends on
                by_copy = parameter.new_zeros(rows, 1, *parameter.shape) if formed is None else formed
                parameter.grad_sample = by_copy.reshape(rows, -1, *parameter.shape).sum(dim=1)
            self._clipped.clip_and_accumulate()
        totals = [parameter.summed_grad if rows else 0.0 for parameter in self._parameters]
        self._clipped.zero_grad()
        for parameter, total in zip(self._parameters, totals, strict=True):
            parameter.grad = total + self._noise(parameter)

    def end(self) -> None:
        """Take out of the module what forms gradients of rows."""
        self._formed.to_standard_module()

    def _noise(self, parameter: Any) -> Any:
        clipping = self._clipping
        drawn = np.asarray(clipping.noise.standard_normal(tuple(parameter.shape), dtype=np.float32))
        return clipping.noise_multiplier * clipping.max_grad_norm * needed("torch", "torch").from_numpy(drawn)


@contextmanager
def without_its_warning() -> Iterator[None]:
    """While it lasts PyTorch does not warn that the hooks of Opacus fire where no inputs ask for gradients: they are meant to."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Full backward hook is firing")
        yield


def clips_alike(intervention: Intervention) -> bool:
    """Whether an intervention clips the gradient of every row to one norm, as Opacus does, and adds noise to the sum.

    Example:
        >>> from interplay.interventions.clipping_only import ClippingOnly
        >>> from interplay.interventions.group_clipping import GroupClipping
        >>> clips_alike(DpSgd()), clips_alike(ClippingOnly()), clips_alike(GroupClipping())
        (True, True, False)
    """
    if not isinstance(intervention, DpSgd):
        return False
    kind: type[DpSgd] = type(intervention)
    return kind.summed is DpSgd.summed and kind.released is DpSgd.released


def refuse_coupled(module: Any, rows: Float[Array, "row column"], called: str, intervention: Intervention) -> None:
    """Raise RefusedCombination where the gradient of a row cannot be had: for layers that Opacus refuses, as those of batch
    normalisation, and where in training the scores of a row change with the rows beside it.
    """
    module.train()
    layers = _unsupported(module)
    if layers:
        what, step = ", ".join(layers), "use layer or group normalisation"
        raise _refused(f"{what}, which Opacus cannot train with differential privacy", called, intervention, step)
    torch = needed("torch", "torch")
    inputs = torch.tensor(rows, requires_grad=True)
    (slopes,) = torch.autograd.grad(module(inputs)[0].sum(), inputs)
    if bool((slopes[1:] != 0).any()):
        why = f"scores of a row that change with the rows beside it in training: {INFLUENCE}"
        raise _refused(why, called, intervention, "let every row be scored by itself")


def _unsupported(module: Any) -> list[str]:
    validator = needed("opacus.validators", "torch").ModuleValidator
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        refused = [path for path, layer in module.named_modules() if validator.validate(layer, strict=False)]
    deepest = [path for path in refused if not any(other != path and _below(other, path) for other in refused)]
    named = dict(module.named_modules())
    return [f"{type(named[path]).__name__} at {path!r}" if path else type(named[path]).__name__ for path in deepest]


def _below(path: str, above: str) -> bool:
    return not above or path.startswith(f"{above}.")


def _refused(why: str, called: str, intervention: Intervention, step: str) -> RefusedCombination:
    return RefusedCombination(
        f"a module that treats each row by itself, for {intervention.title}",
        why,
        f"{called}, with {intervention.name!r}",
        f"{step}, or take out {intervention.name!r}",
    )
