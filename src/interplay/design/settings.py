"""What a study leaves to its data: the radius of attacks, and parameters of interventions that are looked for."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace

import numpy as np

from interplay.design.factors import followed
from interplay.design.plan import Design
from interplay.design.ranking import ranked
from interplay.interventions import Intervention, Search
from interplay.study import Study


@dataclass(frozen=True)
class Settings:
    """What was found on the tuning rows, before anything is compared.

    `radius` in standard deviations of the encoded columns, None where the study declares it or nothing can be moved; `lost`
    is the balanced accuracy that the control loses at it. `parameters` are those of interventions, by their names.
    `exposure` is that of every row of the pool in members set apart, None where no intervention takes rows out by it.
    """

    radius: float | None = None
    lost: float | None = None
    parameters: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    exposure: Sequence[float] | None = None


@dataclass(frozen=True)
class Open:
    """A parameter of an intervention that the study leaves to its data."""

    intervention: str
    parameter: str
    search: Search


def radius_is_open(study: Study) -> bool:
    """Whether the study leaves the radius to its data: neither these nor an intervention declare one."""
    return study.data.radius is None and not any("radius" in section.parameters for section in study.interventions)


def open_parameters(design: Design) -> Iterator[Open]:
    """The parameters that are looked for, since the study does not declare them."""
    declared = {section.name: section.parameters for section in design.study.interventions}
    for name, one in design.factors.training.items():
        for parameter, search in one.searched.items():
            if parameter not in declared[name]:
                yield Open(name, parameter, search)


def settle(design: Design, found: Settings) -> Design:
    """The design with what was found in place of the defaults."""
    factors = design.factors
    strengths = {
        name: replace(one, intervention=_settled(one.intervention, one.of, found, besides=one.parameter))
        for name, one in factors.strengths.items()
    }
    training = {name: _settled(one, name, found) for name, one in factors.training.items()}
    settled = replace(factors, training=followed(training, design.study), strengths=strengths)
    ranks = design.ranks if found.exposure is None else ranked(np.array(found.exposure), design.clusters[design.pool])
    return replace(design, factors=settled, radius=design.radius if found.radius is None else found.radius, ranks=ranks)


def _settled(one: Intervention, name: str, found: Settings, besides: str = "") -> Intervention:
    """The intervention with what was found for its parameters, but for the one that a strength is about."""
    values = dict(found.parameters.get(name, {}))
    if found.radius is not None:
        values["radius"] = found.radius
    own = {each.name for each in fields(one)} - {besides}
    return replace(one, **{key: value for key, value in values.items() if key in own})
