"""The stage "look": judge at the planned numbers of members, and train more where comparisons stay open.

Members that were added are kept one by one, and measurements by treatment and number of members. A run that is stopped,
or whose study asks for more members later, goes on from there and does nothing twice.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np

from interplay.audit.folder import RunFolder
from interplay.audit.samples import measurement_files, read_measurements
from interplay.audit.storage import (
    fleet_piece,
    read_fleet_piece,
)
from interplay.audit.written import Files, as_json
from interplay.design.plan import Design
from interplay.design.treatment import Treatment
from interplay.effects.compare import FUTILE, compare
from interplay.effects.interval import ONE_SIDED
from interplay.effects.looks import Looks
from interplay.effects.sequence import Attention, Look, look
from interplay.engine import jax
from interplay.evidence import Memberships
from interplay.measurement.bench import Bench
from interplay.measurement.measure import Reference, measured_with
from interplay.measurement.measurements import Measurements
from interplay.models.network import Parameters
from interplay.training.recipes import Workshop
from interplay.training.train import Fleet, more_members

STAGE, MEMBERS, MEASURED = "look", "members", "measured"
FILE, ARRAYS, CELLS = "looks.json", "measurements-more.safetensors", "measurements-more.json"

Progress = Callable[[str, int], None]


@dataclass(frozen=True, eq=False)
class Laboratory:
    """What adding members needs: where to keep them, how to train and measure them, and what all treatments share.

    `bench` gives the workbench of a design with more members.
    """

    folder: RunFolder
    shop: Workshop
    fleet: Fleet
    bench: Callable[[Design], Bench]
    reference: Callable[[], Reference]
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
        return Attention(self.design.metrics, self.limited, tuple(built.layers), tuple(built.strengths))


def stale(folder: RunFolder, design: Design) -> bool:
    """Whether the looks that were taken were planned otherwise."""
    return folder.finished(STAGE) and tuple(json.loads(folder.read(FILE))["planned"]) != design.looks


def look_files(lab: Laboratory, measured: Measurements) -> Files:
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
        for treatment in taken[-1].growing:
            more = more.overlaid(_measured(lab, treatment, then))
    files = measurement_files(more)
    told = {"planned": list(lab.design.looks), "taken": [_told(one) for one in taken]}
    return {
        FILE: as_json(told),
        ARRAYS: files["measurements.safetensors"],
        CELLS: files["measurements.json"],
    }


def read_looks(
    folder: RunFolder, design: Design, fleet: Fleet, measured: Measurements
) -> tuple[Measurements, list[Any]]:
    """All measurements with those of added members in place of the first ones, and the looks that were taken."""
    more = read_measurements(design.metrics, fleet.budgets, folder.read(ARRAYS), folder.read(CELLS))
    return measured.overlaid(more), json.loads(folder.read(FILE))["taken"]


def _told(one: Look) -> dict[str, Any]:
    resting = [{**asdict(other), "treatment": other.treatment.name} for other in one.resting]
    return {**asdict(one), "growing": [treatment.name for treatment in one.growing], "resting": resting}


def _measured(lab: Laboratory, treatment: Treatment, members: int) -> Measurements:
    """A trained treatment and its layers, measured on so many members; kept by both."""
    place = lab.design.trainings.index(treatment)
    name, file = f"{MEASURED}/{place}-{members}", f"{MEASURED}/{place}-{members}"
    # Membership attacks keep the members of the first look, so that every treatment has as many shadow models.
    metrics = {key: one for key, one in lab.design.metrics.items() if Memberships not in one.needs}
    design = replace(lab.design.with_members(members), metrics=metrics)
    if not lab.folder.finished(name):
        stack = _stack(lab, treatment, design)
        own = Fleet({treatment: stack}, {treatment: stack}, lab.fleet.tuning, lab.fleet.budgets)
        found = measured_with(lab.bench(design), own, lab.reference())
        files = measurement_files(_retuned(found, lab.fleet, treatment))
        kept = {f"{file}.safetensors": files["measurements.safetensors"], f"{file}.json": files["measurements.json"]}
        lab.folder.finish(name, kept)
        lab.progress(STAGE, members)
    else:
        lab.progress(STAGE, members)
        lab.progress(STAGE, 0)  # what was read back says nothing of the pace
    arrays, cells = (lab.folder.read(f"{file}.{kind}") for kind in ("safetensors", "json"))
    return read_measurements(design.metrics, lab.fleet.budgets, arrays, cells)


def _retuned(found: Measurements, fleet: Fleet, treatment: Treatment) -> Measurements:
    """Without the as-applied samples where those are of other models, which stay as they were at the first look."""
    if fleet.as_applied[treatment] is fleet.tuned[treatment]:
        return found
    samples = {cell: sample for cell, sample in found.samples.items() if cell.tuning == "tuned"}
    collapse = {place: why for place, why in found.collapse.items() if place[1] == "tuned"}
    return replace(found, samples=samples, collapse=collapse)


def _stack(lab: Laboratory, treatment: Treatment, design: Design) -> Parameters:
    """The members of the first look and all later ones; those that are not kept yet are trained together."""
    rate, place = lab.fleet.tuning[treatment].chosen, lab.design.trainings.index(treatment)
    names = {number: f"{place}-{rate}-{number}" for number in range(lab.design.members, design.members)}
    missing = [number for number, name in names.items() if not lab.folder.finished(f"{MEMBERS}/{name}")]
    if missing:
        trained = more_members(replace(lab.shop, design=design), treatment, rate, missing)
        for at, number in enumerate(missing):
            one = jax.tree.map(lambda leaf, at=at: np.asarray(leaf[at : at + 1]), trained)
            name = names[number]
            lab.folder.finish(f"{MEMBERS}/{name}", {f"{MEMBERS}/{name}.safetensors": fleet_piece(one)})
    kept = [
        read_fleet_piece(lab.shop.network, lab.folder.read(f"{MEMBERS}/{name}.safetensors")) for name in names.values()
    ]
    return _joined([lab.fleet.tuned[treatment], *kept])


def _joined(stacks: Sequence[Parameters]) -> Parameters:
    return jax.tree.map(lambda *leaves: np.concatenate([np.asarray(leaf) for leaf in leaves]), *stacks)


def told_looks(design: Design, taken: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    """The part "looks" of the audit's methods; None where a single look was planned."""
    if len(design.looks) == 1:
        return None
    return {"planned": list(design.looks), "taken": [dict(one) for one in taken]}


