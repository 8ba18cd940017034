"""Noisy copies: every row is learned from together with copies whose movable columns are drawn around it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar

from interplay.acceleration.threefry import uniform
from interplay.aspects import Aspect
from interplay.attacks.pgd import Threat, project, rounded
from interplay.engine import jax, jnp
from interplay.interventions._advice import Mitigates, Proposal
from interplay.interventions._inputs import InputIntervention
from interplay.interventions._parameters import Range
from interplay.interventions._purpose import Service
from interplay.models.network import Network


@dataclass(frozen=True)
class NoisyCopies(InputIntervention):
    """Learn from every row and from `copies` of it that are drawn within the radius.

    loss(row) = (loss(x) + sum over copies of loss(x + noise)) / (copies + 1)

    The noise of half of the copies puts every movable column at one end of what `radius` (standard deviations of a numeric
    column) allows, by lot; that of the others is uniform between the ends. Columns move as in `adversarial_training`: within
    the bounds of the training rows, whole numbers to whole numbers, and never an immutable or a one-hot column. No model is
    asked for it, so it also acts on models that are trained by their own library, once, before they are fitted. Networks draw
    new copies in every step.

    Reference: Bishop (1995), "Training with noise is equivalent to Tikhonov regularization"; copies at the ends are ours: on
    trees those inside of the radius alone leave the ends as they were.

    Example:
        >>> wall = Threat(jnp.array([1.0, 0.0]), jnp.full(2, -9.0), jnp.full(2, 9.0))
        >>> drawn = NoisyCopies(radius=0.5, copies=2).perturb(jnp.sum, jnp.zeros((1, 2)), wall, jax.random.key(0))
        >>> drawn.shape, float(abs(drawn[0, 0, 0])), bool(abs(drawn[0, 1, 0]) < 0.5), drawn[0, 2].tolist()
        ((1, 3, 2), 0.5, True, [0.0, 0.0])

    Does not show: robustness to the worst row within the radius, which no copy need be near when many columns move; nor to
    larger radii or to switched categories.
    """

    aspects: ClassVar[tuple[Aspect, ...]] = (Aspect.ROBUSTNESS,)
    title: ClassVar[str] = "noisy copies"
    serves: ClassVar[tuple[Service, ...]] = (Service("balanced_robust_accuracy"), Service("robust_auc"))
    reference: ClassVar[str] = "Bishop, 1995"
    proposal: ClassVar[Proposal | None] = Proposal(
        "Every row learned from together with noisy copies of it, which stands in for adversarial training where a library "
        "trains its models itself.",
        without_steps=True,
    )
    mitigates: ClassVar[tuple[Mitigates, ...]] = (
        Mitigates("F->R", "noisy copies beneath the fairness intervention", "Bishop, 1995"),
        Mitigates("E->R", "noisy copies beneath the explanations", "Bishop, 1995"),
    )
    ranges: ClassVar[Mapping[str, Range]] = MappingProxyType({"radius": Range(0.0), "copies": Range(1)})
    asks_the_model: ClassVar[bool] = False

    radius: float = 0.5
    copies: int = 4

    @property
    def passes(self) -> float:
        return 3.0 * self.copies

    def expense(self, network: Network, columns: int, rows: int) -> str:
        return f"{self.copies} copies of every row, about {self.copies + 1} times plain training"

    def perturb(
        self, loss: Callable[[jax.Array], jax.Array], inputs: jax.Array, threat: Threat, key: jax.Array
    ) -> jax.Array:
        noise = 2.0 * uniform(key, (self.copies, *inputs.shape)) - 1.0
        at_ends = jnp.arange(self.copies) % 2 == 0
        directions = jnp.where(at_ends[:, None, None], jnp.sign(noise), noise)
        reach = self.radius * threat.movable

        def drawn(direction: jax.Array) -> jax.Array:
            return rounded(
                project(inputs + direction * reach, inputs, self.radius, threat), inputs, self.radius, threat
            )

        return jnp.stack([*map(drawn, directions), inputs], axis=1)
