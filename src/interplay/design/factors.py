"""The interventions of a study as objects, sorted by the phase in which they act."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from interplay import catalogue
from interplay.design.fractional import subsets
from interplay.design.strength import Strength, strengths_of
from interplay.design.treatment import Treatment
from interplay.interventions import (
    DataIntervention,
    GradientIntervention,
    InputIntervention,
    Intervention,
    LossIntervention,
    PredictionIntervention,
    ReleaseIntervention,
    RemovalIntervention,
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

    `training` ones are crossed, but for diagnostics; `layers` (prediction and release) are put on top of every trained model
    without training again. `strengths` are training interventions at another strength. These and diagnostics are each alone
    in a treatment of its own, which is trained and compared, never crossed and never chosen.
    """

    training: Mapping[str, Intervention]
    layers: Mapping[str, Intervention]
    strengths: Mapping[str, Strength] = field(default_factory=dict)

    @property
    def all(self) -> Mapping[str, Intervention]:
        """Every intervention, as the study sets it."""
        return {**self.training, **self.layers}

    @property
    def known(self) -> Mapping[str, Intervention]:
        """Whatever a treatment may name: every intervention, and those at another strength."""
        other = {name: one.intervention for name, one in self.strengths.items()}
        return {**self.training, **other, **self.layers}

    @property
    def crossed(self) -> tuple[str, ...]:
        """The training interventions of which every combination is trained."""
        return tuple(name for name, one in self.training.items() if not one.diagnostic)

    @property
    def alone(self) -> tuple[str, ...]:
        """Those that are trained alone, for comparison: diagnostics, and other strengths."""
        return (*(name for name, one in self.training.items() if one.diagnostic), *self.strengths)

    @property
    def retrained(self) -> Treatment | None:
        """The control from another start; None where no diagnostic trains it."""
        found = (Treatment((name,)) for name, one in self.training.items() if one.diagnostic and one.streams)
        return next(found, None)

    @property
    def removal(self) -> RemovalIntervention | None:
        """The first intervention that takes rows out by their exposure, whose share says which rows come next; None where
        nothing does.
        """
        return next((one for one in self.training.values() if isinstance(one, RemovalIntervention)), None)

    def treatment(self, names: tuple[str, ...]) -> Treatment:
        """The treatment with these interventions, in the order they act."""
        return Treatment(tuple(name for name in self.known if name in names))


def factors(study: Study) -> Factors:
    """Build the interventions a study lists.

    Raises `StudyError` for one that cannot be built, and `RefusedCombination` when two cannot act on one model.
    """
    known = catalogue.interventions()
    raise_first(list(intervention_faults(study, known)), "the study's interventions")
    ordered = sorted((build(section, known[section.name]) for section in study.interventions), key=_phase)
    training = {one.name: one for one in ordered if isinstance(one, TRAINING_PHASES)}
    layers = {one.name: one for one in ordered if not isinstance(one, TRAINING_PHASES)}
    sections = {section.name: section for section in study.interventions}
    other = (one for name, mine in training.items() for one in strengths_of(sections[name], mine))
    return Factors(training, layers, {one.name: one for one in other})


def _phase(one: Intervention) -> int:
    return next(position for position, phase in enumerate(PHASES) if isinstance(one, phase))


def factorial(built: Factors) -> tuple[Treatment, ...]:
    """The crossed training interventions: the control first, then by size.

    Every subset of up to six; of more, a fraction with every single one and all together (`interplay.design.fractional`).

    Example:
        >>> from interplay.interventions.reweighing import Reweighing
        >>> from interplay.interventions.dp_sgd import DpSgd
        >>> both = Factors({"reweighing": Reweighing(), "dp_sgd": DpSgd()}, {})
        >>> [treatment.name for treatment in factorial(both)]
        ['control', 'reweighing', 'dp_sgd', 'reweighing + dp_sgd']
    """
    return tuple(Treatment(on) for on in subsets(built.crossed))


def trained(built: Factors) -> tuple[Treatment, ...]:
    """Every treatment that has models of its own: the crossed ones, then those that are trained alone."""
    return (*factorial(built), *(Treatment((name,)) for name in built.alone))


def layered(built: Factors) -> tuple[Treatment, ...]:
    """Every crossed treatment, alone and with each layer on top; those that are trained alone with each release."""
    releases = [name for name, one in built.layers.items() if isinstance(one, ReleaseIntervention)]
    crossed = [(one, top) for one in factorial(built) for top in _tops(built.layers)]
    other = [(Treatment((name,)), top) for name in built.alone for top in _tops(releases)]
    return tuple(Treatment(bare.interventions + top) for bare, top in (*crossed, *other))


def _tops(layers: Iterable[str]) -> list[tuple[str, ...]]:
    return [(), *((name,) for name in layers)]
