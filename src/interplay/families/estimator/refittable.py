"""A fitted estimator that is kept by what it was fitted on, since most can be stored only by running code when read."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from interplay.arrays import Array, Float, Int
from interplay.errors import RunError
from interplay.families.estimator.fitting import FittedEstimator, Fitter, Fitting, digest
from interplay.families.estimator.frames import Places

WITNESSES = 256
"""Rows of the table whose scores tell a refitted model from another one."""


@dataclass(frozen=True, eq=False)
class Refittable:
    """A model by what it was fitted on: fitted when it is first asked, and recognised by its scores."""

    fitter: Fitter
    how: Fitting
    seen: bytes
    """The digest of its scores on the first rows of the table."""
    known: FittedEstimator | None = None

    @cached_property
    def fitted(self) -> FittedEstimator:
        """The model.

        Raises RunError where fitting again gives another one.
        """
        if self.known is not None:
            return self.known
        again = self.fitter.fit(self.how)
        if witnessed(self.fitter, again) != self.seen:
            raise RunError(
                "the model that was measured before, fitted again from the same rows and seed",
                "one with other scores",
                self.fitter.recipe.called,
                "give it a random_state that it obeys and a single thread, and run the study anew in another folder",
            )
        return again

    def scores(self, inputs: Float[Array, "row column"], places: Places | None = None) -> Float[Array, "row label"]:
        """Class scores of encoded rows; `places` say which rows of the table they were before something moved them."""
        return self.fitted.scores(self.fitter.frames.asked(inputs, places))

    def decisions(self, inputs: Float[Array, "row column"], places: Places | None = None) -> Int[Array, " row"]:
        """What it decides about encoded rows."""
        return self.fitted.decisions(self.fitter.frames.asked(inputs, places))

    def places(self, inputs: Float[Array, "row column"]) -> Places:
        """Which rows of the table encoded rows are."""
        return self.fitter.frames.places(inputs)


def witnessed(fitter: Fitter, fitted: FittedEstimator) -> bytes:
    """What a model is recognised by."""
    frames = fitter.frames
    rows = np.arange(min(WITNESSES, frames.rows))
    return digest(fitted.said(frames.fitting(rows)))
