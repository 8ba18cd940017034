"""What a study leaves to its data: the radius of attacks, and the norm to which DP-SGD clips."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from interplay.design.factors import Factors
from interplay.design.plan import Design
from interplay.interventions import Intervention
from interplay.interventions.adversarial_training import AdversarialTraining
from interplay.interventions.dp_sgd import DpSgd
from interplay.study import Study


@dataclass(frozen=True)
class Settings:
    """What was found on the tuning rows, before anything is compared; None where the study declares it or has no use for it.

    `radius` in standard deviations of the encoded columns; `lost` is the balanced accuracy that the control loses at it.
    """

    radius: float | None = None
    lost: float | None = None
    max_grad_norm: float | None = None


def radius_is_open(study: Study) -> bool:
    """Whether the study leaves the radius to its data: no intervention of it declares one."""
    return not any("radius" in section.parameters for section in study.interventions)


def clipping_is_open(study: Study) -> bool:
    """Whether the study has DP-SGD and leaves the clipping norm to its data."""
    found = [section for section in study.interventions if section.name == "dp_sgd"]
    return bool(found) and "max_grad_norm" not in found[0].parameters


def settle(design: Design, found: Settings) -> Design:
    """The design with what was found in place of the defaults."""
    factors = design.factors
    strengths = {
        name: replace(one, intervention=_set(one.intervention, found)) for name, one in factors.strengths.items()
    }
    settled = Factors(_all_set(factors.training, found), factors.layers, strengths)
    return replace(design, factors=settled, radius=design.radius if found.radius is None else found.radius)


def _all_set(interventions: Mapping[str, Intervention], found: Settings) -> dict[str, Intervention]:
    return {name: _set(one, found) for name, one in interventions.items()}


def _set(one: Intervention, found: Settings) -> Intervention:
    if isinstance(one, AdversarialTraining) and found.radius is not None:
        return replace(one, radius=found.radius)
    if isinstance(one, DpSgd) and found.max_grad_norm is not None:
        return replace(one, max_grad_norm=found.max_grad_norm)
    return one
