"""The verb "approve": what a run's model was measured to be, kept so that a change of it can be held against it."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, cast

from interplay.auditing.folder import RunFolder, write
from interplay.auditing.prepare import Prepared, prepare
from interplay.auditing.samples import measurement_files, read_measurements
from interplay.auditing.settled import FILE as SETTLED
from interplay.auditing.stages import Progress
from interplay.auditing.storage import stored_fleet
from interplay.auditing.written import as_json
from interplay.decision.decision import Decision, LimitFinding
from interplay.decision.limits import limit_findings
from interplay.decision.measured import Measured
from interplay.design.candidates import candidates
from interplay.design.gated import CONTROL, deployed, gated, places, trained_part
from interplay.design.settings import Settings
from interplay.design.treatment import Treatment
from interplay.errors import IntegrityError, RunError
from interplay.gating.compare import side_of
from interplay.gating.side import Side, Terms, measured_side
from interplay.measurement.measurements import Measurements
from interplay.study import Study
from interplay.study.digest import digest
from interplay.study.dump import from_json, to_json
from interplay.study.model import ModelSection
from interplay.study.positions import Positions
from interplay.threads import one_thread
from interplay.training.train import Fleet

STEM = "approval"
FILE, DRAWS = f"{STEM}.json", f"{STEM}.safetensors"
FORMAT = 1

NEEDED = ("settle", "tune", "train", "measure")
ANEW = "run the study with the approved model again (interplay run STUDY) and approve that run (interplay approve RUN)"


@dataclass(frozen=True, eq=False)
class Approval:
    """What was approved, as its two files say it."""

    path: Path
    told: Mapping[str, Any]
    measured: Measurements

    @property
    def terms(self) -> Terms:
        """The radius of attacks and what sets are judged by."""
        return Terms(**self.told["terms"])

    @property
    def members(self) -> int:
        """How many models of a recipe were measured; 1 of a model that was trained already."""
        return int(self.told["members"])

    @property
    def words(self) -> dict[str, str]:
        """What was approved, and its digest."""
        return dict(self.told["model"])


@one_thread
def approve(
    run: Path | str,
    study: Study | None = None,
    frame: Any = None,
    network: Any = None,
    by: str = "",
    treatment: str = "",
    output: Path | str | None = None,
    where: Positions | str = "the study",
    progress: Progress = lambda *_: None,
) -> Path:
    """Write down what a finished run's model is, as `approval.json` and its draws; gives the path of the first.

    The model is the run's control, the one that the study declares without any intervention, or that of the `treatment` named
    as in the report, such as "reweighing + group_thresholds". It is measured once more, with the releases of the study, on
    the run's rows; what is kept are the draws of every metric and no row of the data. `frame` and `network` are those that the
    run was given, and `study` the one it was made from, where its factory lies beside it. The files are written into the run
    folder, or into `output`.

    Raises RunError where the run is not finished or its model breaks a hard limit, and IntegrityError where data, study or
    model are no longer those of the run.

    Does not show: that somebody was entitled to approve; `by` is only written down.
    """
    folder = RunFolder(Path(run))
    declared = _finished(folder) if study is None else study
    whole = _whole(folder, declared, frame, network, where)
    chosen = _named(treatment, whole, folder)
    ready = _as_run(whole, chosen, declared, frame, network, where)
    settled = Settings(**json.loads(folder.read(SETTLED)))
    side = measured_side(ready, None, _fleet(folder, whole, ready), progress, settled)
    own = {(one, key): place for one in (CONTROL, chosen) for key, place in places(side.ready.design, one).items()}
    findings = limit_findings(chosen, declared.limits, Measured(side.as_treated, own))
    if broken := [one.reason for one in findings if one.status == "inadmissible"]:
        step = "change the model, or the limit and its reason in the study, and run it again"
        raise RunError("a model that keeps the hard limits", "; ".join(broken), str(folder.path), step)
    files = _files(declared, side, findings, by)
    target = folder.path if output is None else Path(output)
    for name, content in files.items():
        write(target / name, content)
    return target / FILE


def chosen_by(run: Path) -> str:
    """The treatment that a run's decision chose; empty where it chose none."""
    folder = RunFolder(run)
    chosen = Decision.from_json(folder.read("decision.json").decode()).treatment if folder.finished("decide") else None
    return "" if chosen is None else chosen.name


def read_approval(path: Path, metrics: Mapping[str, Any]) -> Approval:
    """Read an approval back.

    Raises IntegrityError where there is none, or where one of its files was changed.
    """
    step = f"restore the file from where it was kept, or {ANEW}"
    try:
        told: Any = json.loads(path.read_bytes())
        draws = path.with_suffix(".safetensors").read_bytes()
    except (OSError, ValueError, RecursionError) as error:
        text = getattr(error, "strerror", None) or "a file that is no JSON"
        raise IntegrityError("an approval and its draws", text, str(path), step) from error
    if not isinstance(told, dict) or told.get("format") != FORMAT:
        raise IntegrityError(f"an approval of format {FORMAT}", "another file", str(path), step)
    seal = told.pop("seal", "")
    if seal != _sealed(told) or told.get("draws_digest") != hashlib.sha256(draws).hexdigest():
        found = "one whose text was changed" if seal != _sealed(told) else "one whose draws were changed"
        raise IntegrityError("an approval as it was written", found, str(path), step)
    measured = read_measurements(metrics, {}, path.with_suffix(""))
    return Approval(path, told, measured)


