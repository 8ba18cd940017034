"""TRADES: the loss of the rows as they are, and a price for predictions that change within the radius."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar

from interplay.aspects import Aspect
from interplay.attacks.divergence import divergence
from interplay.attacks.pgd import Threat, ascend
from interplay.engine import jax, jnp
from interplay.interventions._advice import Mitigates
from interplay.interventions._inputs import InputIntervention
from interplay.interventions._parameters import Range
from interplay.interventions._purpose import Service
from interplay.models.network import Network, cross_entropy

START_WITHIN = 0.03
"""The share of the radius within which an ascent starts: the divergence has no slope at the row itself. Zhang et al. start at
0.001 times normal numbers, of a radius of 0.031."""


@dataclass(frozen=True)
class Trades(InputIntervention):
    """Train on the rows as they are, and pay for every prediction that changes within the radius.

    loss(x, y) = cross_entropy(p(x), y) + trade_off * KL(p(x) || p(x'))

    where x' is where projected gradient ascent of the divergence KL within `radius` (standard deviations of a numeric
    column) ends after `attack_steps` steps from a small random start. `trade_off` is at least 0: 0 is plain training,
    and larger values weigh predictions that stay against those that are right. Columns move as in `adversarial_training`.
    Each record's loss depends on its own row only, so that DP-SGD clips it; a penalty beside it is taken over the rows of
    a batch and their moved copies.

    Reference: Zhang et al. (2019), "Theoretically principled trade-off between robustness and accuracy", Eq. 5 and
    Algorithm 1, with trade_off = 1 / lambda.

    Example:
        >>> sure, even = jnp.array([[2.0, 0.0]]), jnp.array([[0.0, 0.0]])
        >>> round(float(Trades(trade_off=2.0).losses([sure, even], jnp.array([0]))[0]), 4)  # 0.1269 + 2 * 0.32784
        0.7826

    Does not show: robustness to larger radii or to switched categories; nor the best `trade_off`, which depends on what a
    lost row of either kind costs.
    """

    aspects: ClassVar[tuple[Aspect, ...]] = (Aspect.ROBUSTNESS,)
    title: ClassVar[str] = "TRADES"
    serves: ClassVar[tuple[Service, ...]] = (Service("balanced_robust_accuracy"), Service("robust_auc"))
    reference: ClassVar[str] = "Zhang et al., 2019"
    mitigates: ClassVar[tuple[Mitigates, ...]] = (
        Mitigates("R->F", "TRADES instead, with a smaller trade_off", "Zhang et al., 2019"),
        Mitigates("R->U", "TRADES, whose trade_off says what robustness may cost", "Zhang et al., 2019"),
    )
    ranges: ClassVar[Mapping[str, Range]] = MappingProxyType(
        {"radius": Range(0.0), "attack_steps": Range(1), "trade_off": Range(0.0)}
    )

    radius: float = 0.5
    attack_steps: int = 7
    trade_off: float = 6.0

    @property
    def passes(self) -> float:
        return 3.0 * (self.attack_steps + 1)

    def expense(self, network: Network, columns: int, rows: int) -> str:
        return f"{self.attack_steps} attack steps and both copies, about {self.attack_steps + 2} times plain training"

    def objective(
        self, scores: Callable[[jax.Array], jax.Array], inputs: jax.Array, labels: jax.Array, weights: jax.Array
    ) -> Callable[[jax.Array], jax.Array]:
        predicted = scores(inputs)
        return lambda moved: divergence(predicted, scores(moved))

    def perturb(
        self, loss: Callable[[jax.Array], jax.Array], inputs: jax.Array, threat: Threat, key: jax.Array
    ) -> jax.Array:
        moved = ascend(loss, inputs, self.radius, threat, key, self.attack_steps, START_WITHIN)
        return jax.lax.stop_gradient(jnp.stack([inputs, moved], axis=1))

    def losses(self, scores: Sequence[jax.Array], labels: jax.Array) -> jax.Array:
        unchanged, moved = scores
        return cross_entropy(unchanged, labels) + self.trade_off * divergence(unchanged, moved)
