"""The laws of released explanations."""

import numpy as np
import pytest
from scipy.special import log_expit

from interplay.arrays import Array, Float
from interplay.attacks.lira import signal
from interplay.explainers.evaluated import Explained, explained
from interplay.explainers.outputs import ModelOutputs, Outputs, Points, Score
from interplay.explainers.perturbations import fit
from interplay.explainers.surrogates import Surrogates
from interplay.interventions import AttributionIntervention, ExplanationIntervention
from interplay.streams import generator
from interplay.testing.release_suite import ReleaseInterventionSuite

COLUMNS, POINTS = 5, 40
SCORE = Score(1, lambda logs: signal(logs, np.ones(logs.shape[1], dtype=np.int64)))


class ExplanationInterventionSuite(ReleaseInterventionSuite):
    """Laws of explanations of a score around a row. Define the fixture `intervention`."""

    def _explained(self, intervention: ExplanationIntervention, slopes: Float[Array, " column"]) -> Explained:
        random = generator(0, "explained rows")
        parts = _points(random, 1_500, 1_500, 800)
        line = _Line(slopes)

        def explain(outputs: Outputs, own: Points, pool: Points) -> Surrogates:
            return intervention.surrogates(outputs, own, pool, random)

        return explained(explain, line, SCORE, *parts)[0]

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
        random = generator(0, "local models")
        own, pool = _points(random, 1_500)
        score = ModelOutputs(_Line(np.array([0.1, 0.0, 3.0, 0.1, 0.0])), SCORE)
        local = intervention.surrogates(score, own, pool, random)
        assert local.coefficients.shape == (1, POINTS, COLUMNS)
        # The local model follows the score: on the whole it says more where the score is larger.
        assert np.corrcoef(local.values[0], score.values(own)[0])[0, 1] > 0.5

    def test_complete_explanations_add_up_to_the_score(self, intervention: ExplanationIntervention) -> None:
        if not isinstance(intervention, AttributionIntervention) or not intervention.complete:
            pytest.skip("this explainer does not promise completeness")
        random = generator(0, "complete")
        own, pool = _points(random, 1_500)
        score = ModelOutputs(_Line(np.array([0.5, -1.0, 2.0, 0.1, 0.0])), SCORE)
        local = intervention.surrogates(score, own, pool, random)
        np.testing.assert_allclose(local.values, score.values(own), atol=1e-3)


class _Line:
    """A model whose log-odds are a line."""

    def __init__(self, slopes: Float[Array, " column"]) -> None:
        self.slopes = slopes

    def log_probabilities(self, inputs: Float[Array, "row column"]) -> Float[Array, "model row label"]:
        odds = inputs @ self.slopes
        return np.stack([log_expit(-odds), log_expit(odds)], axis=1)[None]

    def pulled_back(
        self, inputs: Float[Array, "row column"], slopes: Float[Array, "model row label"]
    ) -> Float[Array, "model row column"]:
        first, second = np.exp(self.log_probabilities(inputs)).transpose(2, 0, 1)
        along = slopes[..., 1] * first - slopes[..., 0] * second
        return np.asarray(along[..., None] * self.slopes)


def _points(random: np.random.Generator, *sizes: int) -> list[Points]:
    """Some rows of a table, and pools of perturbed ones."""
    raw = random.normal(size=(400, COLUMNS))
    cut = fit(raw, np.zeros(COLUMNS, dtype=bool))
    spans = [slice(place, place + 1) for place in range(COLUMNS)]
    pools = [cut.draw(count, random) for count in sizes]
    return [
        Points(cut.codes(raw[:POINTS]), raw[:POINTS], spans),
        *(Points(pool.bins, pool.raw, spans) for pool in pools),
    ]