def look_sentences(design: Design, taken: Sequence[Mapping[str, Any]]) -> list[str]:
    """The looks in words; none where a single one was planned."""
    if len(design.looks) == 1:
        return []
    planned = ", ".join(map(str, design.looks))
    level = 100 * (1 - 2 * Looks(design.looks).nominal(ONE_SIDED))
    opening = (
        f"Looks were planned at {planned} members; every bound is held to a level that all of them together keep, so an "
        f"interval has {level:.1f} % by itself. Membership attacks and treatments as applied keep the first {design.members} "
        "members, so that every treatment has as many shadow models."
    )
    return [opening, *(_look_sentence(one) for one in taken)]


def _look_sentence(one: Mapping[str, Any]) -> str:
    grew = ", ".join(one["growing"])
    then = f"more members were trained of {grew}" if grew else "no treatment got more members"
    decided = [rest["treatment"] for rest in one["resting"] if not rest["undecided"]]
    hopeless = [rest["treatment"] for rest in one["resting"] if rest["undecided"]]
    reasons = [
        *([f"nothing that matters is open about {', '.join(decided)}"] if decided else []),
        *([f"more members would hardly settle what is open about {', '.join(hopeless)}"] if hopeless else []),
    ]
    return (
        f"At {one['members']} members {one['undecided']} of {one['matter']} comparisons that matter were open; for "
        f"{one['futile']} of them the chance that the members of the last look settle them was below "
        f"{100 * FUTILE:.0f} %; {'; '.join([then, *reasons])}."
    )
