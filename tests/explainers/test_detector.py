"""Telling rows of a table from perturbed ones."""

import numpy as np
import pytest

from interplay.errors import InterplayError
from interplay.explainers.detector import learned


def test_columns_that_hang_together_are_told_from_columns_drawn_one_by_one() -> None:
    random = np.random.default_rng(0)
    first = random.normal(size=(900, 2))
    real = np.column_stack([first, first.sum(axis=1), first[:, 0] - first[:, 1]])
    perturbed = np.column_stack([random.permutation(column) for column in np.tile(real, (3, 1)).T])
    found = learned(real[:500], perturbed, real[500:700], 0.95, random)
    assert found.is_real(real[700:]).mean() > 0.9
    assert found.is_real(np.column_stack([random.permutation(column) for column in real.T])).mean() < 0.2


def test_independent_columns_cannot_be_told_apart() -> None:
    random = np.random.default_rng(1)
    real = random.normal(size=(900, 5))
    found = learned(real[:500], random.normal(size=(1500, 5)), real[500:700], 0.95, random)
    assert found.is_real(random.normal(size=(500, 5))).mean() > 0.8


def test_it_takes_rows_of_every_kind() -> None:
    with pytest.raises(InterplayError, match="held-out"):
        learned(np.ones((5, 2)), np.ones((5, 2)), np.ones((0, 2)), 0.95, np.random.default_rng(0))
