"""The factorial and its refusals."""

import pytest

import interplay as ip
from interplay.design.factors import factorial, factors, layered
from interplay.errors import RefusedCombination


def _study(*names):
    return ip.Study(
        name="some",
        data=ip.DataSection(source="mortgage"),
        interventions=tuple(ip.InterventionSection(name=name) for name in names),
    )


def test_every_subset_with_layers_on_top_in_the_order_they_act():
    built = factors(_study("split_conformal", "dp_sgd", "adversarial_training", "reweighing"))
    assert [one.name for one in factorial(built)][-1] == "reweighing + adversarial_training + dp_sgd"
    assert len(factorial(built)) == 8
    assert len(layered(built)) == 16


def test_a_batch_coupled_penalty_and_dp_sgd_cannot_be_planned_together():
    with pytest.raises(RefusedCombination, match="reweighing"):
        factors(_study("parity_penalty", "dp_sgd"))
