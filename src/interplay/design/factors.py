"""The interventions of a study as objects, sorted by the phase in which they act."""

from collections.abc import Iterable, Mapping
from dataclasses import MISSING, dataclass, field, fields, replace

from interplay import catalogue
from interplay.design.fractional import subsets
from interplay.design.strength import Strength, strengths_of
from interplay.design.treatment import Treatment
from interplay.interventions import (
    DataIntervention,
    FitIntervention,
    GradientIntervention,
    InputIntervention,
    Intervention,
    LossIntervention,
    PredictionIntervention,
    ReleaseIntervention,
    RemovalIntervention,
    act_together,
)
from interplay.study import Study
from interplay.study.faults import raise_first
from interplay.study.instances import build, intervention_faults
from interplay.study.model import InterventionSection

PHASES = (
    DataIntervention,
    InputIntervention,
    LossIntervention,
    GradientIntervention,
    FitIntervention,
    PredictionIntervention,
    ReleaseIntervention,
)
"""The order in which interventions act on one model; it is part of a treatment's identity."""

TRAINING_PHASES = PHASES[:5]


@dataclass(frozen=True)
class Factors:
    """The interventions by name, in the order they act.

    `training` ones are crossed, but for diagnostics; `layers` (prediction and release) are put on top of every trained model
    without training again. `strengths` are training interventions at another strength, and `listed_alone` are those that the
    study wants by themselves. These and diagnostics are each alone in a treatment of its own, which is trained and compared,
    never crossed and never chosen; a diagnostic that asks about other interventions is trained once more beside each of them.
    """

    training: Mapping[str, Intervention]
    layers: Mapping[str, Intervention]
    strengths: Mapping[str, Strength] = field(default_factory=dict)
    listed_alone: frozenset[str] = frozenset()

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
        return tuple(name for name in self.training if not self._is_alone(name))

    @property
    def alone(self) -> tuple[str, ...]:
        """Those that are trained alone, for comparison: diagnostics, those listed so, and other strengths."""
        return (*(name for name in self.training if self._is_alone(name)), *self.strengths)

    def _is_alone(self, name: str) -> bool:
        return bool(self.training[name].diagnostic) or name in self.listed_alone

    @property
    def beside(self) -> tuple[Treatment, ...]:
        """Every diagnostic with each of the crossed interventions that it asks about."""
        return tuple(
            self.treatment((name, other))
            for name, one in self.training.items()
            for other in self.crossed
            if one.diagnostic and act_together(one, self.training[other])
        )

    def clean(self, treatment: Treatment) -> Treatment | None:
        """The same treatment on the training rows as they are; None where no diagnostic changes their labels."""
        known = self.known
        poison = tuple(name for name in treatment.interventions if name in known and _poisons(known[name]))
        return treatment.without(poison) if poison else None

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
    ordered = sorted((_built(section, known[section.name], study) for section in study.interventions), key=_order)
    training = followed({one.name: one for one in ordered if isinstance(one, TRAINING_PHASES)}, study)
    layers = {one.name: one for one in ordered if not isinstance(one, TRAINING_PHASES)}
    sections = {section.name: section for section in study.interventions}
    other = (one for name, mine in training.items() for one in strengths_of(sections[name], mine))
    alone = frozenset(section.name for section in study.interventions if section.alone)
    return Factors(training, layers, {one.name: one for one in other}, alone)


def _built(section: InterventionSection, kind: type[Intervention], study: Study) -> Intervention:
    """The intervention of a section, with the study's radius where it has one and declares none itself."""
    built = build(section, kind)
    if study.data.radius is None or "radius" in section.parameters or not hasattr(built, "radius"):
        return built
    return replace(built, **{"radius": study.data.radius})


def followed(training: Mapping[str, Intervention], study: Study) -> dict[str, Intervention]:
    """The same, with the parameters of the intervention that one follows where the study declares none for itself.

    Both have such a parameter, with the same default: what a follower sets otherwise is its own.

    Example:
        >>> from interplay.interventions.dp_sgd import DpSgd
        >>> from interplay.interventions.longer_dp_sgd import LongerDpSgd
        >>> sections = [{"name": "dp_sgd", "parameters": {"privacy_epsilon": 3.0}}, {"name": "longer_dp_sgd"}]
        >>> study = Study.model_validate({"name": "x", "data": {"source": "a.csv"}, "interventions": sections})
        >>> both = {"dp_sgd": DpSgd(privacy_epsilon=3.0), "longer_dp_sgd": LongerDpSgd()}
        >>> followed(both, study)["longer_dp_sgd"].privacy_epsilon
        3.0
    """
    declared = {section.name: section.parameters for section in study.interventions}
    return {
        name: _following(intervention, training.get(intervention.follows), declared[name])
        for name, intervention in training.items()
    }


def _following(follower: Intervention, leader: Intervention | None, declared: Mapping[str, object]) -> Intervention:
    if leader is None:
        return follower
    shared = [name for name in shared_parameters(follower, leader) if name not in declared]
    return replace(follower, **{name: getattr(leader, name) for name in shared})


def shared_parameters(first: Intervention, second: Intervention) -> tuple[str, ...]:
    """The parameters that two interventions have in common: of one name, with one default.

    Example:
        >>> from interplay.interventions.clipping_only import ClippingOnly
        >>> from interplay.interventions.dp_sgd import DpSgd
        >>> shared_parameters(ClippingOnly(), DpSgd())
        ('privacy_epsilon', 'max_grad_norm', 'privacy_delta')
    """
    defaults = {each.name: each.default for each in fields(second)}
    return tuple(each.name for each in fields(first) if defaults.get(each.name, MISSING) == each.default)


def _order(one: Intervention) -> tuple[int, int]:
    """By phase; of the first one, those that change labels before those that only weigh."""
    phase = next(position for position, phase in enumerate(PHASES) if isinstance(one, phase))
    return phase, one.turn if isinstance(one, DataIntervention) else 0


def _poisons(one: Intervention) -> bool:
    """Whether it changes labels to show what that does, and not to help."""
    return isinstance(one, DataIntervention) and one.relabels and bool(one.diagnostic)


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
    """Every treatment that has models of its own: the crossed ones, those that are trained alone, diagnostics beside others."""
    return (*factorial(built), *(Treatment((name,)) for name in built.alone), *built.beside)


def layered(built: Factors) -> tuple[Treatment, ...]:
    """Every crossed treatment, alone and with each layer on top; those that are trained alone with each release; and
    diagnostics beside others as they are.
    """
    releases = [name for name, one in built.layers.items() if isinstance(one, ReleaseIntervention)]
    crossed = [(one, top) for one in factorial(built) for top in _tops(built.layers)]
    other = [(Treatment((name,)), top) for name in built.alone for top in _tops(releases)]
    return (*(Treatment(bare.interventions + top) for bare, top in (*crossed, *other)), *built.beside)


def _tops(layers: Iterable[str]) -> list[tuple[str, ...]]:
    return [(), *((name,) for name in layers)]
