"""Clipping without noise: one half of DP-SGD, to tell what the other half does."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar

from interplay.aspects import Aspect
from interplay.interventions._parameters import Search
from interplay.interventions._purpose import PartOf, Service
from interplay.interventions.dp_sgd import DpSgd


@dataclass(frozen=True)
class ClippingOnly(DpSgd):
    """Clip each example's gradient as DP-SGD does, and add no noise: a diagnostic of what clipping does.

    parameters <- parameters - learning_rate * (sum over the batch of clip(gradient, max_grad_norm)) / expected batch
    size

    Parameters as in `dp_sgd`, whose own it has where a study declares none for it. It promises nothing, is trained and
    compared by itself, and is never chosen. Held against the control it says how much of a harm of DP-SGD is its own.

    Reference: Tran et al. (2021), on the two sources of unequal harm; Abadi et al. (2016).

    Example:
        >>> bool(ClippingOnly().diagnostic)
        True

    Does not show: how clipping and noise work together; both alone need not add up.
    """

    aspects: ClassVar[tuple[Aspect, ...]] = (Aspect.PRIVACY,)
    title: ClassVar[str] = "clipping without noise"
    serves: ClassVar[tuple[Service, ...]] = (Service("membership_risk"),)
    reference: ClassVar[str] = "Tran et al., 2021"
    searched: ClassVar[Mapping[str, Search]] = MappingProxyType({})
    gives_guarantee: ClassVar[bool] = False
    follows: ClassVar[str] = "dp_sgd"
    part_of: ClassVar[PartOf | None] = PartOf("dp_sgd", "alone")

    noise_multiplier: float | None = 0.0
