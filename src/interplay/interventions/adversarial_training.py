"""Adversarial training: every batch is replaced by adversarial rows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar

from interplay.aspects import Aspect
from interplay.attacks.pgd import Threat, ascend
from interplay.engine import jax, jnp
from interplay.interventions._advice import Mitigates, Proposal
from interplay.interventions._inputs import InputIntervention
from interplay.interventions._parameters import Range
from interplay.interventions._purpose import Service
from interplay.models.network import Network


@dataclass(frozen=True)
class AdversarialTraining(InputIntervention):
    """Train on adversarial rows made from the current parameters.

    parameters <- parameters - learning_rate * mean over the batch of gradient of loss(adversarial row, label)

    The adversarial row is where projected gradient ascent of the loss within `radius` (standard deviations of a numeric
    column) ends after `attack_steps` steps from a random start. Only movable columns move: bounds are those of the
    training rows, one-hot columns stay one-hot, immutable columns never move. With `copies` above one every record is
    trained on that many adversarial rows from different starts, and with `clean_copy` on itself as well; a record's
    copies share its weight, and differential privacy clips the mean of their gradients.

    Reference: Madry et al. (2018); Cresswell (2025), Eq. 5; De et al. (2022) for copies under differential privacy.

    Example:
        >>> AdversarialTraining(radius=0.5).attack_steps
        7

    Does not show: robustness to larger radii or to switched categories; and a model may gain robust accuracy by no longer
    using the movable columns (see the metric movable_share).
    """

    aspects: ClassVar[tuple[Aspect, ...]] = (Aspect.ROBUSTNESS,)
    title: ClassVar[str] = "adversarial training"
    serves: ClassVar[tuple[Service, ...]] = (Service("balanced_robust_accuracy"), Service("robust_auc"))
    reference: ClassVar[str] = "Madry et al., 2018"
    proposal: ClassVar[Proposal | None] = Proposal(
        "Training on inputs that an attacker has moved. Without parameters = { radius = 0.5 } the "
        "radius is found on the tuning rows: the one at which the control loses ten points of "
        "balanced accuracy, or less on a weak table.",
    )
    mitigates: ClassVar[tuple[Mitigates, ...]] = (
        Mitigates("R->F", "a smaller radius", "Xu et al., 2021"),
        Mitigates("R->F", "rows as they are beside moved ones: clean_copy = true", "De et al., 2022"),
        Mitigates("R->U", "a smaller radius", "Tsipras et al., 2019"),
        Mitigates("F->R", "adversarial training beneath the fairness intervention", "Madry et al., 2018"),
        Mitigates("P->R", "adversarial training beside DP-SGD", "Hayes et al., 2022"),
        Mitigates("P->R", "augment each row before clipping", "Wu et al., 2024"),
        Mitigates("E->R", "adversarial training beneath the explanations", "Madry et al., 2018"),
    )
    ranges: ClassVar[Mapping[str, Range]] = MappingProxyType(
        {"radius": Range(0.0), "attack_steps": Range(1), "copies": Range(1)}
    )

    radius: float = 0.5
    attack_steps: int = 7
    copies: int = 1
    clean_copy: bool = False

    @property
    def passes(self) -> float:
        return 3.0 * self.attack_steps

    def expense(self, network: Network, columns: int, rows: int) -> str:
        starts = "" if self.copies == 1 else f" for each of {self.copies} copies"
        passes = self.copies * (1 + self.attack_steps) + self.clean_copy
        return f"{self.attack_steps} attack steps{starts}, about {passes} times plain training"

    def perturb(
        self, loss: Callable[[jax.Array], jax.Array], inputs: jax.Array, threat: Threat, key: jax.Array
    ) -> jax.Array:
        starts = [key] if self.copies == 1 else list(jax.random.split(key, self.copies))
        moved = [ascend(loss, inputs, self.radius, threat, start, self.attack_steps) for start in starts]
        if self.clean_copy:
            moved.append(inputs)
        return jax.lax.stop_gradient(moved[0] if len(moved) == 1 else jnp.stack(moved, axis=1))
