"""The verb "confirm": the winner and the control once more, trained afresh on the whole pool, on previously unused rows."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, cast

from interplay.auditing.confirmed import FILE, STAGE, stored
from interplay.auditing.deployable import STAGE as DEPLOYABLE
from interplay.auditing.deployable import deployable_files, refuse_without_noise
from interplay.auditing.folder import RunFolder
from interplay.auditing.judging import refuse_unjudgeable
from interplay.auditing.ledger import AuditRows, Ledger, Use
from interplay.auditing.looks import read_looks
from interplay.auditing.pieces import Pieces
from interplay.auditing.prepare import Prepared, prepare
from interplay.auditing.progress import Meter
from interplay.auditing.samples import FIRST, read_measurements
from interplay.auditing.settled import settled
from interplay.auditing.stages import Progress
from interplay.auditing.storage import (
    fleet_piece,
    read_fleet_piece,
    stored_fleet,
)
from interplay.auditing.written import as_json
from interplay.data.content import content
from interplay.decision.confirmation import Confirmation, confirmed, unmeasured
from interplay.decision.decision import Decision, Unresolved
from interplay.decision.measured import Measured
from interplay.design.candidates import candidates, measured_at
from interplay.design.confirming import NEEDS_SHADOWS, audit_rows, confirming, unconfirmed
from interplay.design.guarantees import NOT_FOR_RELEASE, SECRET_NOISE
from interplay.design.plan import Design
from interplay.design.treatment import Treatment
from interplay.errors import RunError
from interplay.families import Stack
from interplay.measurement.measure import measure
from interplay.measurement.measurements import Measurements
from interplay.models.network import Network
from interplay.report.page import render
from interplay.study import Study
from interplay.threads import one_thread
from interplay.training.fresh import fresh
from interplay.training.train import Fleet
from interplay.training.tuning import Tuning

MEMBERS = 5
"""Fresh models of the winner, and as many of the control."""

NEEDED = ("settle", "tune", "train", "measure", "look", "decide", "report")
"""The stages whose files a confirmation reads."""

NOTHING_CHOSEN: Mapping[Unresolved, tuple[str, str]] = {
    "nothing_admissible": (
        "no admissible treatment",
        "relax a limit or add a mitigation, and run the study again: there is nothing to confirm",
    ),
    "nothing_learned": (
        "no treatment that is shown to beat a constant model",
        "bring more rows, other features or another model, and run the study again: there is nothing to confirm",
    ),
    "priorities_not_set": (
        "priorities that nobody has set, so that nothing is recommended",
        "rank the aspects and write who did as set_by under [priorities], and run the study again: what was trained and "
        "measured is used again",
    ),
}
"""What is there instead of a choice, and what to do, by the reason why there is none."""

Now = Callable[[], datetime]


@dataclass(frozen=True, eq=False)
class Confirmable:
    """A finished run whose winner can be confirmed: what its files say, and the rows to confirm it on."""

    ready: Prepared
    folder: RunFolder
    ledger: Ledger
    rows: AuditRows
    winner: Treatment
    tuning: Mapping[Treatment, Tuning]
    measured: Measurements
    design: Design
    use: Use
    secret_noise: bool = False

    @property
    def known(self) -> dict[str, Any] | None:
        """The result for this winner, if there is one."""
        found = stored(self.folder)
        return found if found is not None and found["treatment"] == self.winner.name else None


def confirm(
    study: Study,
    runs: Path | str = "runs",
    frame: Any = None,
    progress: Progress = lambda *_: None,
    again: str = "",
    network: Network | None = None,
    secret_noise: bool = False,
) -> dict[str, Any]:
    """Confirm the choice of a finished run, once; gives the part "confirmation" of the audit.

    `MEMBERS` fresh models of the winner and of the control are trained on the whole pool with the learning rates of the
    run, and measured on the audit rows. The use of these rows is written into the ledger of `runs` before they are looked
    at. A second call gives the stored result. audit.json and report.html are written anew with the result.

    With `secret_noise` the fresh models of a choice with differential privacy draw noise and batches from the system's
    entropy, and the first of them is written for deployment (`interplay.auditing.deployable`); otherwise none is.

    Raises RunError where the run is not finished, chose nothing, where the audit rows cannot judge the choice whatever they
    hold, or where another study used the rows and no reason for using them `again` is given; with `secret_noise` also where
    the choice has no noise, or was confirmed without.

    Does not show: that the rows were not used outside this folder of runs.
    """
    return carry_out(case(prepare(study, frame, network=network), runs, again, secret_noise=secret_noise), progress)


def case(
    ready: Prepared,
    runs: Path | str,
    again: str = "",
    now: Now = lambda: datetime.now(UTC),
    secret_noise: bool = False,
) -> Confirmable:
    """What a confirmation starts from; nothing is trained and nothing is written."""
    folder = RunFolder(Path(runs) / ready.digest[:16])
    if ready.design.is_given:
        step = "compare it with another model by interplay compare, or give a factory of untrained models"
        raise RunError(
            "a recipe of which fresh models can be trained", "a model that is trained already", str(folder.path), step
        )
    unfinished = next((stage for stage in NEEDED if not folder.finished(stage)), None)
    if unfinished is not None:
        step = "run the study first: interplay run STUDY (with the same --runs)"
        raise RunError("a finished run of this study", f"no finished stage {unfinished!r}", str(folder.path), step)
    ready = settled(ready, folder)
    design, family = ready.design, ready.family
    decision = Decision.from_json(folder.read("decision.json").decode())
    if decision.treatment is None:
        instead, step = NOTHING_CHOSEN[decision.unresolved or "nothing_admissible"]
        raise RunError("a decision for a treatment", instead, str(folder.path), step)
    if secret_noise:
        refuse_without_noise(ready, decision.treatment, folder)
    fleet = stored_fleet(folder, design, family)
    first = read_measurements(design.metrics, fleet.budgets, folder.path / FIRST)
    measured, _ = read_looks(folder, design, fleet, first)
    rows, ledger = AuditRows(content(ready.dataset.table), audit_rows(design)), Ledger(Path(runs))
    wanted = Use(
        rows=rows.digest,
        data=rows.data,
        positions=rows.listed,
        study=ready.digest,
        name=ready.study.name,
        treatment=decision.treatment.name,
        began=now().strftime("%Y-%m-%d %H:%M UTC"),
        outcome=None,
        again=again.strip() or None,
        secret_noise=secret_noise,
    )
    made = Confirmable(
        ready=ready,
        folder=folder,
        ledger=ledger,
        rows=rows,
        winner=decision.treatment,
        tuning=fleet.tuning,
        measured=measured,
        design=confirming(design, decision.treatment, MEMBERS, measured.methods["conformal_miscoverage"]),
        use=ledger.allowed(wanted, rows),
        secret_noise=secret_noise,
    )
    if made.known is None:
        places = measured_at(candidates(design.factors), design.metrics, design.factors)
        refuse_unjudgeable(ready, made.winner, Measured(measured, places), folder.path)
    return made


@one_thread
def carry_out(one: Confirmable, progress: Progress = lambda *_: None) -> dict[str, Any]:
    """Train, write the use down, look at the audit rows, judge, and write the result before it is shown."""
    done = one.known
    if done is None:
        fleet = _trained(one, progress)
        one.ledger.record(one.use, one.rows)
        part = _part(one, fleet, _judged(one, fleet, progress))
        if one.secret_noise:
            model = deployable_files(one.ready, one.design, one.winner, fleet, part["outcome"])
            one.folder.finish(DEPLOYABLE, model)
        written = as_json(part)
        one.folder.finish(STAGE, {FILE: written})
        done = cast(dict[str, Any], json.loads(written))
        one.folder.tidy(STAGE)
    one.ledger.record(replace(one.use, outcome=done["outcome"]), one.rows)
    progress("report", 0)
    _refresh(one.folder, done)
    return done


def meter(one: Confirmable) -> Meter:
    """What tells how far a confirmation is."""
    trainings = len(one.design.trainings)
    units = {"train": trainings * MEMBERS, "measure": trainings}
    return Meter(one.design, units, {"train": 0.6, "measure": 0.35, "report": 0.05})


def _trained(one: Confirmable, progress: Progress) -> Fleet:
    def told(_: Stack) -> None:
        progress("train", MEMBERS)
        progress("train", 0)  # what was read back says nothing of the pace

    progress("train", 0)
    family = one.ready.family
    unpack: Callable[[bytes], Stack] = partial(read_fleet_piece, family)
    pieces = Pieces(one.folder, STAGE, partial(fleet_piece, family), unpack, told)
    shop = replace(one.ready, design=one.design).training_setting()
    return fresh(shop, one.tuning, progress, pieces, one.secret_noise)


def _judged(one: Confirmable, fleet: Fleet, progress: Progress) -> Confirmation:
    progress("measure", 0)
    found = measure(replace(one.ready, design=one.design).setting(), fleet, progress)
    all_of_run, study = one.ready.design, one.ready.study
    missing = unconfirmed(all_of_run)
    found = unmeasured(replace(found, metrics=all_of_run.metrics), missing, NEEDS_SHADOWS)
    places = measured_at(candidates(all_of_run.factors), all_of_run.metrics, all_of_run.factors)
    return confirmed(
        one.winner,
        Measured(found, places),
        Measured(one.measured, places),
        study.limits,
        study.tolerances,
        left_out=missing,
    )


def _part(one: Confirmable, fleet: Fleet, found: Confirmation) -> dict[str, Any]:
    spent = fleet.budgets.get(one.winner.without(tuple(one.design.factors.layers)))
    metrics, use, left_out = one.ready.design.metrics, one.use, unconfirmed(one.ready.design)
    return {
        "treatment": found.treatment.name,
        "outcome": found.outcome,
        "causes": list(found.causes),
        "unconfirmed": [aspect.value for aspect in found.unconfirmed],
        "reasons": list(found.reasons),
        "members": MEMBERS,
        "trained_on": one.design.half,
        "rows": len(one.rows.positions),
        "used_on": use.began,
        "first_use": use.again is None,
        "again": use.again,
        "secret_noise": one.secret_noise,
        "privacy": None
        if spent is None
        else {
            "epsilon": spent.privacy_epsilon,
            "delta": spent.privacy_delta,
            "release": f"{SECRET_NOISE if one.secret_noise else NOT_FOR_RELEASE}.",
        },
        "limits": [_flat(asdict(limit), limit.held.inside) for limit in found.limits],
        "effects": [
            _flat(asdict(effect), effect.held.inside) for effect in found.effects if effect.metric not in left_out
        ],
        "not_confirmed": [{"what": key, "reason": NEEDS_SHADOWS} for key in left_out if metrics[key].headline],
    }


def _flat(item: dict[str, Any], inside: bool | None) -> dict[str, Any]:
    return {**{key: value for key, value in item.items() if key != "held"}, **item["held"], "inside": inside}


def _refresh(folder: RunFolder, done: dict[str, Any]) -> None:
    """Write audit.json and report.html with the confirmation in them, unless they have it."""
    audit: dict[str, Any] = json.loads(folder.read("audit.json"))
    if audit.get("confirmation") != done:
        changed = as_json(audit | {"confirmation": done})
        folder.amend("report", {"audit.json": changed, "report.html": render(json.loads(changed)).encode()})
