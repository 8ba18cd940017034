"""What was trained and measured under the same study with other priorities, taken over instead of done again.

Priorities enter the decision and nothing before it. A run whose priorities are filled in afterwards has a hash and a folder
of its own, so that both decisions stay on record; its models and measurements are those of the other folder.
"""

import json
from pathlib import Path

from interplay.auditing.folder import RunFolder
from interplay.auditing.prepare import Prepared
from interplay.auditing.written import as_json
from interplay.errors import InterplayError
from interplay.study.digest import digest
from interplay.study.dump import from_json

STAGE, FILE = "adopted", "adopted.json"
OWN = ("forecast", "decide", "report", "confirm", STAGE)
"""What every run has of its own."""


def adopt(folder: RunFolder, ready: Prepared) -> None:
    """Take over what another run of the same study with other priorities has finished, unless something is there."""
    if any(name.partition("/")[0] not in OWN for name in folder.entries):
        return
    for path in sorted(folder.path.parent.glob("*/study.json")):
        if path.parent != folder.path and _differs_in_priorities(path, ready):
            _take_over(RunFolder(path.parent), folder)
            return


def adopted_sentences(folder: RunFolder) -> tuple[str, ...]:
    """From where the models and measurements come, if they are not the run's own; a sentence of the audit."""
    if not folder.finished(STAGE):
        return ()
    source = json.loads(folder.read(FILE))["from"]
    return (
        f"The models and measurements are those of the run {source}, whose study differs in the priorities only. Its results "
        "could be known when these priorities were set.",
    )


def _differs_in_priorities(path: Path, ready: Prepared) -> bool:
    """Whether a run's hash is that of this study with its own priorities."""
    try:
        priorities = from_json(json.loads(path.read_bytes())).priorities
    except (ValueError, OSError, InterplayError):
        return False
    same = ready.study.model_copy(update={"priorities": priorities})
    return digest(same, ready.dataset.fingerprint, ready.family.identity)[:16] == path.parent.name


def _take_over(source: RunFolder, folder: RunFolder) -> None:
    """Copy every whole stage and piece; a stage that is not finished goes on here."""
    for name, files in source.entries.items():
        if name.partition("/")[0] not in OWN and source.finished(name):
            folder.finish(name, {file: source.read(file) for file in files})
    folder.finish(STAGE, {FILE: as_json({"from": source.path.name})})
