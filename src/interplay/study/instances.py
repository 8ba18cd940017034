"""The interventions a study lists: known names, known parameters, values of the right type, and no refusals."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import fields
from itertools import combinations
from typing import Any, get_type_hints

from pydantic import TypeAdapter, ValidationError

from interplay.data.nearest import suggestion
from interplay.errors import InterplayError, RefusedCombination
from interplay.interventions import Intervention, PredictionIntervention, ReleaseIntervention, act_together, refusal
from interplay.study.faults import Fault, raise_first
from interplay.study.model import InterventionSection, Study
from interplay.study.parse import unusable, value_faults
from interplay.study.positions import KeyPath
from interplay.study.wording import quoted


def build(section: InterventionSection, kind: type[Intervention]) -> Intervention:
    """The intervention that a section of the study describes; lists of a file become tuples where the type says so.

    Raises `StudyError` for a parameter that `kind` does not have, or a value of another type.

    Example:
        >>> from interplay.interventions.dp_sgd import DpSgd
        >>> build(InterventionSection(name="dp_sgd", parameters={"privacy_epsilon": 3}), DpSgd)
        DpSgd(privacy_epsilon=3.0, max_grad_norm=1.0, privacy_delta=None, noise_multiplier=None)
    """
    values, faults = _values(section, kind, ())
    raise_first(faults, f"intervention {section.name}")
    return kind(**values)


def intervention_faults(study: Study, known: Mapping[str, type[Intervention]]) -> Iterator[Fault]:
    """What is wrong with the interventions of a study; two that refuse each other give `RefusedCombination`."""
    built: dict[str, tuple[KeyPath, Intervention]] = {}
    seen: set[str] = set()
    alone = {section.name for section in study.interventions if section.alone}
    for index, section in enumerate(study.interventions):
        path: KeyPath = ("interventions", index)
        if section.name not in known:
            step = suggestion(section.name, known) + " (interplay catalogue lists them)"
            yield Fault((*path, "name"), "an intervention of the catalogue", quoted(section.name), step)
        elif section.name in seen:
            step = "keep one of them; two settings of one intervention need two studies"
            yield Fault((*path, "name"), "every intervention once", f"{section.name!r} again", step)
        else:
            made = _made(section, known[section.name], path)
            if isinstance(made, Intervention):
                built[section.name] = (path, made)
                yield from _alone_faults(section, made, path)
                yield from _group_faults(study, made, path)
            else:
                yield from made
        seen.add(section.name)
    together = {name: one for name, one in built.items() if name not in alone}
    for (name, (_, first)), (other, (at, second)) in combinations(together.items(), 2):
        if act_together(first, second):
            yield from _refusals((name, first), (other, second), at)


def _alone_faults(section: InterventionSection, made: Intervention, path: KeyPath) -> Iterator[Fault]:
    if section.alone and isinstance(made, PredictionIntervention | ReleaseIntervention):
        found = f"{section.name!r}, which acts on trained models"
        step = "take alone out: layers are put on a model one at a time in any case"
        yield Fault((*path, "alone"), "alone = true of an intervention that acts in training", found, step)


def _group_faults(study: Study, made: Intervention, path: KeyPath) -> Iterator[Fault]:
    if made.needs_groups and not study.groups.attributes:
        step = f"declare one under [groups.attributes], or take {made.name!r} out"
        yield Fault((*path, "name"), f"a group for {made.name}", "a study without any", step)


def _made(section: InterventionSection, kind: type[Intervention], path: KeyPath) -> Intervention | list[Fault]:
    values, faults = _values(section, kind, path)
    if faults:
        return faults
    at = (*path, "parameters", *(values if len(values) == 1 else ()))
    try:
        return kind(**values)
    except InterplayError as error:
        name = error.where.rpartition(", ")[2]
        at = (*path, "parameters", name) if name in values else at
        return [Fault(at, error.expected, error.found, error.remedy)]
    except (TypeError, ValueError) as error:
        return [Fault(at, f"parameters that {section.name} accepts", str(error), "correct the parameters")]


def _values(
    section: InterventionSection, kind: type[Intervention], path: KeyPath
) -> tuple[dict[str, Any], list[Fault]]:
    types = get_type_hints(kind)
    names = [field.name for field in fields(kind) if field.init]
    values: dict[str, Any] = {}
    faults: list[Fault] = []
    for name, given in section.parameters.items():
        at = (*path, "parameters", name)
        if name not in names:
            step = suggestion(name, names) if names else "take it out"
            faults.append(Fault(at, f"a parameter of {section.name}", f"the unknown parameter {quoted(name)}", step))
        elif wrong := list(unusable(given, at)):
            faults.extend(wrong)
        else:
            try:
                values[name] = TypeAdapter(types[name]).validate_json(json.dumps(given), strict=True)
            except ValidationError as error:
                faults.extend(value_faults(error, at, given))
    return values, faults


def _refusals(one: tuple[str, Intervention], other: tuple[str, Intervention], path: KeyPath) -> Iterator[Fault]:
    reason = refusal(one[1], other[1])
    if reason:
        why, _, alternative = reason.rpartition("; ")
        yield Fault(
            (*path, "name"),
            "interventions that can act on one model",
            f"{one[0]!r} with {other[0]!r}: {why or reason}",
            alternative if why else f"take out {one[0]!r} or {other[0]!r}",
            RefusedCombination,
        )
