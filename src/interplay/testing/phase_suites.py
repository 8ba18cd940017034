"""The laws of the phases: what any hook into training, and any prediction layer, must keep."""

import numpy as np

from interplay.arrays import Array
from interplay.attacks.pgd import Threat
from interplay.engine import jax, jnp
from interplay.interventions import (
    DataIntervention,
    FitIntervention,
    FittingRows,
    GradientIntervention,
    InputIntervention,
    LossIntervention,
    StartIntervention,
    ThresholdIntervention,
    Thresholds,
    TrainingRows,
)
from interplay.models.dense import Dense
from interplay.models.network import Examples, Parameters
from interplay.streams import generator
from interplay.testing._axes import taken
from interplay.testing.intervention_suite import InterventionSuite

ROWS, COLUMNS, GROUPS = 60, 4, 3


def _inputs() -> jax.Array:
    return jnp.asarray(generator(0, "inputs").normal(size=(ROWS, COLUMNS)))


def _groups() -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return generator(0, "groups").integers(GROUPS, size=ROWS)


def _labels() -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return generator(0, "labels").integers(2, size=ROWS)


def _training_rows() -> TrainingRows:
    """Rows of a pool that is ranked, for interventions that ask for ranks."""
    ranks, lots = (generator(0, purpose).permutation(ROWS) / ROWS for purpose in ("ranks", "lots"))
    return TrainingRows(_labels(), _groups(), 2, ranks, lots)


class DataInterventionSuite(InterventionSuite):
    """Laws of row weights. Define the fixture `intervention`."""

    def test_weights_are_positive_with_mean_one(self, intervention: DataIntervention) -> None:
        weights = intervention.weigh(_training_rows())
        assert weights.shape == (ROWS,)
        assert np.isfinite(weights).all() and (weights >= 0).all()
        np.testing.assert_allclose(weights.mean(), 1.0, rtol=1e-9)

    def test_weights_follow_their_rows(self, intervention: DataIntervention) -> None:
        order = generator(0, "order").permutation(ROWS)
        here, there = intervention.weigh(_training_rows()), intervention.weigh(taken(_training_rows(), "row", order))
        np.testing.assert_allclose(there, here[order], rtol=1e-9)

    def test_unknown_groups_are_allowed(self, intervention: DataIntervention) -> None:
        last = np.ones(ROWS)
        weights = intervention.weigh(TrainingRows(_labels(), np.full(ROWS, -1), 2, last, last))
        np.testing.assert_allclose(weights, 1.0, rtol=1e-9)


class StartInterventionSuite(InterventionSuite):
    """Laws of what comes before training. Define the fixture `intervention`."""

    def test_weights_are_positive_with_mean_one(self, intervention: StartIntervention) -> None:
        weights = intervention.weigh_first(_training_rows())
        assert weights.shape == (ROWS,)
        assert np.isfinite(weights).all() and (weights >= 0).all()
        np.testing.assert_allclose(weights.mean(), 1.0, rtol=1e-9)

    def test_weights_follow_their_rows(self, intervention: StartIntervention) -> None:
        order = generator(0, "order").permutation(ROWS)
        here = intervention.weigh_first(_training_rows())
        there = intervention.weigh_first(taken(_training_rows(), "row", order))
        np.testing.assert_allclose(there, here[order], rtol=1e-9)


