"""What a model that says the same of everybody has, against the answers one can write down."""

import numpy as np
import pytest

from interplay.measurement.constant import constant_levels
from tests.measurement.worlds import bank, ready


@pytest.fixture(scope="module")
def world():
    prepared = ready(bank(rows=900, share=0.8), "split_conformal", "release_explanations", members=4)
    return prepared, constant_levels(prepared.setting(), 0.1)


def test_levels_are_those_of_saying_the_commoner_label(world):
    prepared, found = world
    design, labels = prepared.design, prepared.dataset.labels
    counted = prepared.setting().rows.counted.any(axis=0)
    share = np.mean(labels[counted])
    pool = (np.bincount(labels[design.pool]) + 1) / (len(design.pool) + 2)
    entropy = -np.mean(np.log(pool[labels[counted]]))
    assert found["accuracy"] == found["robust_accuracy"] == found["switch_accuracy"] == pytest.approx(share)
    assert found["balanced_accuracy"] == found["balanced_robust_accuracy"] == 0.5
    assert found["worst_class_robust_accuracy"] == 0.0
    assert found["robust_auc"] == found["membership_risk"] == found["reference_membership_risk"] == 0.5
    assert found["membership_exposure"] == pytest.approx(0.01)
    assert found["demographic_parity_difference/g"] == found["equal_opportunity_difference/g"] == 0.0
    assert found["log_loss"] == pytest.approx(entropy)
    assert found["collapse"] == 1.0
    assert found["coverage"] == 1.0 and found["set_size"] == 2.0


def test_what_a_constant_model_cannot_have_is_left_out(world):
    _, found = world
    assert not {"explanation_fidelity", "boundary_distance", "attack_success", "privacy_budget"} & set(found)
