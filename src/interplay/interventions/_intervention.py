"""What an intervention is: a frozen description of one thing done for an aspect, with one method per phase."""

from __future__ import annotations

import abc
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from interplay.arrays import Array, Bool, Float, Int
from interplay.aspects import Aspect
from interplay.discovery import name_of

if TYPE_CHECKING:  # a description needs no engine: `interplay decide` answers without it
    from interplay.attacks.pgd import Threat
    from interplay.engine import jax
    from interplay.models.network import Examples, Network, Parameters

Baseline = Literal["without", "same", "absent"]
"""What a treated cell is held against. `without`: the treatment less the intervention. `same`: the same treatment, by
another metric. `absent`: zero by definition, as without the intervention there is nothing to measure."""


@dataclass(frozen=True)
class Service:
    """What an intervention is for: the metric it should improve, and against what.

    `replaces` are interventions that stand in the baseline instead of it; `baseline_metric` is read there when it is
    not the same metric.
    """

    metric: str
    baseline: Baseline = "without"
    replaces: tuple[str, ...] = ()
    baseline_metric: str | None = None


@dataclass(frozen=True)
class Intervention(abc.ABC):
    """One thing done for one aspect (or two).

    Class attributes: `aspects`, the aspects it serves; `title`, how people call it; `serves`, its positive control: the
    intervention worked when it improves one of these by more than the tolerance, on the grouping it acts on;
    `reference`, author and year. Fields are parameters a study may set.
    """

    aspects: ClassVar[tuple[Aspect, ...]]
    title: ClassVar[str]
    serves: ClassVar[tuple[Service, ...]]
    reference: ClassVar[str]

    @property
    def name(self) -> str:
        """The catalogue name: the stem of the file that defines it, after "package/" outside interplay."""
        return name_of(type(self))

    @property
    def aims(self) -> tuple[Service, ...]:
        """What its positive control looks at: all that it serves, or what its parameters aim at."""
        return self.serves

    def refuses(self, partner: Intervention) -> str | None:
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
        self, loss: Callable[[jax.Array], jax.Array], inputs: jax.Array, threat: Threat, key: jax.Array
    ) -> jax.Array:
        """The inputs to train on, (row, column) or several copies of each row (row, copy, column).

        `inputs` are the columns an attacker can move, and `loss(inputs)` grows, row by row, with the current model's
        loss. Each row's perturbation depends on that row only, so that clipping still bounds one person's influence.
        """


@dataclass(frozen=True)
class LossIntervention(Intervention):
    """In-processing: a penalty on a batch, added to the loss."""

    @abc.abstractmethod
    def penalty(
        self, logits: jax.Array, favourable: int, groups: jax.Array, weights: jax.Array, *, group_count: int
    ) -> jax.Array:
        """A scalar from the class scores of a batch; `weights` are zero for padding rows."""


@dataclass(frozen=True)
class GradientIntervention(Intervention):
    """In-processing: how the losses of a batch's rows become one gradient.

    Batches come in parts of a few rows: `summed` is asked for every part, the sums are added up, and `released` turns
    the total into what the optimiser sees.
    """

    @abc.abstractmethod
    def summed(self, network: Network, parameters: Parameters, examples: Examples) -> Parameters:
        """The sum of the rows' contributions; each depends on its own row only. The loop divides by the batch size."""

    def released(self, total: Parameters, key: jax.Array) -> Parameters:
        """The gradient of the batch from the sum over all of its rows."""
        del key
        return total


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
    """Release: what leaves the model besides the label; `releases` is the exhibit it makes."""

    releases: ClassVar[type]
