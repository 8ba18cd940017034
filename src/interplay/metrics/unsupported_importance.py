"""Unsupported importance: the share of named columns whose importance other models do not confirm."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from interplay.arrays import Array, Bool, Float, Int
from interplay.aspects import Aspect
from interplay.estimates import NotMeasurable, Sample
from interplay.evidence import Evidence, Exhibit, Explanations
from interplay.metrics._jackknife import pseudo_values
from interplay.metrics._metric import Direction, Metric

NAMED, DEVIATIONS, FEWEST = 3, 2.0, 4


@dataclass(frozen=True)
class UnsupportedImportance(Metric):
    """The share of the three most important columns of an explanation whose importance other models do not confirm.

    unsupported_importance = mean over explained rows of [share of the three most important columns of the member's
    explanation for which |mean over members| <= 2 * standard deviation over members of the column's importance]

    An explanation names columns and no interval: this is how often one model's naming would not stand out if the model
    had been trained on other rows. Between 0 and 1; lower is better. Rows whose explanation has no importance are left
    out. Values are jackknife pseudo-values over members, since they confirm each other.

    Reference: Bykov et al. (2020), on the uncertainty of explanations over models; Cresswell (2025), section 3.10.

    Example:
        >>> from interplay.evidence import tabulated
        >>> zero, drawn = np.zeros((4, 1)), np.array([[0.5, 0.1], [0.6, -0.1], [0.5, 0.1], [0.6, -0.1]])
        >>> shown = Explanations(np.array([0]), drawn[:, None], zero, zero, zero, zero)
        >>> UnsupportedImportance().measure(tabulated(labels=[1], decisions=[[1]] * 4, exhibits=(shown,))).mean
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
        importances, rows = explanations.importances, explanations.rows
        if len(importances) < FEWEST:
            return NotMeasurable(f"{len(importances)} members, at least {FEWEST} are needed for a spread")
        counted = evidence.rows.counted[:, rows]
        every, without = _unsupported(importances, counted)
        kept = np.isfinite(every) & np.isfinite(without).all(axis=0)
        if not kept.any():
            return NotMeasurable("no explained row has an explanation with any importance in several members")
        weights = evidence.rows.weights[:, rows[kept]]
        share = weights / weights.sum(axis=1, keepdims=True)
        whole, left = share @ every[kept], without[:, kept] @ share.T
        return Sample(pseudo_values(whole, left), evidence.rows.distinct(kept, rows))


def _unsupported(
    importances: Float[Array, "member explained feature"], counted: Bool[Array, "member explained"]
) -> tuple[Float[Array, " explained"], Float[Array, "member explained"]]:
    """The share of the columns that each row's explanations name and that the members together do not confirm, and the same
    without each member; NaN where none names any.
    """
    order = np.argsort(-np.abs(importances), axis=2, kind="stable")[:, :, :NAMED]
    named = np.zeros(importances.shape, dtype=bool)
    np.put_along_axis(named, order, (np.take_along_axis(importances, order, axis=2) != 0) & counted[..., None], axis=2)
    count, total, squares = named.sum(axis=0), importances.sum(axis=0), (importances**2).sum(axis=0)
    whole = _share(count, total, squares, len(importances))
    left = [
        _share(count - own, total - one, squares - one**2, len(importances) - 1)
        for own, one in zip(named, importances, strict=True)
    ]
    return whole, np.stack(left)


def _share(
    named: Int[Array, "explained feature"],
    total: Float[Array, "explained feature"],
    squares: Float[Array, "explained feature"],
    members: int,
) -> Float[Array, " explained"]:
    """Of the namings, the share of columns that do not stand out; from the sums over members of importances and squares."""
    mean = total / members
    variance = np.maximum(squares - members * mean**2, 0.0) / (members - 1)
    supported = np.abs(mean) > DEVIATIONS * np.sqrt(variance)
    count = named.sum(axis=1)
    return np.where(count > 0, np.where(supported, 0, named).sum(axis=1) / np.maximum(count, 1), np.nan)