def stale(approval: Approval, study: Study, ready: Prepared) -> tuple[str, ...]:
    """Why an approval says nothing about this study any more, one sentence for each reason; empty where it still does.

    Whatever differs makes it stale for every aspect: what a model does to one of them follows from the rows, the limits and
    the way of measuring that all of them share.
    """
    told, now = approval.told, _identity(study, ready)
    return tuple(
        f"{words}, so that the approval is stale for every aspect"
        for key, words in _DIFFERS.items()
        if told.get(key) != now[key]
    )


_DIFFERS = {
    "data": "the data are not those of the approval",
    "limits": "the limits are not those of the approval",
    "tolerances": "the tolerances are not those of the approval",
    "study": "the study declares other rows, groups, releases, seed or draws than that of the approval",
    "program": "interplay is not of the version that measured the approved model",
}


def _identity(study: Study, ready: Prepared) -> dict[str, Any]:
    """What an approval has to share with a study to be held against it."""
    bare = study.model_copy(update={"limits": (), "tolerances": {}, "name": "", "members": None, "most_members": None})
    own = ModelSection(kind=study.model.kind)
    declared = to_json(study)
    return {
        "data": ready.dataset.fingerprint,
        "study": digest(gated(bare, own)),
        "limits": declared["limits"],
        "tolerances": declared["tolerances"],
        "program": version("interplay"),
    }


def _files(study: Study, side: Side, findings: tuple[LimitFinding, ...], by: str) -> dict[str, bytes]:
    files = measurement_files(side.measured, STEM)
    told = {
        **json.loads(files[FILE]),
        "format": FORMAT,
        "approved_on": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "approved_by": by.strip(),
        "model": side.words,
        "treatment": deployed(side.ready.design).name,
        "members": side.ready.design.members,
        "terms": side.terms.to_json(),
        "limits_kept": [
            {"metric": one.metric, "status": one.status, "probability": one.probability, "reason": one.reason}
            for one in findings
        ],
        "versions": {name: version(name) for name in ("interplay", "numpy", "jax")},
        **_identity(study, side.ready),
        "draws_digest": hashlib.sha256(files[DRAWS]).hexdigest(),
    }
    told = json.loads(as_json(told))
    return {DRAWS: files[DRAWS], FILE: as_json({**told, "seal": _sealed(told)})}


def _sealed(told: Mapping[str, Any]) -> str:
    return hashlib.sha256(as_json({key: value for key, value in told.items() if key != "seal"})).hexdigest()


def _finished(folder: RunFolder) -> Study:
    """The study of a finished run."""
    unfinished = next((stage for stage in NEEDED if not folder.finished(stage)), None)
    if unfinished is not None:
        step = "run the study first: interplay run STUDY"
        raise RunError("a finished run", f"no finished stage {unfinished!r}", str(folder.path), step)
    return from_json(cast(dict[str, Any], json.loads(folder.read("study.json"))))


def _whole(folder: RunFolder, study: Study, frame: Any, network: Any, where: Positions | str) -> Prepared:
    """The study of a run made ready, once data, study and model are those of the run."""
    whole = prepare(study, frame, where, network=network)
    if whole.digest[:16] != folder.path.resolve().name:
        step = "run the study again with what is there now, and approve that run"
        raise IntegrityError("the data, study and model of the run", "others", str(folder.path), step)
    if network is not None and not whole.design.is_given:
        step = "name what makes the model in the study, as factory under [model]"
        raise RunError("a model that the study names", "one that only a program has", str(folder.path), step)
    return whole


def _named(name: str, whole: Prepared, folder: RunFolder) -> Treatment:
    """The treatment of this name; the control where none is named."""
    there = {one.name: one for one in candidates(whole.design.factors)}
    if (name or CONTROL.name) in there:
        return there[name or CONTROL.name]
    step = f"name one of: {', '.join(there)}; explanations and prediction sets are measured with each"
    raise RunError("a treatment that a decision may choose", repr(name), str(folder.path), step)


def _as_run(
    whole: Prepared, chosen: Treatment, study: Study, frame: Any, network: Any, where: Positions | str
) -> Prepared:
    """The model of a run made ready as gates compare it."""
    ready = side_of(study.model if network is None else network, study, frame, where, chosen.interventions)
    if whole.design.is_given:
        return ready
    return replace(ready, design=ready.design.with_members(whole.design.members))


def _fleet(folder: RunFolder, whole: Prepared, ready: Prepared) -> Fleet:
    """The members as the run has trained them, of the control and of what acts in training."""
    fleet = stored_fleet(folder, whole.design, ready.family)
    wanted = (CONTROL, trained_part(ready.design))
    return replace(
        fleet,
        tuned={one: stack for one, stack in fleet.tuned.items() if one in wanted},
        as_applied={one: stack for one, stack in fleet.as_applied.items() if one in wanted},
    )