class InputInterventionSuite(InterventionSuite):
    """Laws of perturbed inputs. Define the fixture `intervention`."""

    def _perturbed(self, intervention: InputIntervention, inputs: jax.Array) -> jax.Array:
        threat = Threat(jnp.array([1.0, 1.0, 1.0, 0.0]), jnp.full(COLUMNS, -2.0), jnp.full(COLUMNS, 2.0))
        return intervention.perturb(lambda rows: jnp.sum(rows**2, axis=1), inputs, threat, jax.random.key(0))

    def test_a_row_depends_on_itself_only(self, intervention: InputIntervention) -> None:
        inputs = _inputs()
        others = inputs.at[1:].set(0.5 * inputs[1:] + 0.1)
        here, there = self._perturbed(intervention, inputs), self._perturbed(intervention, others)
        assert (len(here), here.shape[-1], here.ndim in (2, 3)) == (*inputs.shape, True), (
            "(row, column) or (row, copy, column)"
        )
        np.testing.assert_array_equal(np.asarray(here[0]), np.asarray(there[0]))

    def test_immovable_columns_stay(self, intervention: InputIntervention) -> None:
        inputs = _inputs()
        moved = np.asarray(self._perturbed(intervention, inputs))
        for copy in moved.reshape(len(moved), -1, COLUMNS).swapaxes(0, 1):
            np.testing.assert_array_equal(copy[:, 3], np.asarray(inputs[:, 3]))

    def test_the_same_key_gives_the_same_rows(self, intervention: InputIntervention) -> None:
        inputs = _inputs()
        first, again = self._perturbed(intervention, inputs), self._perturbed(intervention, inputs)
        np.testing.assert_array_equal(np.asarray(first), np.asarray(again))


class LossInterventionSuite(InterventionSuite):
    """Laws of penalties. Define the fixture `intervention`."""

    def _penalty(self, intervention: LossIntervention, scores: jax.Array, weights: jax.Array) -> float:
        groups = jnp.asarray(_groups())
        return float(intervention.penalty(scores, 1, groups, weights, group_count=GROUPS))

    def test_padding_rows_do_not_count(self, intervention: LossIntervention) -> None:
        scores = _inputs()[:, :2]
        weights = jnp.ones(ROWS).at[40:].set(0.0)
        here = self._penalty(intervention, scores, weights)
        there = self._penalty(intervention, scores.at[40:].add(3.0), weights)
        assert here >= 0
        np.testing.assert_allclose(there, here, rtol=1e-6)

    def test_an_empty_batch_has_a_finite_penalty_and_slope(self, intervention: LossIntervention) -> None:
        groups, nothing = jnp.asarray(_groups()), jnp.zeros(ROWS)

        def penalty(scores: jax.Array) -> jax.Array:
            return intervention.penalty(scores, 1, groups, nothing, group_count=GROUPS)

        value, slope = jax.value_and_grad(penalty)(_inputs()[:, :2])
        assert np.isfinite(float(value)) and bool(jnp.isfinite(slope).all())


class GradientInterventionSuite(InterventionSuite):
    """Laws of gradients. Define the fixture `intervention`, with every parameter that the study would solve for."""

    network = Dense((COLUMNS, 3, 2))

    def _gradient(self, intervention: GradientIntervention, inputs: jax.Array, key: int = 0) -> Parameters:
        parameters = self.network.initial(jax.random.key(7))
        examples = Examples(inputs, jnp.asarray(_labels()), jnp.ones(ROWS).at[40:].set(0.0))
        return intervention.released(intervention.summed(self.network, parameters, examples), jax.random.key(key))

    def test_has_the_shape_of_the_parameters(self, intervention: GradientIntervention) -> None:
        found, expected = self._gradient(intervention, _inputs()), self.network.shapes
        assert jax.tree.map(jnp.shape, found) == jax.tree.map(jnp.shape, expected)
        assert all(bool(jnp.isfinite(leaf).all()) for leaf in jax.tree.leaves(found))

    def test_parts_of_a_batch_add_up(self, intervention: GradientIntervention) -> None:
        parameters = self.network.initial(jax.random.key(7))
        whole = Examples(_inputs(), jnp.asarray(_labels()), jnp.ones(ROWS))
        halves = [jax.tree.map(lambda leaf, part=part: leaf[part], whole) for part in (slice(25), slice(25, None))]
        first, second = (intervention.summed(self.network, parameters, half) for half in halves)
        both = jax.tree.map(jnp.add, first, second)
        at_once = intervention.summed(self.network, parameters, whole)
        for one, other in zip(jax.tree.leaves(both), jax.tree.leaves(at_once), strict=True):
            np.testing.assert_allclose(np.asarray(one), np.asarray(other), rtol=1e-5, atol=1e-5)

    def test_padding_rows_do_not_count(self, intervention: GradientIntervention) -> None:
        inputs = _inputs()
        here, there = self._gradient(intervention, inputs), self._gradient(intervention, inputs.at[40:].add(3.0))
        for one, other in zip(jax.tree.leaves(here), jax.tree.leaves(there), strict=True):
            np.testing.assert_allclose(np.asarray(one), np.asarray(other), rtol=1e-5, atol=1e-5)

    def test_the_same_key_gives_the_same_gradient(self, intervention: GradientIntervention) -> None:
        here, again = self._gradient(intervention, _inputs()), self._gradient(intervention, _inputs())
        for one, other in zip(jax.tree.leaves(here), jax.tree.leaves(again), strict=True):
            np.testing.assert_array_equal(np.asarray(one), np.asarray(other))


