"""The exact worst case of estimators whose trees are public."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from interplay.arrays import Array, Float, Int
from interplay.attacks.exact_trees import worst_case
from interplay.attacks.reach import Reach, excess
from interplay.estimates import NotMeasurable
from interplay.families._family import AttackSetting
from interplay.families.estimator.frames import EncodedFrames
from interplay.families.estimator.public_trees import tells, trees_of
from interplay.families.estimator.refittable import Refittable

if TYPE_CHECKING:
    from interplay.families.estimator.members import EstimatorMembers


def exact_excess(
    members: EstimatorMembers, setting: AttackSetting, inputs: Float[Array, "row column"], labels: Int[Array, " row"]
) -> Float[Array, " row"] | NotMeasurable:
    """How far the other label is ahead at the worst row within the radius, of the first member; NaN where time ran out.

    The worst case is that of the trees; the number is what the model itself says of that row.
    """
    first, model = 0, members.model(0)
    if not isinstance(model, Refittable):
        return NotMeasurable("the model is only asked for its answers")
    if not isinstance(model.fitter.frames, EncodedFrames):
        return NotMeasurable("the model reads columns of the table, and its trees are those of what it makes of them")
    if members.intercepts.shape[1] != 2:
        return NotMeasurable("exact worst cases are looked for with two labels")
    ensemble = trees_of(model.fitted.model)
    odds = np.diff(members.scores_of(first, inputs, members.places(inputs)), axis=1)[:, 0]
    if ensemble is None or not tells(ensemble, odds, inputs):
        return NotMeasurable("the model has no trees, or its library does not tell them")
    reach = Reach(inputs, setting.threat, setting.radius)
    beside = reach.beside(ensemble.thresholds)
    found = np.full(len(inputs), np.nan)
    for at, row in enumerate(np.asarray(inputs, dtype=np.float32)):
        worst = worst_case(ensemble, row, reach.values(at, beside), 1 if labels[at] == 1 else -1)
        if worst is not None:
            moved = worst.row[None]
            found[at] = excess(members.scores_of(first, moved, members.places(moved)), labels[[at]])[0]
    return found
