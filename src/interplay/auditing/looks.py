"""The stage "look": judge at the planned numbers of members, and train more where comparisons stay open.

Members that were added are kept one by one, and measurements by treatment and number of members. A run that is stopped,
or whose study asks for more members later, goes on from there and does nothing twice.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from typing import Any

from interplay.auditing.folder import RunFolder
from interplay.auditing.samples import MORE, measurement_files, read_measurements
from interplay.auditing.storage import (
    fleet_piece,
    read_fleet_piece,
)
from interplay.auditing.written import Files, as_json
from interplay.design.plan import Design
from interplay.design.treatment import Treatment
from interplay.effects.adaptive_members import Attention, Look, look
from interplay.effects.compare import compare
from interplay.estimates import NotMeasurable
from interplay.evidence import CleanTwin, Exhibit, Explanations
from interplay.exhibits import EvaluationSetting, Explainer, refitted
from interplay.families import Stack, TrainingSetting
from interplay.measurement.measure import ControlReference, measured_with
from interplay.measurement.measurements import Measurements
from interplay.measurement.twins import changes_as_applied, predicted
from interplay.statistics.group_sequential import Looks
from interplay.training.train import Fleet, more_members

STAGE, MEMBERS, MEASURED = "look", "members", "measured"
FILE = "looks.json"

Progress = Callable[[str, int], None]


@dataclass(frozen=True, eq=False)
class MemberGrowth:
    """What adding members needs: where to keep them, how to train and measure them, and what all treatments share.

    `setting` gives what evaluating a design with more members needs.
    """

    folder: RunFolder
    shop: TrainingSetting
    fleet: Fleet
    setting: Callable[[Design], EvaluationSetting]
    reference: Callable[[], ControlReference]
    explainer: Explainer
    limited: tuple[str, ...]
    progress: Progress

    @property
    def design(self) -> Design:
        """The design of the first look."""
        return self.shop.design

    @property
    def attention(self) -> Attention:
        """Which comparisons members may be spent on."""
        built = self.design.factors
        return Attention(self.design.metrics, self.limited, tuple(built.layers), built.alone)


def stale(folder: RunFolder, design: Design) -> bool:
    """Whether the looks that were taken were planned otherwise."""
    return folder.finished(STAGE) and tuple(json.loads(folder.read(FILE))["planned"]) != design.looks


def look_files(lab: MemberGrowth, measured: Measurements) -> Files:
    """Take the looks one after the other, and give what they decided and all that was measured anew."""
    taken: list[Look] = []
    more = replace(measured, samples={}, collapse={})
    for now, then in pairwise(lab.design.looks):
        both = measured.overlaid(more)
        study, looks = lab.design.study, Looks(lab.design.looks)
        effects = compare(both, lab.design.comparisons, study.tolerances, looks, lab.limited).effects
        taken.append(look(effects, lab.attention, lab.design.trainings, now))
        if not taken[-1].growing:
            break
        for found in _measured(lab, taken[-1].growing, then):
            more = more.overlaid(found)
    told = {"planned": list(lab.design.looks), "taken": [_told(one) for one in taken]}
    return {FILE: as_json(told), **measurement_files(more, MORE)}


def read_looks(
    folder: RunFolder, design: Design, fleet: Fleet, measured: Measurements
) -> tuple[Measurements, list[Any]]:
    """All measurements with those of added members in place of the first ones, and the looks that were taken."""
    more = read_measurements(design.metrics, fleet.budgets, folder.path / MORE)
    return measured.overlaid(more), json.loads(folder.read(FILE))["taken"]


def _told(one: Look) -> dict[str, Any]:
    resting = [{**asdict(other), "treatment": other.treatment.name} for other in one.resting]
    return {**asdict(one), "growing": [treatment.name for treatment in one.growing], "resting": resting}


def _measured(lab: MemberGrowth, growing: Sequence[Treatment], members: int) -> Iterator[Measurements]:
    """Trained treatments and their layers, each measured on so many members; kept by both."""
    # Membership attacks keep the members of the first look, so that every treatment has as many shadow models, and so do what
    # asks for many more explanations, and metrics that need the decisions of both treatments.
    kept = lab.design.metrics.items()
    metrics = {key: one for key, one in kept if not (one.keeps_first_members or one.paired)}
    design = replace(lab.design.with_members(members), metrics=metrics)
    names = {treatment: f"{MEASURED}/{lab.design.trainings.index(treatment)}-{members}" for treatment in growing}
    missing = {treatment: name for treatment, name in names.items() if not lab.folder.finished(name)}
    lab.progress(STAGE, members * (len(names) - len(missing)))
    lab.progress(STAGE, 0)  # what was read back says nothing of the pace
    if missing:
        _measure(lab, design, missing)
    for name in names.values():
        yield read_measurements(design.metrics, lab.fleet.budgets, lab.folder.path / name)


def _measure(lab: MemberGrowth, design: Design, names: Mapping[Treatment, str]) -> None:
    """Train what is missing of these treatments, explain them together, measure one after the other, and keep each."""
    stacks = {treatment: _stack(lab, treatment, design) for treatment in names}
    places = {treatment: lab.design.trainings.index(treatment) for treatment in names}
    setting = lab.setting(design)
    members = {places[treatment]: refitted(setting, stack) for treatment, stack in stacks.items()}
    explained = lab.explainer(setting, members)
    for treatment, name in names.items():
        alone = {treatment: stacks[treatment]}
        own = Fleet(alone, alone, lab.fleet.tuning, lab.fleet.budgets)
        given: dict[type[Exhibit], Exhibit | NotMeasurable] = {Explanations: explained[places[treatment]]}
        twin = design.factors.clean(treatment)
        if twin is not None:
            stack = stacks[twin] if twin in stacks else _stack(lab, twin, design)
            given[CleanTwin] = predicted(setting, refitted(setting, stack))
        found = measured_with(setting, own, lab.reference(), given=[given])
        lab.folder.finish(name, measurement_files(_retuned(lab, found, treatment), name))
        lab.progress(STAGE, design.members)


def _retuned(lab: MemberGrowth, found: Measurements, treatment: Treatment) -> Measurements:
    """Without the as-applied samples where those are of other models, which stay as they were at the first look."""
    if not changes_as_applied(lab.design.factors, lab.fleet, treatment):
        return found
    samples = {cell: sample for cell, sample in found.samples.items() if cell.tuning == "tuned"}
    collapse = {place: why for place, why in found.collapse.items() if place[1] == "tuned"}
    return replace(found, samples=samples, collapse=collapse)


def _stack(lab: MemberGrowth, treatment: Treatment, design: Design) -> Stack:
    """The members of the first look and all later ones; those that are not kept yet are trained together."""
    rate, place = lab.fleet.tuning[treatment].chosen, lab.design.trainings.index(treatment)
    names = {number: f"{place}-{rate}-{number}" for number in range(lab.design.members, design.members)}
    missing = [number for number, name in names.items() if not lab.folder.finished(f"{MEMBERS}/{name}")]
    family = lab.shop.family
    if missing:
        trained = more_members(replace(lab.shop, design=design), treatment, rate, missing)
        for at, number in enumerate(missing):
            name = names[number]
            piece = fleet_piece(family, family.taken(trained, [at]))
            lab.folder.finish(f"{MEMBERS}/{name}", {f"{MEMBERS}/{name}.safetensors": piece})
    kept = [read_fleet_piece(family, lab.folder.read(f"{MEMBERS}/{name}.safetensors")) for name in names.values()]
    return family.joined([lab.fleet.tuned[treatment], *kept])
