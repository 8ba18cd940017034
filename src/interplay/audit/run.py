"""The verbs in their order: each stage starts from the file of the one before it, so that a killed run resumes."""

import json
import time
import warnings
from collections.abc import Callable, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any

from interplay.audit.adopted import adopt, adopted_sentences
from interplay.audit.choices import FILE as CHOICES
from interplay.audit.choices import choice_file
from interplay.audit.compose import compose
from interplay.audit.confirmed import stored
from interplay.audit.findings import Findings
from interplay.audit.folder import RunFolder, write
from interplay.audit.looks import MEASURED, MEMBERS, MemberGrowth, look_files, read_looks, stale
from interplay.audit.parts.forecast import registered
from interplay.audit.parts.register import register_csv
from interplay.audit.pieces import Pieces
from interplay.audit.prepare import Prepared, prepare
from interplay.audit.register_file import FILE as REGISTER
from interplay.audit.register_reading import read as read_register
from interplay.audit.result import Audit
from interplay.audit.samples import FIRST, measurement_files, read_measurements
from interplay.audit.settled import settled, settled_files, settled_sentences
from interplay.audit.storage import (
    fleet_files,
    fleet_piece,
    read_fleet,
    read_fleet_piece,
    read_tuning,
    read_tuning_piece,
    tuning_files,
    tuning_piece,
)
from interplay.audit.timings import Spent, note
from interplay.audit.written import Files, as_json
from interplay.decision.decide import decide
from interplay.decision.decision import Decision
from interplay.design.candidates import candidates, measured_at
from interplay.design.forecast import Forecast
from interplay.design.treatment import Treatment
from interplay.effects.compare import compare
from interplay.effects.joint import joint
from interplay.effects.joint_effect import JointEffects
from interplay.effects.results import Effects
from interplay.engine import MEMORY, compile_seconds, declared_memory, notice
from interplay.errors import MachineError
from interplay.exhibits import Explainer
from interplay.measurement.measure import measure, reference
from interplay.models.network import Network
from interplay.report.page import render
from interplay.statistics.group_sequential import Looks
from interplay.study import Study
from interplay.study.dump import to_json
from interplay.training.train import Piece, train, tune

STAGES = ("settle", "tune", "train", "measure", "look", "compare", "decide", "report")
Progress = Callable[[str, int], None]
"""Told the stage and how many of its units are done; (stage, 0) says that the stage begins."""


def run(
    study: Study,
    runs: Path | str = "runs",
    frame: Any = None,
    progress: Progress = lambda *_: None,
    ready: Prepared | None = None,
    network: Network | None = None,
) -> Audit:
    """Run a study, or what is left of it, and give the audit.

    Outputs go to `runs`/<the study's hash>/. A finished stage is recognised by the hashes of its files and read back;
    a changed study has another hash and another folder; where only the priorities changed, what the other run trained and
    measured is taken over. `frame` gives the rows when `study.data.source` is "frame".
    `ready` saves preparing a study twice. `network` is any architecture as functions (`interplay.models`), trained
    instead of the one that the study's model section describes; its computation is part of the hash. Raises MachineError
    where the run is expected to need more memory than `INTERPLAY_MEMORY` declares.
    """
    if lost := notice():
        warnings.warn(lost, stacklevel=2)
    ready = ready or prepare(study, frame, network=network)
    _within_memory(ready.at_most.memory_bytes)
    folder = RunFolder(Path(runs) / ready.digest[:16])
    write(folder.path / "study.json", as_json(to_json(study)))
    folder.repair()
    foreseen = registered(folder, ready.forecast)
    adopt(folder, ready)
    stages = _Stages(ready, folder, progress, foreseen)
    audit = stages.all()
    return Audit(folder.path, audit)


def _within_memory(needed: int) -> None:
    declared = declared_memory()
    if declared is not None and needed > declared:
        raise MachineError(
            f"at least {needed / 1e9:.1f} GB of memory for this study",
            f"{declared / 1e9:.1f} GB",
            MEMORY,
            "declare more with --memory, or take fewer rows, members or draws",
        )


