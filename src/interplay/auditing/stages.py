"""The stages of a run: each says which files it writes, and what it reads back from them."""

import abc
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar, Generic, TypeVar

from interplay.auditing.adopted import adopted_sentences
from interplay.auditing.choices import FILE as CHOICES
from interplay.auditing.choices import choice_file
from interplay.auditing.compose import compose
from interplay.auditing.confirmed import stored
from interplay.auditing.findings import Findings
from interplay.auditing.folder import RunFolder
from interplay.auditing.looks import MemberGrowth, look_files, read_looks
from interplay.auditing.parts.register import register_csv
from interplay.auditing.prepare import Prepared
from interplay.auditing.register_file import FILE as REGISTER
from interplay.auditing.register_reading import read as read_register
from interplay.auditing.samples import FIRST, measurement_files, read_measurements
from interplay.auditing.settled import settled, settled_files, settled_sentences
from interplay.auditing.storage import fleet_files, read_fleet, read_tuning, tuning_files
from interplay.auditing.written import Files, as_json
from interplay.decision.decide import decide
from interplay.decision.decision import Decision
from interplay.design.candidates import candidates, measured_at
from interplay.design.treatment import Treatment
from interplay.effects.compare import compare
from interplay.effects.joint import joint
from interplay.effects.joint_effect import JointEffects
from interplay.effects.results import Effects
from interplay.exhibits import Explainer
from interplay.families import Stack
from interplay.measurement.measure import measure, reference
from interplay.measurement.measurements import Measurements
from interplay.report.page import render
from interplay.statistics.group_sequential import Looks
from interplay.training.train import Fleet, Keep, train, tune
from interplay.training.tuning import Tuning

STAGES = ("settle", "tune", "train", "measure", "look", "compare", "decide", "report")
Progress = Callable[[str, int], None]
"""Told the stage and how many of its units are done; (stage, 0) says that the stage begins."""

Result = TypeVar("Result", covariant=True)


@dataclass(frozen=True, eq=False)
class Stage(abc.ABC, Generic[Result]):
    """One stage of a run; `ready` is the study with what earlier stages found."""

    name: ClassVar[str]

    folder: RunFolder
    ready: Prepared

    @abc.abstractmethod
    def files(self) -> Files:
        """Do the work, and give the files that keep what was found."""

    @abc.abstractmethod
    def read(self) -> Result:
        """What was found, from the files."""


@dataclass(frozen=True, eq=False)
class Settle(Stage[Prepared]):
    """What the study leaves to its data."""

    name: ClassVar[str] = "settle"
    keep: Keep[Tuning]

    def files(self) -> Files:
        return settled_files(self.ready, self.keep)

    def read(self) -> Prepared:
        return settled(self.ready, self.folder)


@dataclass(frozen=True, eq=False)
class Tune(Stage[dict[Treatment, Tuning]]):
    """The learning rate of every treatment."""

    name: ClassVar[str] = "tune"
    progress: Progress
    keep: Keep[Tuning]

    def files(self) -> Files:
        ready = self.ready
        return tuning_files(tune(ready.training_setting(), ready.tuning_rows(), self.progress, self.keep))

    def read(self) -> dict[Treatment, Tuning]:
        return read_tuning(self.folder.read("tuning.json"))


@dataclass(frozen=True, eq=False)
class Train(Stage[Fleet]):
    """The members of every treatment."""

    name: ClassVar[str] = "train"
    progress: Progress
    tuning: dict[Treatment, Tuning]
    keep: Keep[Stack]

    def files(self) -> Files:
        ready = self.ready
        return fleet_files(ready.family, train(ready.training_setting(), self.tuning, self.progress, self.keep))

    def read(self) -> Fleet:
        arrays, described = self.folder.read("fleet.safetensors"), self.folder.read("fleet.json")
        return read_fleet(self.ready.design, self.ready.family, self.tuning, arrays, described)


