"""Adversarial training: every batch is replaced by adversarial rows."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from interplay.aspects import Aspect
from interplay.attacks.pgd import Threat, pgd
from interplay.engine import jax
from interplay.interventions._intervention import InputIntervention, Service


@dataclass(frozen=True)
class AdversarialTraining(InputIntervention):
    """Train on adversarial rows made from the current parameters.

    parameters <- parameters - learning_rate * mean over the batch of gradient of loss(adversarial row, label)

    The adversarial row maximises the loss within `radius` (standard deviations of a numeric column) by projected
    gradient descent with `attack_steps` steps. Only movable columns move: bounds are those of the training rows, one-hot
    columns stay one-hot, immutable columns never move.

    Reference: Madry et al. (2018); Cresswell (2025), Eq. 5.

    Example:
        >>> AdversarialTraining(radius=0.5).attack_steps
        7

    Does not show: robustness to larger radii or to switched categories; and a model may gain robust accuracy by no longer
    using the movable columns (see the metric movable_share).
    """

    aspects: ClassVar[tuple[Aspect, ...]] = (Aspect.ROBUSTNESS,)
    title: ClassVar[str] = "adversarial training"
    serves: ClassVar[tuple[Service, ...]] = (Service("robust_accuracy"), Service("boundary_distance"))
    reference: ClassVar[str] = "Madry et al., 2018"

    radius: float = 0.5
    attack_steps: int = 7

    def perturb(
        self, loss: Callable[[jax.Array], jax.Array], inputs: jax.Array, threat: Threat, key: jax.Array
    ) -> jax.Array:
        return jax.lax.stop_gradient(pgd(loss, inputs, self.radius, threat, key, self.attack_steps))
