"""Strengths of interventions in a study: numbers of parameters that act in training, each once."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from typing import Any, get_type_hints

from interplay.data.nearest import suggestion
from interplay.errors import InterplayError
from interplay.interventions import (
    DataIntervention,
    FitIntervention,
    GradientIntervention,
    InputIntervention,
    Intervention,
    LossIntervention,
)
from interplay.study.faults import Fault
from interplay.study.instances import build
from interplay.study.model import InterventionSection, Study
from interplay.study.positions import KeyPath
from interplay.study.wording import quoted

ACT_IN_TRAINING = (DataIntervention, InputIntervention, LossIntervention, GradientIntervention, FitIntervention)

OVERRULED = {"privacy_epsilon": "noise_multiplier"}
"""Parameters that do nothing where another one is given."""

_NUMBERS = (float, int, float | None, int | None)


def as_given(kind: type[Intervention], parameter: str, value: float) -> Any:
    """A strength as the type of its parameter wants it: a whole number where that is what it takes.

    Example:
        >>> from interplay.interventions.adversarial_training import AdversarialTraining
        >>> as_given(AdversarialTraining, "attack_steps", 3.0), as_given(AdversarialTraining, "radius", 1.0)
        (3, 1.0)
    """
    return int(value) if _numbers(kind)[parameter] in (int, int | None) else value


def strength_faults(study: Study, known: Mapping[str, type[Intervention]]) -> Iterator[Fault]:
    """What is wrong with the strengths of a study; interventions that are not known or not built have none."""
    for index, section in enumerate(study.interventions):
        kind = known.get(section.name)
        if section.strengths and kind is not None:
            yield from _section_faults(section, kind, ("interventions", index, "strengths"))


def _numbers(kind: type[Intervention]) -> dict[str, Any]:
    hints = get_type_hints(kind)
    return {one.name: hints[one.name] for one in fields(kind) if one.init and hints[one.name] in _NUMBERS}


def _section_faults(section: InterventionSection, kind: type[Intervention], path: KeyPath) -> Iterator[Fault]:
    if not issubclass(kind, ACT_IN_TRAINING):
        found = f"{section.name!r}, which acts on trained models"
        step = "take strengths out; another setting of this intervention needs another study"
        yield Fault(path, "strengths of an intervention that acts in training", found, step)
        return
    numbers = _numbers(kind)
    for parameter, values in section.strengths.items():
        at: KeyPath = (*path, parameter)
        if parameter not in numbers:
            step = suggestion(parameter, numbers) if numbers else "take strengths out"
            yield Fault(at, f"a parameter of {section.name} that is a number", quoted(parameter), step)
        elif OVERRULED.get(parameter) in section.parameters:
            other = OVERRULED[parameter]
            step = f"take {other} out of the parameters, or list strengths of {other}"
            yield Fault(at, f"a {parameter} that decides something", f"{other}, which is given and overrules it", step)
        elif not values:
            yield Fault(at, "at least one strength", "an empty list", "list some, or take it out")
        elif len(set(values)) < len(values):
            twice = next(value for value in values if values.count(value) > 1)
            yield Fault(at, "every strength once", f"{twice:g} {values.count(twice)} times", "keep one of them")
        else:
            yield from _value_faults(section, kind, parameter, at)


def _value_faults(
    section: InterventionSection, kind: type[Intervention], parameter: str, path: KeyPath
) -> Iterator[Fault]:
    for index, value in enumerate(section.strengths[parameter]):
        at: KeyPath = (*path, index)
        if not value.is_integer() and _numbers(kind)[parameter] in (int, int | None):
            yield Fault(at, f"a whole number for {parameter}", f"{value:g}", "round it, or take it out")
            continue
        try:
            declared = build(section, kind)
        except (InterplayError, TypeError, ValueError):
            return  # what is wrong with the section itself is told elsewhere
        try:
            replace(declared, **{parameter: as_given(kind, parameter, value)})
        except InterplayError as error:
            yield Fault(at, error.expected, error.found, error.remedy)
        except (TypeError, ValueError) as error:
            yield Fault(at, f"a strength that {section.name} accepts", str(error), "change it, or take it out")
