"""The verbs in their order: each stage starts from the file of the one before it, so that a killed run resumes."""

import time
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from interplay.auditing.adopted import adopt
from interplay.auditing.findings import Findings
from interplay.auditing.folder import RunFolder, write
from interplay.auditing.looks import MEASURED, MEMBERS, stale
from interplay.auditing.parts.forecast import registered
from interplay.auditing.pieces import Pieces
from interplay.auditing.prepare import Prepared, prepare
from interplay.auditing.result import Audit
from interplay.auditing.stages import (
    STAGES,
    Compare,
    Decide,
    Measure,
    Progress,
    Report,
    Result,
    Settle,
    Stage,
    TakeLooks,
    Train,
    Tune,
)
from interplay.auditing.storage import fleet_piece, read_fleet_piece, read_tuning_piece, tuning_piece
from interplay.auditing.timings import Spent, note
from interplay.auditing.written import as_json
from interplay.design.forecast import Forecast
from interplay.engine import MEMORY, compile_seconds, declared_memory, notice
from interplay.errors import MachineError
from interplay.models.network import Network
from interplay.study import Study
from interplay.study.dump import to_json
from interplay.study.load import load, locate
from interplay.study.positions import Positions
from interplay.threads import one_thread
from interplay.training.train import Piece


@one_thread
def run(
    study: Study | Path | str,
    runs: Path | str = "runs",
    frame: Any = None,
    progress: Progress = lambda *_: None,
    ready: Prepared | None = None,
    network: Network | None = None,
) -> Audit:
    """Run a study, or what is left of it, and give the audit; `study` is one, or the path of a study file.

    Outputs go to `runs`/<the study's hash>/. A finished stage is recognised by the hashes of its files and read back;
    a changed study has another hash and another folder; where only the priorities changed, what the other run trained and
    measured is taken over. `frame` gives the rows when `study.data.source` is "frame".
    `ready` saves preparing a study twice. `network` is any architecture as functions (`interplay.models`), trained
    instead of the one that the study's model section describes; its computation is part of the hash. Raises MachineError
    where the run is expected to need more memory than `INTERPLAY_MEMORY` declares.
    """
    where: Positions | str = "the study"
    if not isinstance(study, Study):
        where = locate(study)
        study = load(study)
    if lost := notice():
        warnings.warn(lost, stacklevel=2)
    ready = ready or prepare(study, frame, where, network)
    _within_memory(ready.at_most.memory_bytes)
    folder = RunFolder(Path(runs) / ready.digest[:16])
    write(folder.path / "study.json", as_json(to_json(study)))
    folder.repair()
    foreseen = registered(folder, ready.forecast)
    adopt(folder, ready)
    return Audit(folder.path, _Run(ready, folder, progress, foreseen).audit())


def _within_memory(needed: int) -> None:
    declared = declared_memory()
    if declared is not None and needed > declared:
        raise MachineError(
            f"at least {needed / 1e9:.1f} GB of memory for this study",
            f"{declared / 1e9:.1f} GB",
            MEMORY,
            "declare more with --memory, or take fewer rows, members or draws",
        )


class _Run:
    """One run: every stage is read back from its files when it is finished."""

    def __init__(self, ready: Prepared, folder: RunFolder, progress: Progress, foreseen: Forecast) -> None:
        self.ready = ready
        self.folder = folder
        self.progress = progress
        self.foreseen = foreseen

    def audit(self) -> dict[str, Any]:
        """Every stage in turn."""
        folder, progress, halves = self.folder, self.progress, self.ready.design.tuning_halves
        rates = self._pieces("tune", tuning_piece, read_tuning_piece, lambda how: len(how.rates) * len(halves))
        ready = self._done(Settle(folder, self.ready, rates))
        members = self._pieces(
            "train",
            partial(fleet_piece, ready.family),
            partial(read_fleet_piece, ready.family),
            lambda _: len(ready.design.halves),
        )
        tuning = self._done(Tune(folder, ready, progress, rates))
        fleet = self._done(Train(folder, ready, progress, tuning, members))
        measured = self._done(Measure(folder, ready, progress, fleet))
        if stale(folder, ready.design):
            folder.forget(STAGES[STAGES.index("look") :])
        grown, taken = self._done(TakeLooks(folder, ready, progress, fleet, measured))
        effects, joint_effects = self._done(Compare(folder, ready, grown))
        decision = self._done(Decide(folder, ready, grown, effects))
        found = partial(
            Findings,
            ready.study,
            ready.digest,
            ready.dataset,
            ready.encoded,
            ready.design,
            fleet,
            grown,
            effects,
            decision,
            ready.family,
            self.foreseen,
            joint=joint_effects,
            looks=taken,
        )
        return self._done(Report(folder, ready, found))

    def _done(self, stage: Stage[Result]) -> Result:
        """What a stage found, from its files where it is finished."""
        name = stage.name
        self.progress(name, 0)
        if not self.folder.finished(name):
            self.folder.forget(_after(name))
            began, compiled = time.perf_counter(), compile_seconds()
            files = stage.files()
            spent = Spent(time.perf_counter() - began, compile_seconds() - compiled)
            self.folder.finish(name, files)
            note(self.folder, name, spent)
        self.folder.tidy(name)
        return stage.read()

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


def _after(name: str) -> tuple[str, ...]:
    """The stages after one, and what was added to the fleet where that is made again."""
    later = STAGES[STAGES.index(name) + 1 :]
    added = {"tune": (MEMBERS, MEASURED), "train": (MEMBERS, MEASURED), "measure": (MEASURED,)}
    return (*later, *added.get(name, ()))
