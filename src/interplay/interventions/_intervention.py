"""What an intervention is: a frozen description of one thing done for an aspect, with one method per phase."""

import abc
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from interplay.arrays import Array, Bool, Float, Int
from interplay.aspects import Aspect

if TYPE_CHECKING:
    import jax

Parameters = Any
"""A model's parameters: a pytree of JAX arrays."""


@dataclass(frozen=True)
class Intervention(abc.ABC):
    """One thing done for one aspect (or two).

    Class attributes: `aspects`, the aspects it serves; `title`, how people call it; `serves`, the metric names that a
    positive control looks at, best first: the intervention worked when it improves one of them by more than its
    tolerance; `reference`, author and year. Fields are parameters a study may set.
    """

    aspects: ClassVar[tuple[Aspect, ...]]
    title: ClassVar[str]
    serves: ClassVar[tuple[str, ...]]
    reference: ClassVar[str]

    @property
    def name(self) -> str:
        """The catalogue name: the stem of the file that defines the intervention."""
        return type(self).__module__.rpartition(".")[2]

    def refuses(self, partner: "Intervention") -> str | None:
        """Why it cannot act on one model together with `partner`, and the alternative; None when it can."""
        del partner
        return None


@dataclass(frozen=True, eq=False)
class TrainingRows:
    """The rows one member trains on: labels and the codes of the grouping the study mitigates for."""

    labels: Int[Array, " row"]
    groups: Int[Array, " row"]
    classes: int


@dataclass(frozen=True)
class DataIntervention(Intervention):
    """Pre-processing: row weights from the training rows."""

    @abc.abstractmethod
    def weigh(self, rows: TrainingRows) -> Float[Array, " row"]:
        """One weight per training row, mean one."""


@dataclass(frozen=True)
class InputIntervention(Intervention):
    """In-processing: perturbed inputs for a batch, from the current parameters."""

    @abc.abstractmethod
    def perturb(
        self,
        margin_loss: Callable[["jax.Array", "jax.Array"], "jax.Array"],
        inputs: "jax.Array",
        labels: "jax.Array",
        threat: Mapping[str, "jax.Array"],
        key: "jax.Array",
    ) -> "jax.Array":
        """The inputs to train on; `margin_loss(inputs, labels)` is the summed loss of the current model.

        Each row's perturbation depends on that row only, so that clipping still bounds one person's influence.
        """


@dataclass(frozen=True)
class LossIntervention(Intervention):
    """In-processing: a penalty on a batch, added to the loss."""

    @abc.abstractmethod
    def penalty(
        self, logits: "jax.Array", labels: "jax.Array", groups: "jax.Array", weights: "jax.Array"
    ) -> "jax.Array":
        """A scalar; `weights` are zero for padding rows."""


@dataclass(frozen=True)
class GradientIntervention(Intervention):
    """In-processing: how the per-example losses of a batch become one gradient."""


@dataclass(frozen=True, eq=False)
class FittingRows:
    """Held-out rows a prediction layer is fitted on: the favourable-class margin, label and group, and weights."""

    margins: Float[Array, " row"]
    labels: Bool[Array, " row"]
    groups: Int[Array, " row"]
    weights: Float[Array, " row"]


@dataclass(frozen=True)
class PredictionIntervention(Intervention):
    """Post-processing: decisions adjusted with held-out rows."""

    @abc.abstractmethod
    def thresholds(self, rows: FittingRows, groups: int) -> Float[Array, " group"]:
        """For each group, the margin at and above which the favourable decision is taken."""


@dataclass(frozen=True)
class ReleaseIntervention(Intervention):
    """Release: what leaves the model besides the label, such as explanations or prediction sets."""
