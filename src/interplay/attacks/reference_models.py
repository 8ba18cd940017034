"""Reference models for a model that is trained already: small ones, trained here on rows that it was not trained on."""

import numpy as np

from interplay.arrays import Array, Bool, Float, Int
from interplay.attacks.logistic import most_varied, ridge_logistic, standardised_design

REFERENCES = 8
"""Reference models behind the number of every row; none of them has seen the row."""
RIDGE = 10.0
"""Penalty of a squared weight of a standardised column; a tenth of it of the intercept, for halves that lack a label."""
MOST_ROWS, MOST_COLUMNS = 5_000, 300
"""Rows that one reference model is trained on at most, and columns that it reads: those with the largest variance."""


def expected_log_odds(
    columns: Float[Array, "row column"],
    labels: Int[Array, " row"],
    held_out: Bool[Array, " row"],
    units: Int[Array, " row"],
    chance: np.random.Generator,
) -> Float[Array, " row"]:
    """The log-odds of every row's own label by models that did not see the row: how easy the row is for any model.

    expected[row] = mean over splits of log(p / (1 - p)), p = probability of the row's label by one model of the split

    In every one of `REFERENCES` splits all rows are cut in two at random, those of a unit together (`units` numbers it). A
    model is trained on the held-out rows of either half, and asked about all rows of the other one. So a row that is held
    out and a row that is not are treated alike: each is asked of as many models, and of none that has seen it. The models are
    logistic regressions with a ridge penalty, one for each label against the others. In nats; larger is easier.

    Reference: Watson et al. (2022), "On the importance of difficulty calibration in membership inference attacks".

    Example:
        >>> chance = np.random.default_rng(0)
        >>> rows = chance.normal(size=(400, 1))
        >>> labels = (rows[:, 0] > 0).astype(int)
        >>> found = expected_log_odds(rows, labels, np.arange(400) < 200, np.arange(400), chance)
        >>> bool(found[np.abs(rows[:, 0]) > 1].min() > found[np.abs(rows[:, 0]) < 0.1].max())
        True

    Does not show: how easy a row is for the model that is attacked, which may be of another kind.
    """
    columns = columns[:, most_varied(columns, MOST_COLUMNS)]
    total = np.zeros(len(labels))
    for _ in range(REFERENCES):
        side = _halves(units, chance)
        for half in (False, True):
            learned = np.flatnonzero(held_out & (side == half))
            asked = side != half
            total[asked] += _own_log_odds(columns, labels, chance.permutation(learned)[:MOST_ROWS], asked)
    return total / REFERENCES


def _halves(units: Int[Array, " row"], chance: np.random.Generator) -> Bool[Array, " row"]:
    """Which half every row is in; half of the units, those that share one together."""
    count = int(units.max()) + 1
    return np.asarray((chance.permutation(count) < count // 2)[units])


def _own_log_odds(
    columns: Float[Array, "row column"],
    labels: Int[Array, " row"],
    learned: Int[Array, " some"],
    asked: Bool[Array, " row"],
) -> Float[Array, " asked"]:
    """The log-odds of the labels of the rows that are asked about, by a model of those that are learned from."""
    seen = np.asarray(columns[learned], dtype=np.float64)
    design, own = standardised_design(seen, seen), labels[asked]
    rows = standardised_design(np.asarray(columns[asked], dtype=np.float64), seen)
    penalty = np.append(RIDGE / 10, np.full(columns.shape[1], RIDGE))
    odds = np.zeros(len(own))
    for label in np.unique(own):
        mine = own == label
        odds[mine] = rows[mine] @ ridge_logistic(design, labels[learned] == label, penalty)
    return odds
