"""The laws of released explanations."""

import numpy as np
from scipy.special import entr, expit

from interplay.arrays import Array, Float, Int
from interplay.explainers.evaluated import Explained, ScoredRows
from interplay.explainers.perturbations import fit
from interplay.interventions import ExplanationIntervention
from interplay.streams import generator
from interplay.testing.release_suite import ReleaseInterventionSuite

COLUMNS, POINTS = 5, 40


class ExplanationInterventionSuite(ReleaseInterventionSuite):
    """Laws of explanations of a score around a row. Define the fixture `intervention`."""

    def _explained(self, intervention: ExplanationIntervention, slopes: Float[Array, " column"]) -> Explained:
        chance = generator(0, "explained rows")
        raw = chance.normal(size=(400, COLUMNS))
        cut = fit(raw, np.zeros(COLUMNS, dtype=bool))
        pools = [cut.draw(count, chance) for count in (1_500, 1_500, 800)]
        parts = [(cut.codes(raw[:POINTS]), raw[:POINTS]), *((pool.bins, pool.raw) for pool in pools)]
        scored = [self._scored(bins, rows, slopes) for bins, rows in parts]
        return intervention.explain(*scored)[0]

    def _scored(
        self, bins: Int[Array, "row column"], rows: Float[Array, "row column"], slopes: Float[Array, " column"]
    ) -> ScoredRows:
        margins = (rows @ slopes)[None]
        chances = expit(margins)
        return ScoredRows(bins, rows.astype(np.float32), margins, entr(chances) + entr(1 - chances))

    def test_the_column_that_decides_is_the_most_important(self, intervention: ExplanationIntervention) -> None:
        found = self._explained(intervention, np.array([0.1, 0.0, 3.0, 0.1, 0.0]))
        assert found.importances.shape == (POINTS, COLUMNS)
        # Where the explained bin is about as good as all others together, nothing stands out.
        assert (np.abs(found.importances).argmax(axis=1) == 2).mean() > 0.6

    def test_fidelity_is_at_most_one_and_there(self, intervention: ExplanationIntervention) -> None:
        found = self._explained(intervention, np.array([1.0, -1.0, 0.5, 0.0, 0.0]))
        assert np.nanmax(found.fidelity) <= 1 and np.isfinite(found.fidelity).mean() > 0.9

    def test_a_constant_score_has_none(self, intervention: ExplanationIntervention) -> None:
        assert np.isnan(self._explained(intervention, np.zeros(COLUMNS)).fidelity).all()

    def test_its_local_models_hold_the_importances(self, intervention: ExplanationIntervention) -> None:
        chance = generator(0, "local models")
        raw = chance.normal(size=(400, COLUMNS))
        cut = fit(raw, np.zeros(COLUMNS, dtype=bool))
        slopes, pool = np.array([0.1, 0.0, 3.0, 0.1, 0.0]), cut.draw(1_500, chance)
        own = self._scored(cut.codes(raw[:POINTS]), raw[:POINTS], slopes)
        found = intervention.local_models(own, self._scored(pool.bins, pool.raw, slopes))
        assert found.importances.shape == (1, POINTS, COLUMNS)
        # The local model follows the score: on the whole it says more where the score is larger.
        assert np.corrcoef(found.values[0], own.chances[0])[0, 1] > 0.5
