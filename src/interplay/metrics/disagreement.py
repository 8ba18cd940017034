"""Disagreement: the share of rows that another member of the same treatment decides differently."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from interplay.arrays import Array, Bool, Float, Int
from interplay.aspects import Aspect
from interplay.estimates import NotMeasurable, Sample
from interplay.evidence import Evidence, Exhibit, Predictions
from interplay.metrics._jackknife import pseudo_values
from interplay.metrics._metric import Direction, Metric

LEAST_MEMBERS = 3


@dataclass(frozen=True)
class Disagreement(Metric):
    """The share of rows that another member of the same treatment decides differently.

    disagreement = (pairs of members and a row that both are evaluated on, decided differently) / (all such pairs and rows)

    Between 0 and 1; lower is better. Rows count with their weights. Pairs overlap, as every member is in several of them,
    so that the values of the members are pseudo-values from leaving each one out (see `interplay.metrics._jackknife`):
    their mean is the disagreement, and their spread gives its error. At least three members are needed, since two make
    one pair, which has no spread.

    Reference: Marx et al. (2020), "Predictive multiplicity in classification", for its ambiguity; Arvesen (1969),
    "Jackknifing U-statistics", for its error; Cresswell (2025), section 2.6.

    Example:
        >>> from interplay.evidence import Rows
        >>> rows = Rows(np.array([1, 0]), {}, counted=np.full((3, 2), True), weights=np.ones((1, 2)))
        >>> said = Predictions(np.zeros((3, 2, 2)), np.array([[1, 0], [1, 0], [1, 1]]))
        >>> round(Disagreement().measure(Evidence(rows, {Predictions: lambda: said})).mean, 9)
        0.333333333

    Does not show: why they differ: members have other training rows and another start, so it holds both. Two members
    may agree and be wrong.
    """

    aspect: ClassVar[Aspect] = Aspect.REPRODUCIBILITY
    title: ClassVar[str] = "disagreement"
    direction: ClassVar[Direction] = "lower_is_better"
    unit: ClassVar[str] = "share of rows"
    bounds: ClassVar[tuple[float, float]] = (0.0, 1.0)
    tolerance: ClassVar[float] = 0.02
    needs: ClassVar[tuple[type[Exhibit], ...]] = (Predictions,)
    reference: ClassVar[str] = "Marx et al., 2020"

    def measure(self, evidence: Evidence) -> Sample | NotMeasurable:
        predictions = evidence.ask(Predictions)
        if isinstance(predictions, NotMeasurable):
            return predictions
        rows, members = evidence.rows, len(evidence.rows.counted)
        if members < LEAST_MEMBERS:
            have = "one member has no other" if members == 1 else "two members make one pair, whose spread is unknown"
            return NotMeasurable(f"{have}; at least {LEAST_MEMBERS} are needed to know how sure a disagreement is")
        differing, shared = _others(predictions.decisions, rows.counted, rows.classes)
        different, together = differing @ rows.weights.T, shared @ rows.weights.T
        if not (together > 0).all():
            return NotMeasurable("a member is evaluated on no row that another one is evaluated on")
        # A pair counts from both sides: without a member, twice what it has is gone.
        differently, all_pairs = different.sum(axis=0) - 2 * different, together.sum(axis=0) - 2 * together
        if (all_pairs <= 1e-9 * together.sum(axis=0)).any():
            return NotMeasurable("without one of the members no two are left that are evaluated on the same row")
        whole = different.sum(axis=0) / together.sum(axis=0)
        return Sample(pseudo_values(whole, differently / all_pairs), int(shared.any(axis=0).sum()))


def _others(
    decisions: Int[Array, "member row"], counted: Bool[Array, "member row"], classes: int
) -> tuple[Float[Array, "member row"], Float[Array, "member row"]]:
    """How many others evaluated on the row decide it differently, and how many others are; 0 where it does not count."""
    said = decisions[:, None] == np.arange(classes)[:, None]
    votes = (said & counted[:, None]).sum(axis=0)
    alike, all_of_them = np.take_along_axis(votes, decisions, axis=0), counted.sum(axis=0)
    differing, shared = np.where(counted, all_of_them - alike, 0), np.where(counted, all_of_them - 1, 0)
    return differing.astype(np.float64), shared.astype(np.float64)
