"""Fitting one estimator: on some rows of the table, with weights where it hears them."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from interplay.arrays import Array, Float, Int
from interplay.errors import InterplayError, ModelError
from interplay.families._pytorch import seeded
from interplay.families.estimator.frames import Frames
from interplay.families.estimator.recipe import EstimatorRecipe
from interplay.families.estimator.scoring import (
    LOWEST,
    class_places,
    class_scores,
    gives_scores,
    margins_are_logits,
    predicted,
)
from interplay.interventions import Fit

CHECKED_ROWS = 64
"""Rows on which margins are held against probabilities."""


@dataclass(frozen=True, eq=False)
class Fitting:
    """What a model is fitted on: rows of the table, their labels and weights, and its seed. The same gives the same model.

    `moved` are the movable columns of every copy of the rows; None where each is learned from as it is. `by` names the
    intervention that fits it, in place of the recipe's own fit; empty where none does.
    """

    rows: Int[Array, " half"]
    labels: Int[Array, " half"]
    weights: Float[Array, " half"]
    seed: int
    moved: Float[Array, "copy half movable"] | None = None
    by: str = ""

    @property
    def copies(self) -> int:
        """How many times every row is learned from; its copies share its weight."""
        return 1 if self.moved is None else len(self.moved)


@dataclass(frozen=True, eq=False)
class FittedEstimator:
    """A fitted estimator.

    `seen` are the classes that its codes stand for; `floor` is its least probability, None where its margins are logarithms of
    its probabilities. Where it `decides_only` its scores are not asked.
    """

    model: Any
    seen: Int[Array, " seen"]
    classes: int
    floor: float | None
    decides_only: bool = False

    def scores(self, rows: Any) -> Float[Array, "row label"]:
        """Class scores of what the estimator reads."""
        return class_scores(self.model, rows, self.seen, self.classes, self.floor)

    def decisions(self, rows: Any) -> Int[Array, " row"]:
        """What it decides about what it reads, as classes of the table."""
        return predicted(self.model, rows, self.seen)

    def said(self, rows: Any) -> Float[Array, "row any"]:
        """All that is known of it: scores, or decisions as a single column."""
        return self.decisions(rows).astype(np.float64)[:, None] if self.decides_only else self.scores(rows)


@dataclass(frozen=True, eq=False)
class Fitter:
    """Fits estimators of one recipe on rows of one table with so many classes.

    `others` are interventions that fit in place of the recipe, by name; `floor` is the least probability. With `decides_only`
    nothing but decisions is asked of what is fitted.
    """

    recipe: EstimatorRecipe
    frames: Frames
    classes: int
    others: Mapping[str, Fit] = field(default_factory=dict)
    floor: float = LOWEST
    decides_only: bool = False

    def fit(self, how: Fitting) -> FittedEstimator:
        """Raises ModelError where the estimator cannot be fitted or asked."""
        rows, called = self._rows(how), self.called(how)
        seen, codes = np.unique(how.labels, return_inverse=True)
        if len(seen) < 2:
            step = "bring more rows of the rarer class"
            raise ModelError("training rows of two classes", "one class", called, step)
        try:
            with seeded(how.seed):
                estimator = self._fitted(rows, codes, how)
        except InterplayError:
            raise
        except Exception as error:
            step = (
                'correct it; inputs = "encoded" gives it numbers only, inputs = "table" the columns as they were read'
            )
            text = f"{type(error).__name__}: {error}".strip().splitlines()[0][:300]
            raise ModelError("an estimator that can be fitted", text, called, step) from error
        _check_classes(estimator, called)
        decides_only = self.decides_only or not gives_scores(estimator)
        logits = not decides_only and margins_are_logits(estimator, rows[:CHECKED_ROWS])
        return FittedEstimator(estimator, seen, self.classes, None if logits else self.floor, decides_only)

    def called(self, how: Fitting) -> str:
        """What fits a model, for messages."""
        return how.by or self.recipe.called

    def _fitted(self, rows: Any, codes: Int[Array, " half"], how: Fitting) -> Any:
        """A fitted estimator; labels are codes without gaps, which some libraries insist on."""
        labels = np.tile(codes, how.copies)
        if how.by:
            return self.others[how.by](rows, labels, np.tile(how.weights, how.copies) / how.copies, how.seed)
        estimator = self.recipe.untrained(how.seed)
        estimator.fit(rows, labels, **self._weights(estimator, how))
        return estimator

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
    if has_fit_parameter(estimator, "sample_weight"):
        return "sample_weight"
    search = getattr(estimator, "estimator", None)  # a search over settings passes on whatever its fit is given
    return None if search is None else weight_name(search)


def digest(scores: Float[Array, "row label"]) -> bytes:
    """SHA-256 of scores in 32 bits: by what a refitted model is recognised."""
    return hashlib.sha256(np.ascontiguousarray(scores, dtype=np.float32).tobytes()).digest()


def _check_classes(estimator: Any, called: str) -> None:
    if not hasattr(estimator, "classes_"):
        raise ModelError(
            "a classifier", "a fitted estimator without classes_", called, "give a classifier, as scikit-learn has them"
        )
    class_places(estimator)
