"""What an audit asks of any classifier, held against one fitted on rows of the study before anything else runs."""

import time
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from interplay.arrays import Array, Float
from interplay.errors import ModelError
from interplay.families.estimator.fitting import CHECKED_ROWS, FittedEstimator, Fitter, Fitting, weight_name
from interplay.families.estimator.scoring import floor_of, probabilities

HEARD_ROWS = 1_000
"""Rows among which one has to be scored otherwise when weights are others; on its own rows a full tree is right in any case."""
ALONE = 8
"""Rows that are asked about one by one."""
SAME = 1e-4
"""How far a score may differ between a row by itself and beside others: libraries add up in another order."""


@dataclass(frozen=True)
class Observed:
    """What was seen of one classifier: seconds for a row and for a fit, its least probability and the share of cells below it,
    whether its fit takes row weights, and whether it gives decisions only.
    """

    row_seconds: float
    fit_seconds: float
    floor: float
    floored: float
    hears: bool
    decides_only: bool = False


def contract(fitter: Fitter, how: Fitting, matrix: Float[Array, "row column"], weighed: bool = True) -> Observed:
    """Hold one classifier against what an audit asks of any, and say what was seen.

    `matrix` holds encoded rows that it is not fitted on. Raises ModelError with the one sentence that says what is wrong:
    classes, finite probabilities or labels, the same answer twice, rows that answer for themselves, inputs left alone, the same
    model from the same seed, and (where anything is `weighed`) weights that change something.
    """
    unseen = np.asarray(matrix[:HEARD_ROWS], dtype=np.float32)
    checked = _Checked(fitter, how, unseen[:CHECKED_ROWS].copy(), unseen)
    checked.gives_finite_scores()
    checked.leaves_its_input()
    checked.answers_alike_twice()
    checked.looks_at_single_rows()
    checked.is_the_same_when_fitted_again()
    if weighed:
        checked.hears_weights()
    return checked.observed()


@dataclass(frozen=True, eq=False)
class _Checked:
    """A classifier fitted once, and some rows that it is asked about."""

    fitter: Fitter
    how: Fitting
    some: Float[Array, "row column"]
    unseen: Float[Array, "more column"]

    def gives_finite_scores(self) -> None:
        wrong = ~np.isfinite(self._scores)
        if wrong.any():
            raise self._refused("finite scores", f"{int(wrong.sum())} that are not")

    def leaves_its_input(self) -> None:
        before = self.some.copy()
        self._asked(self._fitted, self.some)
        if not np.array_equal(self.some, before):
            raise self._refused("an estimator that leaves its input as it is", "an input that was changed")

    def answers_alike_twice(self) -> None:
        if not np.array_equal(self._scores, self._asked(self._fitted, self.some)):
            step = "set its random numbers by random_state"
            raise self._refused("the same answer when asked twice", "another one", step)

    def looks_at_single_rows(self) -> None:
        alone = np.concatenate([self._asked(self._fitted, row[None]) for row in self.some[:ALONE]])
        if np.abs(alone - self._scores[:ALONE]).max() > SAME:
            found, step = "scores of a row that depend on the rows beside it", "take out what looks at a whole batch"
            raise self._refused("scores of a row that follow from that row alone", found, step)

    def is_the_same_when_fitted_again(self) -> None:
        if not _alike(self._scores, self._asked(self.fitter.fit(self.how), self.some)):
            step = "give it a random_state that it obeys"
            raise self._refused("the same model from the same seed and rows", "another one", step)

    def hears_weights(self) -> None:
        if not self.how.by and weight_name(self._fitted.model) is None:
            return  # refused where weights are wanted
        weights = np.where(np.arange(len(self.how.rows)) % 2, 2.0, 1e-3)
        other = self.fitter.fit(replace(self.how, weights=weights / weights.mean()))
        if _alike(*(self._asked(fitted, self.unseen.copy()) for fitted in (self._fitted, other))):
            step = "pass the weights of rows on to what is fitted"
            raise self._refused("weights of rows that change the model", "the same model with other weights", step)

    def observed(self) -> Observed:
        """Times are those of one fit and of one call with many rows."""
        began, fitted = time.perf_counter(), self._fitted
        self._asked(fitted, self.unseen.copy())
        row_seconds = (time.perf_counter() - began) / len(self.unseen)
        hears = bool(self.how.by) or weight_name(fitted.model) is not None
        if fitted.decides_only:
            return Observed(row_seconds, self._timed[1], self.fitter.floor, 0.0, hears, decides_only=True)
        if fitted.floor is None:
            return Observed(row_seconds, self._timed[1], self.fitter.floor, 0.0, hears)
        given = probabilities(fitted.model, self.fitter.frames.asked(self.unseen))
        floor = floor_of(given)
        return Observed(row_seconds, self._timed[1], floor, float((given < floor).mean()), hears)

    @property
    def _fitted(self) -> FittedEstimator:
        return self._timed[0]

    @cached_property
    def _timed(self) -> tuple[FittedEstimator, float]:
        """The classifier, and the seconds that fitting it took."""
        began = time.perf_counter()
        return self.fitter.fit(self.how), time.perf_counter() - began

    @cached_property
    def _scores(self) -> Float[Array, "row label"]:
        """On a copy, for models that change their input."""
        return self._asked(self._fitted, self.some.copy())

    def _asked(self, fitted: FittedEstimator, rows: Float[Array, "some column"]) -> Float[Array, "some label"]:
        return fitted.said(self.fitter.frames.asked(rows))

    def _refused(self, expected: str, found: str, step: str = "correct the estimator") -> ModelError:
        return ModelError(expected, found, self.fitter.called(self.how), step)


def _alike(first: Float[Array, "row label"], second: Float[Array, "row label"]) -> bool:
    """Whether scores are the same in 32 bits."""
    return np.array_equal(first.astype(np.float32), second.astype(np.float32))
