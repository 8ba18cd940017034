"""Evidence from plain lists, for known-answer examples."""

from collections.abc import Callable
from typing import Any

import numpy as np

from interplay.data.groups import Grouping
from interplay.estimates import NotMeasurable
from interplay.evidence._evidence import Evidence, present
from interplay.evidence._rows import Rows
from interplay.evidence.predictions import Predictions
from interplay.evidence.rightly_decided import RightlyDecided


def tabulated(
    labels: list[int],
    decisions: list[int] | list[list[int]] | None = None,
    probabilities: list[list[float]] | None = None,
    groups: list[int] | None = None,
    exhibits: tuple[Any, ...] = (),
    minimum_support: int = 1,
) -> Evidence:
    """Evidence of one member from plain lists, for known-answer examples; of several where `decisions` are one list for each.

    Without `probabilities` the log-probabilities are those of a member that gives its decision probability 0.9. The
    grouping is called "group", its groups "a", "b", ..., and the first is the reference.

    Example:
        >>> evidence = tabulated(labels=[1, 0], decisions=[1, 1])
        >>> evidence.mean(np.array([[1.0, 0.0]]))
        array([[0.5]])
    """
    count, classes = len(labels), max(2, max(labels) + 1)
    if probabilities is None:
        given = np.atleast_2d(np.asarray(labels if decisions is None else decisions))
        logs = np.log(np.where(np.arange(classes) == given[..., None], 0.9, 0.1 / (classes - 1)))
    else:
        logs = np.log(np.asarray(probabilities, dtype=np.float64))[None]
    taken = np.atleast_2d(np.asarray(decisions)) if decisions is not None else logs.argmax(axis=2)
    groupings = {}
    if groups is not None:
        names = tuple("abcdefghij"[: max(groups) + 1])
        groupings["group"] = Grouping("group", np.asarray(groups), names, 0)
    rows = Rows(
        labels=np.asarray(labels),
        groupings=groupings,
        counted=np.ones((len(taken), count), dtype=bool),
        weights=np.ones((1, count)),
        classes=classes,
        minimum_support=minimum_support,
    )
    right = RightlyDecided(taken == np.asarray(labels))
    known: dict[type, Callable[[], Any] | NotMeasurable] = {
        Predictions: lambda: Predictions(logs, taken),
        RightlyDecided: lambda: right,
    }
    known.update({type(exhibit): present(exhibit) for exhibit in exhibits})
    return Evidence(rows, known)