class _Stages:
    """The stages of one run, each read back from its file when it is finished."""

    def __init__(self, ready: Prepared, folder: RunFolder, progress: Progress, foreseen: Forecast) -> None:
        self.ready = ready
        self.folder = folder
        self.progress = progress
        self.foreseen = foreseen

    def all(self) -> dict[str, Any]:
        folder, halves = self.folder, self.ready.design.tuning_halves
        rates = self._pieces("tune", tuning_piece, read_tuning_piece, lambda how: len(how.rates) * len(halves))
        self._stage("settle", lambda: settled_files(self.ready, rates))
        ready = self.ready = settled(self.ready, folder)
        design, shop = ready.design, ready.training_setting()
        self._stage("tune", lambda: tuning_files(tune(shop, ready.tuning_rows(), self.progress, rates)))
        tuning = read_tuning(folder.read("tuning.json"))
        members = self._pieces(
            "train",
            partial(fleet_piece, ready.family),
            partial(read_fleet_piece, ready.family),
            lambda _: len(design.halves),
        )
        self._stage("train", lambda: fleet_files(ready.family, train(shop, tuning, self.progress, members)))
        fleet = read_fleet(design, ready.family, tuning, folder.read("fleet.safetensors"), folder.read("fleet.json"))
        self._stage(
            "measure",
            lambda: measurement_files(measure(ready.setting(), fleet, self.progress)),
        )
        measured = read_measurements(design.metrics, fleet.budgets, folder.path / FIRST)
        tolerances: Mapping[str, float] = ready.study.tolerances
        limited, looks = tuple(limit.metric for limit in ready.study.limits), Looks(design.looks)
        if stale(folder, design):
            folder.forget(STAGES[STAGES.index("look") :])
        lab = MemberGrowth(
            folder=folder,
            shop=shop,
            fleet=fleet,
            setting=ready.setting_of,
            reference=cache(lambda: reference(ready.setting(), fleet.tuned[Treatment()])),
            explainer=Explainer(len(design.trainings)),
            limited=limited,
            progress=self.progress,
        )
        first = measured
        self._stage("look", lambda: look_files(lab, first))
        measured, taken = read_looks(folder, design, fleet, first)
        self._stage(
            "compare",
            lambda: {
                "effects.json": compare(
                    measured, design.comparisons, tolerances, looks, limited, tuple(design.factors.known)
                )
                .to_json()
                .encode(),
                "joint.json": joint(measured, design.factors, tolerances, looks).to_json().encode(),
            },
        )
        effects = Effects.from_json(folder.read("effects.json").decode())
        choices = candidates(design.factors)
        places = measured_at(choices, design.metrics, design.factors)
        self._stage(
            "decide",
            lambda: {
                "decision.json": decide(
                    choices, measured, ready.study.priorities, ready.study.limits, tolerances, places, effects
                )
                .to_json()
                .encode(),
                CHOICES: choice_file(choices, places, design.metrics),
            },
        )
        decision = Decision.from_json(folder.read("decision.json").decode())

        def report() -> Files:
            kept = read_register(folder.path / REGISTER)
            audit = compose(
                Findings(
                    ready.study,
                    ready.digest,
                    ready.dataset,
                    ready.encoded,
                    design,
                    fleet,
                    measured,
                    effects,
                    decision,
                    ready.family,
                    self.foreseen,
                    kept,
                    JointEffects.from_json(folder.read("joint.json").decode()),
                    taken,
                )
            )
            audit["methods"]["statements"] += [*settled_sentences(ready, folder), *adopted_sentences(folder)]
            content = as_json(audit | {"confirmation": stored(folder)})
            page = render(json.loads(content)).encode()
            if read_register(folder.path / REGISTER).content != kept.content:
                return report()  # someone saved it in the meantime
            return {"audit.json": content, "report.html": page, REGISTER: register_csv(audit["register"], kept)}

        self._stage("report", report)
        found: dict[str, Any] = json.loads(folder.read("audit.json"))
        return found

    def _stage(self, name: str, work: Callable[[], Files]) -> None:
        self.progress(name, 0)
        if not self.folder.finished(name):
            self.folder.forget(self._after(name))
            began, compiled = time.perf_counter(), compile_seconds()
            files = work()
            spent = Spent(time.perf_counter() - began, compile_seconds() - compiled)
            self.folder.finish(name, files)
            note(self.folder, name, spent)
        self.folder.tidy(name)

    def _after(self, name: str) -> tuple[str, ...]:
        """The stages after one, and what was added to the fleet where that is made again."""
        later = STAGES[STAGES.index(name) + 1 :]
        added = {"tune": (MEMBERS, MEASURED), "train": (MEMBERS, MEASURED), "measure": (MEASURED,)}
        return (*later, *added.get(name, ()))

    def _pieces(
        self,
        stage: str,
        pack: Callable[[Piece], bytes],
        unpack: Callable[[bytes], Piece],
        units: Callable[[Piece], int],
    ) -> Pieces[Piece]:
        def told(piece: Piece) -> None:
            self.progress(stage, units(piece))
            self.progress(stage, 0)  # what was read back says nothing of the pace

        return Pieces(self.folder, stage, pack, unpack, told)
