"""The digits, against scikit-learn's own loader."""

import numpy as np
from sklearn.datasets import load_digits

from interplay.data.load import load
from interplay.data.sections import DataSection, GroupsSection


def test_digits_are_those_of_scikit_learn() -> None:
    found = load(DataSection(source="digits"), GroupsSection())
    bunch = load_digits()
    names = [name for name in found.table.columns if name != "digit"]
    assert np.array_equal(np.stack([found.table.columns[name].values for name in names], axis=1), bunch.data)
    assert np.array_equal(found.labels, bunch.target)
    assert found.classes == tuple("0123456789")
    assert found.groupings == {}
    assert {found.table.columns[name].kind for name in names} == {"numeric"}
    constant = [name for name, pixel in zip(names, bunch.data.T, strict=True) if len(np.unique(pixel)) == 1]
    assert sorted(found.dropped) == sorted(constant)
