"""DP-SGD with norms by group: its rule, its sensitivity, what it adds, and that a factor of one is DP-SGD."""

import dataclasses
import functools

import jax
import numpy as np
import pytest
from tests.training.worlds import PLAIN, POISSON, job, table

import interplay as ip
from interplay.errors import RefusedCombination, StudyError
from interplay.families.network.fleet import train_all
from interplay.interventions import Schedule, TrainingRows, refusal
from interplay.interventions.dp_sgd import DpSgd
from interplay.interventions.group_clipping import GroupClipping
from interplay.interventions.trades import Trades


def _rows(*groups):
    return TrainingRows(np.zeros(len(groups), int), np.array(groups), 2)


def _trained(recipe, *active):
    return np.concatenate(
        [np.ravel(leaf) for leaf in jax.tree.leaves(train_all(recipe, table(), [job(n, active) for n in range(2)]))]
    )


Norms = functools.partial(GroupClipping, factor=1.0)


def test_every_group_but_the_largest_has_the_larger_norm():
    rule = GroupClipping(factor=3.0)
    assert rule.factors(_rows(0, 1, 1, 1, 2, 2, -1)).tolist() == [3, 1, 1, 1, 3, 3, 1]
    assert rule.factors(_rows(1, 0)).tolist() == [3, 1], "of two groups of one size the first is the largest"
    assert rule.factors(_rows(-1, -1)).tolist() == [1, 1]
    assert DpSgd().factors(_rows(0, 1)) is None


@pytest.mark.parametrize(("recipe", "others"), [(PLAIN, ()), (POISSON, ()), (PLAIN, (Trades(),))])
def test_a_factor_of_one_is_dp_sgd_bit_for_bit(recipe, others):
    given = {"noise_multiplier": 1.0, "max_grad_norm": 0.2}
    private, one = (_trained(recipe, rule(**given), *others) for rule in (DpSgd, Norms))
    np.testing.assert_allclose(one, private, atol=1e-5 if others else 0.0)  # a fused program may round differently
    assert np.abs(private - _trained(recipe, GroupClipping(factor=2.0, **given), *others)).max() > 1e-3


def test_factors_are_for_the_rule_that_gives_them():
    given = job(0, (DpSgd(noise_multiplier=1.0),))
    beside = given._replace(factors=np.full(len(given.rows), 7.0, np.float32))
    first, again = (jax.tree.leaves(train_all(PLAIN, table(), [one])) for one in (given, beside))
    for one, other in zip(first, again, strict=True):
        np.testing.assert_array_equal(one, other)
    assert given.factors is None


def test_the_noise_is_that_of_the_largest_norm():
    clean = {"w": np.zeros((40, 50), np.float32)}
    rules = (
        DpSgd(noise_multiplier=1.5, max_grad_norm=0.2),
        GroupClipping(noise_multiplier=1.5, max_grad_norm=0.2, factor=4.0),
    )
    plain, larger = (np.asarray(rule.released(clean, jax.random.key(0))["w"]) for rule in rules)
    np.testing.assert_allclose(larger, 4 * plain, rtol=1e-5)
    assert larger.std() == pytest.approx(1.5 * 0.2 * 4.0, rel=0.05)
    assert rules[1].sensitivity == 0.2 * 4.0


def test_its_budget_is_that_of_dp_sgd_with_the_same_noise_multiplier():
    schedule = Schedule(500, 1.0, 4)
    plain, larger = (kind(noise_multiplier=2.0) for kind in (DpSgd, GroupClipping))
    assert plain.guarantee(schedule, 1000) == larger.guarantee(schedule, 1000)


def test_it_is_one_rule_for_gradients_and_needs_groups():
    assert "one model has one gradient" in refusal(DpSgd(), GroupClipping())
    with pytest.raises(StudyError, match="factor at least 1"):
        GroupClipping(factor=0.5)
    listed = {"name": "x", "data": {"source": "mortgage"}, "interventions": [{"name": "group_clipping"}]}
    with pytest.raises(StudyError, match="a group for group_clipping"):
        _checked(listed)
    _checked(listed | {"groups": {"attributes": {"race": {}}}})


def test_both_are_compared_where_one_is_listed_alone():
    groups = {"attributes": {"race": {}}}
    both = [{"name": "group_clipping"}, {"name": "dp_sgd"}]
    listed = {"name": "x", "data": {"source": "mortgage"}, "groups": groups, "interventions": both}
    with pytest.raises(RefusedCombination, match="alone = true"):
        _checked(listed)
    both[1] = {"name": "dp_sgd", "alone": True}
    _checked(listed)


def _checked(given):
    from interplay import catalogue
    from interplay.study.check import check

    check(ip.Study.model_validate(given), catalogue.metrics(), catalogue.interventions(), "the study")


def test_a_treatment_rides_in_the_program_of_other_factors():
    recipe = dataclasses.replace(PLAIN, favourable=0)  # a program of this test's own
    from interplay.families.network.fleet import trainer

    def programs(factor):
        train_all(recipe, table(), [job(0, (GroupClipping(noise_multiplier=1.0, factor=factor),))])
        return trainer(recipe).program._cache_size()

    assert programs(1.5) == programs(3.0)
