"""The interventions of a study as objects, sorted by the phase in which they act."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

from interplay import catalogue
from interplay.design.treatment import Treatment
from interplay.interventions import (
    DataIntervention,
    GradientIntervention,
    InputIntervention,
    Intervention,
    LossIntervention,
    PredictionIntervention,
    ReleaseIntervention,
)
from interplay.study import Study
from interplay.study.faults import raise_first
from interplay.study.instances import build, intervention_faults

PHASES = (
    DataIntervention,
    InputIntervention,
    LossIntervention,
    GradientIntervention,
    PredictionIntervention,
    ReleaseIntervention,
)
"""The order in which interventions act on one model; it is part of a treatment's identity."""

TRAINING_PHASES = PHASES[:4]


@dataclass(frozen=True)
class Factors:
    """The interventions by name, in the order they act.

    `training` ones are crossed in a full factorial; `layers` (prediction and release) are put on top of every trained
    model without training again.
    """

    training: Mapping[str, Intervention]
    layers: Mapping[str, Intervention]

    @property
    def all(self) -> Mapping[str, Intervention]:
        """Every intervention."""
        return {**self.training, **self.layers}

    def treatment(self, names: tuple[str, ...]) -> Treatment:
        """The treatment with these interventions, in the order they act."""
        return Treatment(tuple(name for name in self.all if name in names))


def factors(study: Study) -> Factors:
    """Build the interventions a study lists.

    Raises `StudyError` for one that cannot be built, and `RefusedCombination` when two cannot act on one model.
    """
    known = catalogue.interventions()
    raise_first(list(intervention_faults(study, known)), "the study's interventions")
    ordered = sorted((build(section, known[section.name]) for section in study.interventions), key=_phase)
    training = {one.name: one for one in ordered if isinstance(one, TRAINING_PHASES)}
    layers = {one.name: one for one in ordered if not isinstance(one, TRAINING_PHASES)}
    return Factors(training, layers)


def _phase(one: Intervention) -> int:
    return next(position for position, phase in enumerate(PHASES) if isinstance(one, phase))


def factorial(built: Factors) -> tuple[Treatment, ...]:
    """Every subset of the training interventions: the control first, then by size.

    Example:
        >>> from interplay.interventions.reweighing import Reweighing
        >>> from interplay.interventions.dp_sgd import DpSgd
        >>> both = Factors({"reweighing": Reweighing(), "dp_sgd": DpSgd()}, {})
        >>> [treatment.name for treatment in factorial(both)]
        ['control', 'reweighing', 'dp_sgd', 'reweighing + dp_sgd']
    """
    names = tuple(built.training)
    return tuple(Treatment(subset) for size in range(len(names) + 1) for subset in combinations(names, size))


def layered(built: Factors) -> tuple[Treatment, ...]:
    """Every training treatment, alone and with each layer on top."""
    bare = factorial(built)
    tops: list[tuple[str, ...]] = [(), *((name,) for name in built.layers)]
    return tuple(Treatment(treatment.interventions + top) for treatment in bare for top in tops)