@dataclass(frozen=True, eq=False)
class Measure(Stage[Measurements]):
    """Every metric on every treatment."""

    name: ClassVar[str] = "measure"
    progress: Progress
    fleet: Fleet

    def files(self) -> Files:
        return measurement_files(measure(self.ready.setting(), self.fleet, self.progress))

    def read(self) -> Measurements:
        return read_measurements(self.ready.design.metrics, self.fleet.budgets, self.folder.path / FIRST)


@dataclass(frozen=True, eq=False)
class TakeLooks(Stage[tuple[Measurements, list[Any]]]):
    """More members where comparisons that matter stay open, and all that was measured with them."""

    name: ClassVar[str] = "look"
    progress: Progress
    fleet: Fleet
    first: Measurements

    def files(self) -> Files:
        ready, fleet = self.ready, self.fleet
        growth = MemberGrowth(
            folder=self.folder,
            shop=ready.training_setting(),
            fleet=fleet,
            setting=ready.setting_of,
            reference=cache(lambda: reference(ready.setting(), fleet.tuned[Treatment()])),
            explainer=Explainer(len(ready.design.trainings)),
            limited=limited(ready),
            progress=self.progress,
        )
        return look_files(growth, self.first)

    def read(self) -> tuple[Measurements, list[Any]]:
        return read_looks(self.folder, self.ready.design, self.fleet, self.first)


@dataclass(frozen=True, eq=False)
class Compare(Stage[tuple[Effects, JointEffects]]):
    """The effects of every treatment, and of several together."""

    name: ClassVar[str] = "compare"
    measured: Measurements

    def files(self) -> Files:
        design, tolerances = self.ready.design, self.ready.study.tolerances
        looks = Looks(design.looks)
        known = tuple(name for name, one in design.factors.known.items() if one.aspects)
        effects = compare(self.measured, design.comparisons, tolerances, looks, limited(self.ready), known)
        together = joint(self.measured, design.factors, tolerances, looks)
        return {"effects.json": effects.to_json().encode(), "joint.json": together.to_json().encode()}

    def read(self) -> tuple[Effects, JointEffects]:
        effects, together = (self.folder.read(name).decode() for name in ("effects.json", "joint.json"))
        return Effects.from_json(effects), JointEffects.from_json(together)


@dataclass(frozen=True, eq=False)
class Decide(Stage[Decision]):
    """The choice, and what is needed to make it again under other priorities."""

    name: ClassVar[str] = "decide"
    measured: Measurements
    effects: Effects

    def files(self) -> Files:
        design, study = self.ready.design, self.ready.study
        choices = candidates(design.factors)
        places = measured_at(choices, design.metrics, design.factors)
        decision = decide(
            choices, self.measured, study.priorities, study.limits, study.tolerances, places, self.effects
        )
        return {"decision.json": decision.to_json().encode(), CHOICES: choice_file(choices, places, design.metrics)}

    def read(self) -> Decision:
        return Decision.from_json(self.folder.read("decision.json").decode())


@dataclass(frozen=True, eq=False)
class Report(Stage[dict[str, Any]]):
    """The audit, its page, and the register that people fill."""

    name: ClassVar[str] = "report"
    found: Callable[..., Findings]
    """All that the run found, but for the register as people have it."""

    def files(self) -> Files:
        folder = self.folder
        kept = read_register(folder.path / REGISTER)
        audit = compose(self.found(kept=kept))
        audit["methods"]["statements"] += self._sentences()
        content = as_json(audit | {"confirmation": stored(folder)})
        page = render(json.loads(content)).encode()
        if read_register(folder.path / REGISTER).content != kept.content:
            return self.files()  # someone saved it in the meantime
        return {"audit.json": content, "report.html": page, REGISTER: register_csv(audit["register"], kept)}

    def read(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.folder.read("audit.json"))
        return found

    def _sentences(self) -> Sequence[str]:
        return [*settled_sentences(self.ready, self.folder), *adopted_sentences(self.folder)]


def limited(ready: Prepared) -> tuple[str, ...]:
    """The metrics with hard limits."""
    return tuple(limit.metric for limit in ready.study.limits)
