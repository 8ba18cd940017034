"""DP-SGD: per-example clipping and Gaussian noise in every step."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import ClassVar, Self

import numpy as np

from interplay.acceleration.threefry import normal
from interplay.aspects import Aspect
from interplay.engine import jax, jnp
from interplay.errors import StudyError
from interplay.evidence import PrivacyGuarantee
from interplay.interventions._advice import Mitigates, Proposal
from interplay.interventions._gradient import GradientIntervention
from interplay.interventions._intervention import Intervention
from interplay.interventions._loss import LossIntervention
from interplay.interventions._parameters import Problem, Range, Search
from interplay.interventions._purpose import Service
from interplay.interventions._schedule import Schedule
from interplay.models.network import Examples, Network, Parameters

CLIPPING_ALONE = "gradients are clipped without noise (noise_multiplier = 0), which gives no guarantee of privacy"


@dataclass(frozen=True)
class DpSgd(GradientIntervention):
    """Train with differential privacy by clipping each example's gradient and adding Gaussian noise.

    parameters <- parameters - learning_rate * (sum over the batch of clip(gradient, max_grad_norm)
                  + noise_multiplier * max_grad_norm * standard normal) / expected batch size

    `privacy_epsilon` is the target budget at the size actually trained on (a member's half of the pool), under
    adding or removing one row and Poisson sampling; `noise_multiplier` is solved for it by the accountant unless it is
    given. `privacy_delta` None means n ** -1.1 for n training rows. `max_grad_norm` is the clipping norm. A `strength`
    does not exist: less noise is a larger epsilon. With a `noise_multiplier` of 0 gradients are clipped and nothing else:
    no guarantee, a diagnostic of what clipping does, which is compared and never chosen.

    Reference: Abadi et al. (2016); Cresswell (2025), Eq. 3.

    Example:
        >>> DpSgd(privacy_epsilon=8.0).max_grad_norm
        1.0

    Does not show: protection of rows used elsewhere. Encoder statistics, reweighing counts, refitted scales and
    intercepts, thresholds and conformal scores come from exact rows and lie outside the budget.
    """

    aspects: ClassVar[tuple[Aspect, ...]] = (Aspect.PRIVACY,)
    title: ClassVar[str] = "DP-SGD"
    serves: ClassVar[tuple[Service, ...]] = (Service("membership_risk"), Service("membership_exposure"))
    reference: ClassVar[str] = "Abadi et al., 2016"
    proposal: ClassVar[Proposal | None] = Proposal(
        "Clipped and noisy gradients; the budget holds at the size that a member trains on. Without a "
        "max_grad_norm the clipping norm is found on the tuning rows.",
        parameters="parameters = { privacy_epsilon = 8.0 }",
    )
    mitigates: ClassVar[tuple[Mitigates, ...]] = (
        Mitigates("P->F", "a larger budget, or more steps at the same one", "Tramer and Boneh, 2021"),
        Mitigates("P->F", "a larger clipping norm", "Esipova et al., 2023"),
        Mitigates("F->P", "DP-SGD beneath the fairness intervention", "Abadi et al., 2016"),
        Mitigates("R->P", "DP-SGD beside adversarial training", "Hayes et al., 2022"),
        Mitigates("E->P", "DP-SGD beneath the released explanations", "Abadi et al., 2016"),
        Mitigates("P->UQ", "a larger budget", "Zhang et al., 2022"),
        Mitigates("UQ->P", "DP-SGD beneath the prediction sets", "Abadi et al., 2016"),
    )
    ranges: ClassVar[Mapping[str, Range]] = MappingProxyType(
        {
            "privacy_epsilon": Range(0.0, open=True),
            "max_grad_norm": Range(0.0, open=True),
            "privacy_delta": Range(0.0, 1.0, open=True),
            "noise_multiplier": Range(0.0),
        }
    )

    searched: ClassVar[Mapping[str, Search]] = MappingProxyType(
        {"max_grad_norm": Search("clipping norm", (0.1, 0.3, 1.0))}
    )
    gives_guarantee: ClassVar[bool] = True

    privacy_epsilon: float = 8.0
    max_grad_norm: float = 1.0
    privacy_delta: float | None = None
    noise_multiplier: float | None = None

    @property
    def diagnostic(self) -> str:
        return CLIPPING_ALONE if self.noise_multiplier == 0 else ""

    @property
    def sensitivity(self) -> float:
        """How far one row more or less moves the sum of a batch, at most; the noise is a multiple of it."""
        return self.max_grad_norm

    def delta(self, rows: int) -> float:
        """The failure probability of a model trained on so many rows: the declared one, or rows ** -1.1.

        Example:
            >>> round(DpSgd().delta(1000), 7), DpSgd(privacy_delta=1e-6).delta(1000)
            (0.0005012, 1e-06)
        """
        return self.privacy_delta if self.privacy_delta is not None else float(rows**-1.1)

    def solved(self, schedule: Schedule) -> Self:
        if self.noise_multiplier is not None:
            return self
        from interplay.accounting import noise_for

        noise = noise_for(self.privacy_epsilon, schedule.rate, schedule.steps, self.delta(schedule.rows))
        return replace(self, noise_multiplier=noise)

    def guarantee(self, schedule: Schedule, all_rows: int) -> PrivacyGuarantee | None:
        if self.no_guarantee:
            return None
        from interplay.accounting import epsilon

        noise = self.solved(schedule).noise_multiplier
        if not noise:
            return None
        delta, steps = self.delta(schedule.rows), schedule.steps
        return PrivacyGuarantee(
            privacy_epsilon=epsilon(noise, schedule.rate, steps, delta),
            privacy_delta=delta,
            privacy_epsilon_full_data=epsilon(noise, schedule.expected / all_rows, steps, self.delta(all_rows)),
            noise_multiplier=noise,
        )

    def promise(self, schedule: Schedule) -> str:
        if self.no_guarantee:
            return ""
        delta = self.delta(schedule.rows)
        if self.noise_multiplier is None:  # solved when the run begins, which may take seconds
            return f"epsilon at most {self.privacy_epsilon:.2f} at {schedule.rows:,} rows; delta {delta:.1e}"
        from interplay.accounting import epsilon

        spent = epsilon(self.noise_multiplier, schedule.rate, schedule.steps, delta)
        return f"epsilon {spent:.2f} at {schedule.rows:,} rows; delta {delta:.1e}; noise multiplier {self.noise_multiplier:.2f}"

    def problems(self, schedule: Schedule, all_rows: int) -> Iterator[Problem]:
        if self.privacy_delta is not None and self.privacy_delta * all_rows >= 1:
            yield Problem(
                "privacy_delta",
                f"a privacy_delta below 1/{all_rows} = {1 / all_rows:.2g}, for the {all_rows:,} rows of the pool",
                f"{self.privacy_delta:g}, with which a mechanism may publish a whole row and keep its promise",
                f"write one well below, or take it out for {all_rows**-1.1:.1g} (rows ** -1.1)",
            )
        if not self.noise_multiplier:  # solved for, or clipping alone
            return
        from interplay.accounting import smallest_noise

        least = smallest_noise(schedule.rate, schedule.steps, self.delta(schedule.rows))
        if self.noise_multiplier < least:
            yield Problem(
                "noise_multiplier",
                f"a noise multiplier of at least {_rounded_up(least)}, the smallest that can be accounted for",
                f"{self.noise_multiplier:g} with {schedule.steps} steps and a sampling rate of {schedule.rate:.3g}, whose "
                "guarantee would say nothing",
                "raise it, or write 0 for clipping alone, which promises nothing, is compared and never chosen",
            )

    def summed(self, network: Network, parameters: Parameters, examples: Examples) -> Parameters:
        return network.clipped_sum(parameters, examples, self.max_grad_norm)[0]

    def released(self, total: Parameters, key: jax.Array) -> Parameters:
        if self.noise_multiplier is None:
            raise StudyError("a noise multiplier", "none", "dp_sgd", "solve it with interplay.accounting.noise_for")
        leaves, shape = jax.tree.flatten(total)
        noise = self.noise_multiplier * self.sensitivity * normal(key, (sum(leaf.size for leaf in leaves),))
        ends = np.cumsum([leaf.size for leaf in leaves])
        parts = jnp.split(noise, ends[:-1])
        noisy = [leaf + part.reshape(leaf.shape) for leaf, part in zip(leaves, parts, strict=True)]
        return jax.tree.unflatten(shape, noisy)

    def refuses(self, partner: Intervention) -> str | None:
        if isinstance(partner, LossIntervention):
            return (
                f"{partner.title} couples the rows of a batch, so one row's influence cannot be clipped; "
                "use reweighing instead"
            )
        return None


def _rounded_up(value: float) -> str:
    """Three digits, and not below the value."""
    text = f"{value:.3g}"
    return text if float(text) >= value else f"{value * 1.005:.3g}"
