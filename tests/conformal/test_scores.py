"""Conformity scores against their definitions and against crepes."""

import numpy as np
import pytest
from crepes.extras import hinge
from hypothesis import given
from hypothesis import strategies as st

from interplay.conformal.scores import aps, lac, raps


def logs(seed=0, shape=(50, 4), spread=2.0):
    logits = np.random.default_rng(seed).normal(scale=spread, size=shape)
    return logits - np.log(np.exp(logits).sum(axis=-1, keepdims=True))


def test_lac_equals_the_hinge_score_of_crepes():
    known = logs()
    np.testing.assert_allclose(lac(known), hinge(np.exp(known)), atol=1e-15)


def test_lac_keeps_near_certain_rows_apart():
    margins = np.array([40.0, 45.0])
    log_probabilities = -np.log1p(np.exp(-margins))
    assert (1 - np.exp(log_probabilities) == 0).all()
    first, second = lac(log_probabilities)
    assert first > second > 0


def by_hand(probabilities, uniform):
    scores = np.zeros_like(probabilities)
    for row, p in enumerate(probabilities):
        for label in range(len(p)):
            ahead = [z for z in range(len(p)) if p[z] > p[label] or (p[z] == p[label] and z < label)]
            scores[row, label] = sum(p[z] for z in ahead) + uniform[row] * p[label]
    return scores


@given(st.integers(0, 10_000), st.booleans())
def test_aps_equals_its_definition(seed, tied):
    generator = np.random.default_rng(seed)
    counts = generator.integers(1, 4 if tied else 1000, size=(6, 5)).astype(float)
    probabilities = counts / counts.sum(axis=1, keepdims=True)
    uniform = generator.random(6)
    np.testing.assert_allclose(aps(np.log(probabilities), uniform), by_hand(probabilities, uniform), atol=1e-12)


def test_aps_takes_any_leading_axes():
    given, uniform = logs(shape=(3, 7, 4)), np.random.default_rng(1).random((3, 7))
    np.testing.assert_array_equal(aps(given, uniform)[2], aps(given[2], uniform[2]))
    shared = aps(given, uniform[0])
    np.testing.assert_array_equal(shared[1], aps(given[1], uniform[0]))


def test_aps_of_the_true_label_is_uniform_when_the_probabilities_are_true():
    generator = np.random.default_rng(2)
    given = logs(seed=3, shape=(20_000, 4))
    labels = (np.exp(given).cumsum(axis=1) < generator.random((20_000, 1))).sum(axis=1).clip(max=3)
    own = np.take_along_axis(aps(given, generator.random(20_000)), labels[:, None], axis=1)[:, 0]
    for level in (0.1, 0.5, 0.9):
        assert (own <= level).mean() == pytest.approx(level, abs=0.015)


def test_scores_do_not_exceed_one():
    for logarithms in (logs(spread=5.0), logs(shape=(20, 2), spread=30.0)):
        for scores in (lac(logarithms), aps(logarithms, np.full(len(logarithms), 1 - 1e-12))):
            assert scores.min() >= 0 and scores.max() <= 1 + 1e-12


def test_raps_is_aps_with_a_penalty_by_rank():
    known, uniform = logs(shape=(40, 6)), np.random.default_rng(1).random(40)
    ranks = np.argsort(np.argsort(-known, axis=1), axis=1) + 1
    expected = (aps(known, uniform) + 0.1 * np.maximum(ranks - 2, 0)) / 1.4
    np.testing.assert_allclose(raps(known, uniform, penalty=0.1, allowed=2), expected, atol=1e-12)


def test_raps_of_two_labels_is_aps():
    known, uniform = logs(shape=(40, 2)), np.random.default_rng(1).random(40)
    np.testing.assert_allclose(raps(known, uniform), aps(known, uniform), atol=1e-12)
