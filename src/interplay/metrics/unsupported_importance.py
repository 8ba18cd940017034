"""Unsupported importance: the share of named columns whose importance other models do not confirm."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from interplay.aspects import Aspect
from interplay.estimates import NotMeasurable, Sample
from interplay.evidence import Evidence, Exhibit, Explanations
from interplay.metrics._mean import averaged, known
from interplay.metrics._metric import Direction, Metric

NAMED, DEVIATIONS = 3, 2.0


@dataclass(frozen=True)
class UnsupportedImportance(Metric):
    """The share of the three most important columns of an explanation whose importance other models do not confirm.

    unsupported_importance = mean over explained rows of [share of the three most important columns of the member's
    explanation for which |mean over members| <= 2 * standard deviation over members of the column's importance]

    An explanation names columns and no interval: this is how often one model's naming would not stand out if the model
    had been trained on other rows. Between 0 and 1; lower is better. Rows whose explanation has no importance are left
    out.

    Reference: Bykov et al. (2020), on the uncertainty of explanations over models; Cresswell (2025), section 3.10.

    Example:
        >>> from interplay.evidence import tabulated
        >>> zero, importances = np.zeros((3, 1)), np.array([[[0.5, 0.1, 0.0]], [[0.6, -0.1, 0.0]], [[0.5, 0.1, 0.0]]])
        >>> shown = Explanations(np.array([0]), importances, zero, zero, zero, zero)
        >>> UnsupportedImportance().measure(tabulated(labels=[1], decisions=[[1]] * 3, exhibits=(shown,))).mean
        0.5

    Does not show: what the columns really do. Members train on halves of the pool, so that a model trained on all of it
    varies less.
    """

    aspect: ClassVar[Aspect] = Aspect.UNCERTAINTY
    title: ClassVar[str] = "importance without support"
    direction: ClassVar[Direction] = "lower_is_better"
    unit: ClassVar[str] = "share of named columns"
    bounds: ClassVar[tuple[float, float]] = (0.0, 1.0)
    tolerance: ClassVar[float] = 0.1
    needs: ClassVar[tuple[type[Exhibit], ...]] = (Explanations,)
    reference: ClassVar[str] = "Bykov et al., 2020"

    @property
    def depends_on_members(self) -> bool:
        return True

    def measure(self, evidence: Evidence) -> Sample | NotMeasurable:
        explanations = evidence.ask(Explanations)
        if isinstance(explanations, NotMeasurable):
            return explanations
        importances = explanations.importances
        if len(importances) < 3:
            return NotMeasurable(f"{len(importances)} members, at least 3 are needed for a spread")
        supported = np.abs(importances.mean(axis=0)) > DEVIATIONS * importances.std(axis=0, ddof=1)
        order = np.argsort(-np.abs(importances), axis=2, kind="stable")[:, :, :NAMED]
        named = np.take_along_axis(np.abs(importances), order, axis=2) > 0
        confirmed = np.take_along_axis(np.broadcast_to(supported, importances.shape), order, axis=2)
        count = named.sum(axis=2)
        shares = np.where(count > 0, (named & ~confirmed).sum(axis=2) / np.maximum(count, 1), np.nan)
        return averaged(evidence, known(shares, explanations.rows))
