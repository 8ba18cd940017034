"""Fitting one estimator: on some rows of the table, with weights where it hears them."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from interplay.arrays import Array, Float, Int
from interplay.errors import ModelError
from interplay.families.estimator.frames import Frames
from interplay.families.estimator.recipe import EstimatorRecipe
from interplay.families.estimator.scoring import class_places, class_scores, margins_are_logits

CHECKED_ROWS = 64


@dataclass(frozen=True, eq=False)
class Fitting:
    """What a model is fitted on: rows of the table, their labels and weights, and its seed. The same gives the same model.

    `moved` are the movable columns of every copy of the rows; None where each is learned from as it is.
    """

    rows: Int[Array, " half"]
    labels: Int[Array, " half"]
    weights: Float[Array, " half"]
    seed: int
    moved: Float[Array, "copy half movable"] | None = None

    @property
    def copies(self) -> int:
        """How many times every row is learned from; its copies share its weight."""
        return 1 if self.moved is None else len(self.moved)


@dataclass(frozen=True, eq=False)
class FittedEstimator:
    """A fitted estimator. `logits` says whether its margins are logarithms of its probabilities."""

    model: Any
    logits: bool
    classes: int

    def scores(self, rows: Any) -> Float[Array, "row label"]:
        """Class scores of what the estimator reads."""
        return class_scores(self.model, rows, self.classes, self.logits)


@dataclass(frozen=True, eq=False)
class Fitter:
    """Fits estimators of one recipe on rows of one table with so many classes."""

    recipe: EstimatorRecipe
    frames: Frames
    classes: int

    def fit(self, how: Fitting) -> FittedEstimator:
        """Raises ModelError where the estimator cannot be fitted or asked."""
        estimator, rows = self.recipe.untrained(how.seed), self._rows(how)
        if len(np.unique(how.labels)) < 2:
            step = "bring more rows of the rarer class"
            raise ModelError("training rows of two classes", "one class", self.recipe.called, step)
        given = self._weights(estimator, how)
        try:
            estimator.fit(rows, np.tile(how.labels, how.copies), **given)
        except Exception as error:
            step = (
                'correct it; inputs = "encoded" gives it numbers only, inputs = "table" the columns as they were read'
            )
            text = f"{type(error).__name__}: {error}".strip().splitlines()[0][:300]
            raise ModelError("an estimator that can be fitted", text, self.recipe.called, step) from error
        _check_classes(estimator, self.recipe.called)
        return FittedEstimator(estimator, margins_are_logits(estimator, rows[:CHECKED_ROWS]), self.classes)

    def _rows(self, how: Fitting) -> Any:
        return self.frames.fitting(how.rows) if how.moved is None else self.frames.copied(how.rows, how.moved)

    def _weights(self, estimator: Any, how: Fitting) -> dict[str, Array]:
        alike, name = (how.weights == how.weights[:1]).all(), weight_name(estimator)
        if alike and (how.copies == 1 or name is None):
            return {}
        if name is None:
            raise ModelError(
                "an estimator that takes a weight for every row",
                "a fit without sample_weight",
                self.recipe.called,
                "take out what weighs rows, or use an estimator whose fit has sample_weight",
            )
        return {name: np.tile(how.weights, how.copies) / how.copies}


def weight_name(estimator: Any) -> str | None:
    """How the estimator's fit calls row weights; those of a pipeline go to its last step. None where it takes none."""
    from sklearn.utils.validation import has_fit_parameter

    steps = getattr(estimator, "steps", None)
    if steps:
        inner = weight_name(steps[-1][1])
        return None if inner is None else f"{steps[-1][0]}__{inner}"
    search = getattr(estimator, "estimator", None)  # a search over settings passes them on
    if has_fit_parameter(estimator, "sample_weight") or (search is not None and weight_name(search) is not None):
        return "sample_weight"
    return None


def digest(scores: Float[Array, "row label"]) -> bytes:
    """SHA-256 of scores in 32 bits: by what a refitted model is recognised."""
    return hashlib.sha256(np.ascontiguousarray(scores, dtype=np.float32).tobytes()).digest()


def contract(
    fitter: Fitter, how: Fitting, matrix: Float[Array, "row column"], progress: Callable[[str], None] = lambda _: None
) -> None:
    """Hold one estimator against what an audit asks of any.

    Raises ModelError with the one sentence that says what is wrong: classes, finite probabilities, the same answer twice, rows
    that answer for themselves, inputs left alone, the same model from the same seed, and weights that change something.
    """
    fitted, called = fitter.fit(how), fitter.recipe.called
    some = np.asarray(matrix[:CHECKED_ROWS], dtype=np.float32)
    before = some.copy()
    scores = fitted.scores(fitter.frames.asked(some))
    step = "correct the estimator"

    def wrong(expected: str, found: str, what: str = step) -> ModelError:
        return ModelError(expected, found, called, what)

    if not np.isfinite(scores).all():
        raise wrong("finite scores", f"{int((~np.isfinite(scores)).sum())} that are not")
    if not np.array_equal(some, before):
        raise wrong("an estimator that leaves its input as it is", "an input that was changed")
    if not np.array_equal(scores, fitted.scores(fitter.frames.asked(some))):
        raise wrong("the same answer when asked twice", "another one", "set its random numbers by random_state")
    alone = np.concatenate([fitted.scores(fitter.frames.asked(row[None])) for row in some[:8]])
    if np.abs(alone - scores[:8]).max() > 1e-4:
        found = "scores of a row that depend on the rows beside it"
        raise wrong("scores of a row that follow from that row alone", found, "take out what looks at a whole batch")
    again = fitter.fit(how).scores(fitter.frames.asked(some))
    if not np.array_equal(scores.astype(np.float32), again.astype(np.float32)):
        raise wrong("the same model from the same seed and rows", "another one", "give it a random_state that it obeys")
    if weight_name(fitted.model) is not None:
        halves = np.where(np.arange(len(how.rows)) % 2, 2.0, 1e-3)
        heard = fitter.fit(Fitting(how.rows, how.labels, halves / halves.mean(), how.seed)).scores(
            fitter.frames.asked(some)
        )
        if np.array_equal(heard.astype(np.float32), scores.astype(np.float32)):
            raise wrong(
                "weights of rows that change the model", "the same model with other weights", "pass sample_weight on"
            )


def _check_classes(estimator: Any, called: str) -> None:
    if not hasattr(estimator, "classes_"):
        raise ModelError(
            "a classifier", "a fitted estimator without classes_", called, "give a classifier, as scikit-learn has them"
        )
    class_places(estimator)
