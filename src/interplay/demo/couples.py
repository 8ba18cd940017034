"""Couples of a generated bank: how often a wife who would repay is denied what her husband is granted."""

from dataclasses import dataclass

import numpy as np

from interplay.arrays import Array, Bool, Float, Int
from interplay.auditing.prepare import Prepared
from interplay.design.treatment import Treatment
from interplay.training.train import Fleet

DESERVING = 0.3
"""Creditworthiness above which somebody is all but sure to repay."""


@dataclass(frozen=True)
class Couples:
    """The places of husbands and wives in the table, of couples with a creditworthiness above `DESERVING`."""

    husbands: Int[Array, " couple"]
    wives: Int[Array, " couple"]


def deserving(ready: Prepared) -> Couples:
    """The couples of the bank who would repay."""
    table = ready.dataset.table
    couple, worth = table.column("couple").values, table.column("creditworthiness").values
    sex = table.column("sex")
    women = np.asarray([sex.categories[code] == "woman" for code in sex.values])
    at = {which: _places(couple, is_one) for which, is_one in (("husbands", ~women), ("wives", women))}
    good = worth[at["wives"]] > DESERVING
    return Couples(at["husbands"][good], at["wives"][good])


def wife_denied(ready: Prepared, fleet: Fleet, treatment: Treatment, couples: Couples) -> Float[Array, " member"]:
    """The share of couples of whom the husband is granted a loan and the wife is not, by each model of a treatment.

    Counted are couples of whom a model has seen neither in training.
    """
    scores = ready.family.scores(fleet.tuned[treatment], ready.encoded.matrix)
    granted = scores.argmax(axis=2) == ready.dataset.favourable
    shares = []
    for member, half in enumerate(ready.design.halves):
        seen = np.zeros(ready.dataset.table.rows, dtype=bool)
        seen[ready.design.pool[half]] = True
        unseen = ~(seen[couples.husbands] | seen[couples.wives])
        apart = granted[member, couples.husbands] & ~granted[member, couples.wives]
        shares.append(float(apart[unseen].mean()))
    return np.asarray(shares)


def _places(couple: Float[Array, " row"], side: Bool[Array, " row"]) -> Int[Array, " couple"]:
    """The rows of one side, in the order of the couples' numbers."""
    rows = np.flatnonzero(side & ~np.isnan(couple))
    return rows[np.argsort(couple[rows])]
