"""What a decision chooses between, as a file beside it, so that it can be made again without the engine."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from interplay import catalogue
from interplay.auditing.folder import RunFolder
from interplay.auditing.samples import FIRST, MORE, read_measurements
from interplay.auditing.written import as_json
from interplay.decision.decision import Decision, Unresolved
from interplay.design.treatment import Treatment
from interplay.effects.results import Effects
from interplay.errors import RunError, StudyError
from interplay.evidence import PrivacyGuarantee
from interplay.measurement.measurements import Measurements
from interplay.metrics import GroupMetric, Metric
from interplay.study import Study
from interplay.study.dump import from_json

FILE = "choices.json"
NEEDED = ("measure", "look", "compare", "decide")

Places = Mapping[tuple[Treatment, str], Treatment]


@dataclass(frozen=True, eq=False)
class Choices:
    """A finished run as `interplay.decision.decide` needs it."""

    study: Study
    candidates: tuple[Treatment, ...]
    places: Places
    measured: Measurements
    effects: Effects
    chosen: Treatment | None
    """What the run decided."""
    unresolved: Unresolved | None
    """Why it chose nothing."""


def choice_file(candidates: Sequence[Treatment], places: Places, metrics: Mapping[str, Metric]) -> bytes:
    """The candidates, where their metrics were measured (if not on themselves), and the metrics."""
    return as_json(
        {
            "candidates": [one.interventions for one in candidates],
            "places": [
                {"candidate": one.interventions, "metric": metric, "place": place.interventions}
                for (one, metric), place in places.items()
                if one != place
            ],
            "metrics": [{"name": one.name, "grouping": getattr(one, "grouping", None)} for one in metrics.values()],
        }
    )


def read_choices(path: Path, also: Collection[str] = ()) -> Choices:
    """Read a finished run: the samples of headline metrics, of limited ones and of those named in `also`.

    Raises `RunError` for a folder that holds no finished run.
    """
    folder = RunFolder(path)
    for stage in NEEDED:
        if not folder.finished(stage):
            raise RunError(
                "the folder of a finished run",
                f"no whole stage {stage!r}" if path.is_dir() else "no such folder",
                str(path),
                "name a folder that `interplay run` has finished, or run the study again: what is there is kept",
            )
    decided = Decision.from_json(folder.read("decision.json").decode())
    study, told = _study(folder), json.loads(folder.read(FILE))
    metrics = dict(map(_metric, told["metrics"]))
    named = {*(limit.metric for limit in study.limits), *also}
    wanted = {key for key, one in metrics.items() if one.headline or named & {key, one.name}}
    if not folder.whole("train", "fleet.json"):
        raise _damaged(folder, "fleet.json", "other content than the run wrote, or none")
    budgets = json.loads(folder.read("fleet.json"))["budgets"]
    spent = {_named(name): PrivacyGuarantee(**budget) for name, budget in budgets.items()}
    first, more = (read_measurements(metrics, spent, path / stem, wanted) for stem in (FIRST, MORE))
    return Choices(
        study=study,
        candidates=tuple(Treatment(tuple(one)) for one in told["candidates"]),
        places={
            (Treatment(tuple(one["candidate"])), one["metric"]): Treatment(tuple(one["place"]))
            for one in told["places"]
        },
        measured=first.overlaid(more),
        effects=Effects.from_json(folder.read("effects.json").decode()),
        chosen=decided.treatment,
        unresolved=decided.unresolved,
    )


def _study(folder: RunFolder) -> Study:
    try:
        found = json.loads(folder.read("study.json"))
    except (ValueError, RecursionError) as error:
        raise _damaged(folder, "study.json", "no JSON") from error
    if not isinstance(found, dict):
        raise _damaged(folder, "study.json", "JSON of another shape")
    try:
        return from_json(found)
    except StudyError as error:
        raise _damaged(folder, "study.json", error.found) from error


def _damaged(folder: RunFolder, name: str, found: str) -> RunError:
    step = "run the study again: what is damaged is made anew, and what is whole is kept"
    return RunError(f"the file {name} of a finished run", found, str(folder.path), step)


def _metric(told: Mapping[str, str | None]) -> tuple[str, Metric]:
    kind, grouping = catalogue.metrics()[catalogue.current(str(told["name"]))], told["grouping"]
    metric = kind() if grouping is None or not issubclass(kind, GroupMetric) else kind(grouping=grouping)
    return metric.key, metric


def _named(name: str) -> Treatment:
    return Treatment() if name == "control" else Treatment(tuple(name.split(" + ")))
