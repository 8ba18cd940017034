"""What an audit asks of any given model, tried on some rows before anything else."""

import numpy as np

from interplay.errors import ModelError
from interplay.families.fitted.answers import GivenOnTable

CHECKED_ROWS, ALONE = 64, 8
SAME = 1e-5
"""How far answers for the same row may lie apart, as 32 bits round them."""


def contract(model: GivenOnTable) -> None:
    """Hold a given model against what an audit asks of any.

    Raises ModelError with one sentence of what is wrong: shape, finite probabilities that add up to one or labels that are
    classes of the table, an input left alone, the same answer twice, and rows that answer for themselves.
    """
    called, count = model.given.called, model.frames.rows
    said, what = (model.decided, "decisions") if model.decides_only else (model.probabilities, "probabilities")
    said(model.frames.fitting(np.arange(count)))
    some = np.unique(np.linspace(0, count - 1, min(CHECKED_ROWS, count)).astype(np.int64))
    rows = model.frames.fitting(some)
    before = rows.copy(deep=True)
    first = said(rows)
    if not rows.equals(before):
        raise ModelError(
            "a model that leaves its input as it is", "an input that was changed", called, "copy the input"
        )
    if not np.array_equal(first, said(rows)):
        step = "take random numbers out of its answers"
        raise ModelError("the same answer when asked twice", "another one", called, step)
    alone = np.concatenate([said(rows.iloc[[place]]) for place in range(min(ALONE, len(rows)))])
    if np.abs(alone - first[: len(alone)]).max() > SAME:
        found = f"{what} of a row that depend on the rows beside it"
        step = "take out what looks at a whole batch"
        raise ModelError(f"{what} of a row that follow from that row alone", found, called, step)
