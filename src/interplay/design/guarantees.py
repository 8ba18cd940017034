"""What treatments promise about privacy: which budgets cannot be stated, why some have none, and what all budgets mean."""

from collections.abc import Iterator
from dataclasses import dataclass

from interplay.design.factors import Factors
from interplay.design.plan import Design
from interplay.design.treatment import Treatment
from interplay.interventions import Intervention
from interplay.study.faults import Fault
from interplay.study.positions import KeyPath

NO_MECHANISM = "no intervention of this treatment gives a guarantee"

LISTED_ALONE = "listed with alone = true, for comparison"

NOT_FOR_RELEASE = (
    "Models of an audit are not for release: their noise follows from the seed of the study. The budget is that of one "
    "model trained anew with secret noise; several that are released together compose: they spend more than one does"
)

SECRET_NOISE = (
    "These models were trained with secret noise and batches, whose keys came from the system's entropy and are kept "
    "nowhere. One of them may be deployed; the budget is that of this one, and whatever else is released adds to it"
)

ROWS_ARE_PUBLIC = (
    "Batches are full, and every step divides by the number of rows that a model trains on: take this number as public. "
    "The guarantee is about one row more or less, and does not hide how many there are"
)


def no_budget(built: Factors, treatment: Treatment) -> str:
    """Why a treatment has no budget of differential privacy; empty where it has one."""
    known = [one for name in treatment.interventions if (one := built.known.get(name)) is not None]
    return next((one.no_guarantee for one in known if one.gives_guarantee), NO_MECHANISM)


def never_chosen(built: Factors, treatment: Treatment) -> str:
    """Why a treatment is trained and compared, and never chosen by a decision; empty where it may be chosen.

    Example:
        >>> from interplay.interventions.dp_sgd import DpSgd
        >>> built = Factors({"dp_sgd": DpSgd(noise_multiplier=0.0)}, {})
        >>> never_chosen(built, Treatment()), never_chosen(built, Treatment(("dp_sgd",)))[:24]
        ('', 'a diagnostic: gradients ')
    """
    active = [one for name in treatment.interventions if (one := built.known.get(name)) is not None]
    reason = next((one.diagnostic for one in active if one.diagnostic), "")
    if reason:
        return f"a diagnostic: {reason}"
    if any(name in built.strengths for name in treatment.interventions):
        return "another strength, for the curve of strengths"
    return LISTED_ALONE if built.listed_alone & set(treatment.interventions) else ""


def rows_are_public(design: Design) -> bool:
    """Whether a guarantee of this design rests on a number of rows that everybody may know."""
    return design.batch_size >= design.half and any(guarantees(design.factors))


def guarantee_faults(design: Design) -> Iterator[Fault]:
    """Parameters of differential privacy that promise nothing with the rows of this study, or cannot be accounted for.

    The most rows that a model trains on are those of the pool, when a choice is confirmed.
    """
    for stated in _stated(design):
        schedule = stated.intervention.scheduled(design.schedule)
        for problem in stated.intervention.problems(schedule, len(design.pool)):
            if stated.declared or stated.key == problem.parameter:
                yield Fault(stated.at(problem.parameter), problem.expected, problem.found, problem.step)


@dataclass(frozen=True)
class _Stated:
    """An intervention as a study states it: declared, or at another strength of the parameter `key`."""

    intervention: Intervention
    path: KeyPath
    key: str
    declared: bool

    def at(self, parameter: str) -> KeyPath:
        return (*self.path, "parameters", parameter) if self.declared else self.path


def _stated(design: Design) -> Iterator[_Stated]:
    for index, section in enumerate(design.study.interventions):
        path: KeyPath = ("interventions", index)
        declared = design.factors.training.get(section.name)
        if declared is not None:
            yield _Stated(declared, path, "", True)
        for one in design.factors.strengths.values():
            if one.of == section.name:
                place = section.strengths[one.parameter].index(one.value)
                yield _Stated(one.intervention, (*path, "strengths", one.parameter, place), one.parameter, False)


def guarantees(built: Factors) -> Iterator[Intervention]:
    """The interventions that promise differential privacy, at another strength too."""
    strengths = (one.intervention for one in built.strengths.values())
    for one in (*built.training.values(), *strengths):
        if one.gives_guarantee and not one.no_guarantee:
            yield one
