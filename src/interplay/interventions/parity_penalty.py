"""Parity penalty: the difference in favourable scores between groups, added to the loss."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar

from interplay.aspects import Aspect
from interplay.engine import jax, jnp
from interplay.interventions._intervention import Intervention
from interplay.interventions._loss import LossIntervention
from interplay.interventions._parameters import Range
from interplay.interventions._purpose import Service


@dataclass(frozen=True)
class ParityPenalty(LossIntervention):
    """Add to the loss how far the groups' mean favourable scores are from the mean of all.

    penalty = strength * sum over groups g of (mean score in g - mean score) ** 2

    where the score is the model's probability of the favourable class and the means are over the batch. `strength` is
    at least 0; larger mitigates the demographic parity difference more and costs more accuracy. Groups absent from a
    batch add nothing.

    Reference: Kamishima et al. (2012) for the idea of a regulariser; the squared form as in Cresswell (2025), section
    2.1, in-processing.

    Example:
        >>> both = jnp.array([[0.0, 4.0], [0.0, -4.0]])
        >>> one = jnp.ones(2)
        >>> round(float(ParityPenalty(strength=1.0).penalty(both, 1, jnp.array([0, 1]), one, group_count=2)), 3)
        0.465

    Does not show: any effect on error rates within a group.
    """

    aspects: ClassVar[tuple[Aspect, ...]] = (Aspect.FAIRNESS,)
    title: ClassVar[str] = "a parity penalty"
    serves: ClassVar[tuple[Service, ...]] = (Service("demographic_parity_difference"),)
    reference: ClassVar[str] = "Kamishima et al., 2012"
    ranges: ClassVar[Mapping[str, Range]] = MappingProxyType({"strength": Range(0.0)})

    strength: float = 2.0

    def penalty(
        self, logits: jax.Array, favourable: int, groups: jax.Array, weights: jax.Array, *, group_count: int
    ) -> jax.Array:
        scores = jax.nn.softmax(logits, axis=1)[:, favourable]
        members = jax.nn.one_hot(groups, group_count) * weights[:, None]
        sizes = members.sum(axis=0)
        means = (members.T @ scores) / jnp.maximum(sizes, 1.0)
        overall = jnp.sum(weights * scores) / jnp.maximum(weights.sum(), 1.0)
        return self.strength * jnp.sum(jnp.where(sizes > 0, (means - overall) ** 2, 0.0))

    def refuses(self, partner: Intervention) -> str | None:
        return partner.refuses(self) if partner.name == "dp_sgd" else None
