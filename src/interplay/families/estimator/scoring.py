"""Class scores of any fitted classifier: margins where they are the logarithms of its probabilities, else these."""

from typing import Any

import numpy as np
from scipy.special import log_softmax

from interplay.arrays import Array, Float, Int
from interplay.errors import ModelError
from interplay.families._pytorch import asked

LOWEST, HIGHEST = 1e-6, 0.01
"""Between what the least probability of a model lies."""
AGREE = 1e-4


def floor_of(given: Float[Array, "row label"]) -> float:
    """The least probability of a model that gives such ones: half of the smallest that is not zero, from 1e-6 to .01.

    A forest of 100 full trees says 0 where it means less than one in a hundred. With log-odds of a much smaller number in their
    place, the spread of such rows hides from an attack on membership whom the forest knows.

    Example:
        >>> floor_of(np.array([[0.99, 0.01], [1.0, 0.0]])), floor_of(np.array([[1.0, 0.0]]))
        (0.005, 0.01)
    """
    return float(np.clip(given[given > 0].min() / 2, LOWEST, HIGHEST))


def class_scores(
    model: Any, rows: Any, seen: Int[Array, " seen"], classes: int, floor: float | None
) -> Float[Array, "row label"]:
    """Log of the probability of every class, up to a constant of each row, in float64.

    `seen` are the classes that the codes it was fitted on stand for. `floor` is the least probability; None where

    margins are logarithms of probabilities (`margins_are_logits`), which keep rows apart whose probabilities round to one number.

    Raises ModelError where the model gives other than one probability for each class.
    """
    margin = _margin(model, rows) if floor is None else None
    lowest = floor or LOWEST
    scores = np.log(np.clip(probabilities(model, rows), lowest, 1.0)) if margin is None else _two_sided(margin)
    known = class_places(model)
    if len(known) != scores.shape[1]:
        raise _refused(f"{len(known)} outputs, one for each class that it was fitted on", f"{scores.shape[1]}", model)
    return _of_all(scores, seen[known], classes, lowest)


def gives_scores(model: Any) -> bool:
    """Whether a fitted classifier gives probabilities or margins, and not its decisions alone."""
    return any(hasattr(model, name) for name in ("predict_proba", "decision_function", "get_booster", "booster_"))


def predicted(model: Any, rows: Any, seen: Int[Array, " seen"]) -> Int[Array, " row"]:
    """The classes that a fitted classifier decides for; `seen` are those that the codes it was fitted on stand for.

    Raises ModelError where it gives other than one of these codes for each row.
    """
    said = np.asarray(model.predict(rows))
    if said.shape != (len(rows),) or not np.isin(said, np.arange(len(seen))).all():
        raise _refused("one of the labels that it was fitted on for each row", f"{said.ravel()[:5].tolist()}", model)
    return seen[said.astype(np.int64)]


def probabilities(model: Any, rows: Any) -> Float[Array, "row label"]:
    """What the model gives, checked: one row a row, no gaps, adding up to one."""
    if not hasattr(model, "predict_proba"):
        margin = _margin(model, rows)
        if margin is None:
            raise _refused("probabilities or margins", "neither predict_proba nor decision_function", model)
        return np.asarray(np.exp(log_softmax(_two_sided(margin), axis=1)))
    with asked(model):
        given = np.asarray(model.predict_proba(rows), dtype=np.float64)
    if given.ndim != 2:
        raise _refused("one probability for each row and class", f"an array of shape {given.shape}", model)
    if not np.isfinite(given).all():
        raise _refused("finite probabilities", f"{int((~np.isfinite(given)).sum())} that are not", model)
    if given.min() < 0 or given.max() > 1 + AGREE or np.abs(given.sum(axis=1) - 1).max() > 1e-3:
        found = f"numbers from {given.min():.3g} to {given.max():.3g} whose rows add up to {given.sum(axis=1).min():.3g} and more"
        raise _refused("probabilities between 0 and 1 that add up to 1", found, model)
    return given


def class_places(model: Any) -> Int[Array, " class"]:
    """Which of the labels that it was fitted on each output is; labels are codes from 0."""
    return np.asarray(model.classes_, dtype=np.int64)


def _of_all(
    scores: Float[Array, "row seen"], seen: Int[Array, " seen"], classes: int, lowest: float
) -> Float[Array, "row label"]:
    """The scores of all classes: one that the model was never shown has the least probability."""
    if len(seen) == classes and (seen == np.arange(classes)).all():
        return np.asarray(scores, dtype=np.float64)
    every = np.full((len(scores), classes), np.log(lowest))
    every[:, seen] = log_softmax(scores, axis=1)
    return every


def _margin(model: Any, rows: Any) -> Float[Array, "row label"] | Float[Array, " row"] | None:
    if hasattr(model, "get_booster"):
        return np.asarray(model.predict(rows, output_margin=True), dtype=np.float64)
    if hasattr(model, "booster_"):
        return np.asarray(model.predict(rows, raw_score=True), dtype=np.float64)
    if hasattr(model, "decision_function"):
        return np.asarray(model.decision_function(rows), dtype=np.float64)
    return None


def margins_are_logits(model: Any, rows: Any) -> bool:
    """Whether the softmax of the margins is what the model calls probabilities; not so for calibrated or averaged ones."""
    margin = _margin(model, rows)
    if margin is None or not hasattr(model, "predict_proba"):
        return False
    both, given = _two_sided(margin), np.asarray(model.predict_proba(rows))
    return both.shape == given.shape and bool(np.abs(np.exp(log_softmax(both, axis=1)) - given).max() < AGREE)


def _two_sided(margin: Float[Array, " row"] | Float[Array, "row label"]) -> Float[Array, "row label"]:
    """Margins of each class; a single one is that of the second class."""
    return margin if margin.ndim == 2 else np.stack([np.zeros_like(margin), margin], axis=1)


def _refused(expected: str, found: str, model: Any) -> ModelError:
    return ModelError(expected, found, type(model).__name__, "wrap the model so that predict_proba gives them")
