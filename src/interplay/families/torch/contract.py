"""What an audit asks of any module, held against one before anything else runs."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from interplay.arrays import Array, Float
from interplay.errors import InterplayError, ModelError
from interplay.families.torch.recipe import ModuleRecipe
from interplay.families.torch.trained import TrainedModule
from interplay.models.optional import needed

ALONE = 8
"""Rows that are asked about one by one."""
SAME = 1e-4
"""How far a score may differ between a row by itself and beside others."""
TRIED_STEPS = 10
"""Steps for which a module is trained to see that the same seed gives the same one, and how long a step takes."""
FAR = 100.0
"""What rows are multiplied with to see whether any score ever leaves the range of probabilities."""


@dataclass(frozen=True)
class ObservedModule:
    """What was seen of one module: its parameters, and the seconds of scoring a row and of one step of plain training."""

    parameters: int
    row_seconds: float
    step_seconds: float


def contract(
    recipe: ModuleRecipe, trained: Callable[[int], Any], rows: Float[Array, "row column"], seed: int
) -> ObservedModule:
    """Hold one module against what an audit asks of any, and say what was seen; `trained` trains one for so many steps.

    Raises ModelError with the one sentence that says what is wrong: no parameters, scores of another shape, probabilities in
    place of scores, scores that are not finite, another answer when asked twice, rows that do not answer for themselves, and
    another model from the same seed.
    """
    module = guarded(lambda: recipe.untrained(seed), recipe).eval()
    size = sum(parameter.numel() for parameter in module.parameters() if parameter.requires_grad)
    if not size:
        raise ModelError("a module with parameters to train", "none", recipe.called, "give an untrained one")
    _gives_class_scores(module, rows, recipe)
    fresh = TrainedModule(module, recipe.classes)
    scores = fresh.scores(rows)
    if not np.isfinite(scores).all():
        seen = f"{int((~np.isfinite(scores)).sum())} that are not"
        raise ModelError("finite scores", seen, recipe.called, "correct the module")
    if not np.array_equal(scores, fresh.scores(rows)):
        step = "draw random numbers in training only, as torch.nn.Dropout does"
        raise ModelError("the same answer when asked twice", "another one", recipe.called, step)
    alone = np.concatenate([fresh.scores(row[None]) for row in rows[:ALONE]])
    if np.abs(alone - scores[:ALONE]).max() > SAME:
        seen, step = "scores of a row that depend on the rows beside it", "take out what looks at a whole batch"
        raise ModelError("scores of a row that follow from that row alone", seen, recipe.called, step)
    first = guarded(lambda: trained(1), recipe)
    began = time.perf_counter()
    first, again = (guarded(lambda: trained(TRIED_STEPS), recipe) for _ in range(2))
    step_seconds = (time.perf_counter() - began) / (2 * TRIED_STEPS)
    if not np.array_equal(first.scores(rows), again.scores(rows)):
        step = "draw its random numbers from PyTorch's own generator"
        raise ModelError("the same model from the same seed and rows", "another one", recipe.called, step)
    began = time.perf_counter()
    first.scores(rows)
    return ObservedModule(size, (time.perf_counter() - began) / len(rows), step_seconds)


def _gives_class_scores(module: Any, rows: Float[Array, "row column"], recipe: ModuleRecipe) -> None:
    """One score for every row and class, and no probabilities, of which cross-entropy would be another one."""
    torch = needed("torch", "torch")

    def given(inputs: Float[Array, "row column"]) -> Any:
        with torch.no_grad():
            return module(torch.tensor(inputs))

    scores = guarded(lambda: given(rows), recipe)
    count, classes = len(rows), recipe.classes
    wanted = [(count, classes), *([(count, 1), (count,)] if classes == 2 else [])]
    shape = tuple(getattr(scores, "shape", ()))
    if shape not in wanted:
        seen = f"{type(scores).__name__}{f' of shape {shape}' if shape else ''} for {count} rows of {recipe.columns} columns"
        expected = f"class scores as a tensor of shape ({count}, {classes})"
        step = "give one score for each class, the columns and classes of the study are arguments of a factory"
        raise ModelError(expected, seen, recipe.called, step)
    far = given(rows * FAR)
    both = torch.cat([scores, far])
    within = bool(((both >= 0) & (both <= 1)).all()) and float(both.max() - both.min()) > 0
    adds_up = both.ndim == 1 or both.shape[1] == 1 or bool(((both.sum(dim=1) - 1).abs() < SAME).all())
    if within and adds_up:
        step = "take out the last softmax or sigmoid: training and attacks apply their own"
        raise ModelError("class scores (logits)", "numbers from 0 to 1, as probabilities are", recipe.called, step)


def guarded(work: Callable[[], Any], recipe: ModuleRecipe) -> Any:
    """What some work gives; what a user's code raises is said in one line."""
    try:
        return work()
    except InterplayError:
        raise
    except Exception as error:
        text = f"{type(error).__name__}: {error}".strip().splitlines()[0][:300]
        expected = f"a module for rows of {recipe.columns} columns and {recipe.classes} classes"
        step = "let the factory take `columns` and `classes`, and build the module for them"
        raise ModelError(expected, text, recipe.called, step) from error
