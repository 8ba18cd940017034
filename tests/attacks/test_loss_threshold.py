import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss, roc_auc_score

from interplay.attacks import loss_threshold


def test_is_minus_the_cross_entropy() -> None:
    generator = np.random.default_rng(0)
    probabilities = generator.dirichlet(np.ones(3), 50)
    labels = generator.integers(0, 3, 50)
    scores = loss_threshold.scores(np.log(probabilities)[None], labels)
    assert scores.shape == (1, 50)
    np.testing.assert_allclose(scores[0], np.log(probabilities[np.arange(50), labels]), rtol=1e-12)
    assert -scores.mean() == pytest.approx(log_loss(labels, probabilities, labels=[0, 1, 2]))


def test_certain_rows_are_not_tied() -> None:
    margins = np.array([38.0, 45.0, 300.0])
    logs = np.stack([-margins, np.zeros(3)], axis=1)[None]
    scores = loss_threshold.scores(logs, np.ones(3, dtype=int))[0]
    assert (np.diff(scores) > 0).all()
    assert (scores < 0).all()


def test_finds_the_training_rows_of_a_model_that_memorises() -> None:
    generator = np.random.default_rng(1)
    rows, labels = generator.normal(size=(200, 150)), generator.integers(0, 2, 200)
    model = LogisticRegression(C=10.0, max_iter=2000).fit(rows[:100], labels[:100])
    scores = loss_threshold.scores(model.predict_log_proba(rows)[None], labels)[0]
    # Labels are random, so the model is right on all its training rows and on about half of the others.
    assert roc_auc_score(np.arange(200) < 100, scores) > 0.75


def test_constant_models_give_one_tie_per_label() -> None:
    labels = np.array([0, 1, 0, 1])
    scores = loss_threshold.scores(np.log(np.tile([0.3, 0.7], (2, 4, 1))), labels)
    np.testing.assert_allclose(scores, np.log([[0.3, 0.7, 0.3, 0.7]] * 2))
    assert roc_auc_score([True, True, False, False], scores[0]) == 0.5