class FitInterventionSuite(InterventionSuite):
    """Laws of what fits a model in place of a library. Define the fixture `intervention`."""

    def _probabilities(self, intervention: FitIntervention, seed: int = 3) -> Array:
        model = intervention.fitting(None)(np.array(_inputs()), _labels(), np.ones(ROWS), seed)
        assert list(model.classes_) == [0, 1], "labels are codes from 0, and a model names those that it knows"
        return np.asarray(model.predict_proba(np.array(_inputs())))

    def test_gives_a_fitted_classifier(self, intervention: FitIntervention) -> None:
        found = self._probabilities(intervention)
        assert found.shape == (ROWS, 2)
        np.testing.assert_allclose(found.sum(axis=1), 1.0, rtol=1e-6)

    def test_the_same_seed_gives_the_same_model(self, intervention: FitIntervention) -> None:
        np.testing.assert_array_equal(self._probabilities(intervention), self._probabilities(intervention))

    def test_what_it_is_given_stays_as_it_is(self, intervention: FitIntervention) -> None:
        inputs, labels, weights = np.array(_inputs()), _labels(), np.ones(ROWS)
        intervention.fitting(None)(inputs, labels, weights, 3)
        np.testing.assert_array_equal(inputs, np.array(_inputs()))
        np.testing.assert_array_equal(labels, _labels())
        np.testing.assert_array_equal(weights, np.ones(ROWS))


class ThresholdInterventionSuite(InterventionSuite):
    """Laws of thresholds. Define the fixture `intervention`."""

    def _rows(self, order: np.ndarray[tuple[int], np.dtype[np.int64]]) -> FittingRows:
        margins = generator(0, "margins").normal(size=ROWS) + _labels() - 0.3 * _groups()
        known = np.where(_groups() == GROUPS - 1, 0, _groups())
        return FittingRows(margins[order], (_labels() == 1)[order], known[order], np.ones(ROWS))

    def test_a_threshold_for_every_group(self, intervention: ThresholdIntervention) -> None:
        found = intervention.thresholds(self._rows(np.arange(ROWS)), GROUPS)
        for values in (found.low, found.high, found.chance):
            assert values.shape == (GROUPS,)
            assert not np.isnan(values).any()
        assert (found.low <= found.high).all() and ((found.chance >= 0) & (found.chance <= 1)).all()
        assert found.low[GROUPS - 1] == found.high[GROUPS - 1] == 0.0, "a group without rows keeps the threshold zero"

    def test_order_of_rows_does_not_matter(self, intervention: ThresholdIntervention) -> None:
        order = generator(0, "order").permutation(ROWS)
        here = intervention.thresholds(self._rows(np.arange(ROWS)), GROUPS)
        self._agree(intervention.thresholds(self._rows(order), GROUPS), here)

    def test_rows_of_weight_zero_do_not_count(self, intervention: ThresholdIntervention) -> None:
        rows = self._rows(np.arange(ROWS))
        weights = np.where(np.arange(ROWS) < 40, 1.0, 0.0)
        here = intervention.thresholds(FittingRows(rows.margins, rows.labels, rows.groups, weights), GROUPS)
        first = FittingRows(rows.margins[:40], rows.labels[:40], rows.groups[:40], weights[:40])
        self._agree(intervention.thresholds(first, GROUPS), here)

    def _agree(self, found: Thresholds, expected: Thresholds) -> None:
        for name in ("low", "high", "chance"):
            np.testing.assert_allclose(getattr(found, name), getattr(expected, name), rtol=1e-9)
