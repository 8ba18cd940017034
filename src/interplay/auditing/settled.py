"""What a study leaves to its data, found once for a run and kept in its folder."""

import json
from collections.abc import Iterator
from dataclasses import asdict, replace

import numpy as np

from interplay.auditing.folder import RunFolder
from interplay.auditing.prepare import Prepared
from interplay.auditing.written import Files, as_json
from interplay.design.ranking import MEMBERS
from interplay.design.settings import Settings, open_parameters, radius_is_open, settle
from interplay.measurement.settings import settings
from interplay.training.train import Keep
from interplay.training.tuning import Tuning

FILE = "settled.json"


def settled_files(ready: Prepared, keep: Keep[Tuning]) -> Files:
    """What was found."""
    return {FILE: as_json(asdict(settings(ready.training_setting(), ready.setting(), ready.tuning_rows(), keep)))}


def settled(ready: Prepared, folder: RunFolder) -> Prepared:
    """The study with what was found in place of the defaults."""
    return replace(ready, design=settle(ready.design, Settings(**json.loads(folder.read(FILE)))))


def settled_sentences(ready: Prepared, folder: RunFolder) -> list[str]:
    """What was found, and how; sentences of the audit."""
    found = Settings(**json.loads(folder.read(FILE)))
    told, is_open = [], radius_is_open(ready.study) and ready.encoded.movable.any()
    if is_open and found.radius is not None and found.lost is not None:
        told.append(
            f"The study declares no radius of attacks. It is {found.radius:g} standard deviations: within it the control's "
            f"members for tuning lose {100 * found.lost:.1f} points of balanced accuracy on the tuning rows."
        )
    elif is_open:
        told.append(
            "The study declares no radius of attacks, and the control hardly beats guessing on the tuning rows, or does not "
            "lose 10 points of balanced accuracy within 2 standard deviations: half a standard deviation is taken."
        )
    for asked in open_parameters(ready.design):
        value = found.parameters[asked.intervention][asked.parameter]
        title = ready.design.factors.training[asked.intervention].title
        told.append(
            f"The study declares no {asked.search.called}. {value:g} is the one of those tried with the least log loss of "
            f"{title} on the tuning rows; like learning rates, its choice lies outside of a privacy budget."
        )
    return [*told, *_ranked(ready, found)]


def _ranked(ready: Prepared, found: Settings) -> Iterator[str]:
    """How rows were ranked by their exposure, and how exposed those are that are taken out and those that come next."""
    removal, ranks = ready.design.factors.removal, settle(ready.design, found).ranks
    if removal is None or ranks is None or found.exposure is None:
        return
    exposure, out, following = np.array(found.exposure), removal.most_exposed(ranks), removal.in_next_layer(ranks)
    yield (
        f"The rows of the pool are ranked by their exposure in {MEMBERS} members of the control that are set apart and measured "
        "nowhere: by how much larger the log-odds of a row's label are in members that trained on it. The "
        f"{int(out.sum()):,} most exposed have {exposure[out].mean():.2f} on average, the {int(following.sum()):,} of the next "
        f"layer {exposure[following].mean():.2f}, and all rows {exposure.mean():.2f}. Ranks come from exact rows and lie outside "
        "of a privacy budget."
    )
