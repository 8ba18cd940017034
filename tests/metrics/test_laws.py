"""What every metric of the catalogue must obey."""

import re
import sys
from dataclasses import replace

import numpy as np
import pytest

from interplay import metrics
from interplay.aspects import Aspect
from interplay.discovery import classes
from interplay.estimates import NotMeasurable, Sample
from interplay.metrics import GroupMetric, Metric

CATALOGUE = classes(metrics, Metric)
POOLED = {name for name, kind in CATALOGUE.items() if kind().needs_shadows}
TOGETHER = POOLED | {
    "disagreement",
    "worst_group_accuracy",
    "worst_class_accuracy",
    "group_attack_success",
    "group_poisoning_damage",
    "unsupported_importance",
    "difficulty_slope",
    "inflated_sets",  # not measurable where no threshold of any member lies above one half
}
"""Metrics whose value for one member depends on the others."""
FROM_BUDGET = {"privacy_budget", "coverage_shortfall", "calibration_exposure"}
OVER_MEMBERS = FROM_BUDGET | {"unsupported_importance"}
"""Metrics that are there although one member has no row: the others say it."""
EVERY = pytest.mark.parametrize("name", sorted(CATALOGUE))
EVERY_GROUP = pytest.mark.parametrize(
    "name", sorted(n for n, kind in CATALOGUE.items() if issubclass(kind, GroupMetric))
)


def sample(name, world):
    found = CATALOGUE[name]().measure(world.evidence())
    assert isinstance(found, Sample), found
    return found


def test_the_catalogue_is_complete():
    assert len(CATALOGUE) >= 32
    assert {metric.aspect for metric in CATALOGUE.values()} == set(Aspect)


def test_every_ranked_aspect_has_a_headline():
    headlines = {name for name, metric in CATALOGUE.items() if metric.headline}
    assert headlines == {
        "accuracy_disparity",
        "balanced_accuracy",
        "balanced_robust_accuracy",
        "equal_opportunity_difference",
        "log_loss",
        "membership_exposure",
        "robust_auc",
        "worst_class_robust_accuracy",
        "explanation_fidelity",
        "coverage",
        "set_size",
    }


@EVERY
def test_describes_itself(name):
    kind = CATALOGUE[name]
    assert kind.__name__ == name.title().replace("_", "")
    assert kind().name == name and kind().key in {name, f"{name}/group"}
    assert kind.direction in {"higher_is_better", "lower_is_better"}
    assert kind.tolerance > 0 and kind.bounds[0] < kind.bounds[1] and kind.title and kind.unit
    assert re.search(r", \d{4}", kind.reference)
    for part in ("Reference: ", "Example:\n", "Does not show: ", f"{name}"):
        assert part in kind.__doc__ + sys.modules[kind.__module__].__doc__
    direction = "Neither direction is good" if kind.descriptive else f"{kind.direction.split('_')[0]} is"
    assert direction in kind.__doc__


@EVERY
def test_has_a_finite_value_within_bounds_for_every_member_and_draw(name, world):
    found = sample(name, world)
    assert found.values.shape == (len(world.rows.counted), len(world.rows.weights))
    assert found.values.dtype == np.float64 and np.isfinite(found.values).all() and found.support > 0
    low, high = CATALOGUE[name].bounds
    values = found.values.mean(axis=0) if name in POOLED | {"unsupported_importance"} else found.values
    assert (values >= low).all() and (values <= high).all()


@EVERY
def test_does_not_depend_on_the_order_of_rows(name, world):
    order = np.random.default_rng(5).permutation(len(world.rows.labels))
    there, here = sample(name, world.in_order(order)), sample(name, world)
    np.testing.assert_allclose(there.values, here.values, atol=1e-12)
    assert there.support == here.support
    for one, other in zip(there.contrasts, here.contrasts, strict=True):
        np.testing.assert_allclose(one.values, other.values, atol=1e-12)


@pytest.mark.parametrize("name", sorted(CATALOGUE.keys() - TOGETHER))
def test_members_together_equal_members_alone(name, world):
    together = sample(name, world)
    alone = [sample(name, world.member(number)).values[0] for number in range(len(world.rows.counted))]
    np.testing.assert_allclose(together.values, np.stack(alone), atol=1e-12)


@EVERY
def test_draws_together_equal_draws_alone(name, world):
    together = sample(name, world).values
    for draw in range(together.shape[1]):
        pair = sample(name, world.draws([0, draw])).values
        np.testing.assert_allclose(pair, together[:, [0, draw]], atol=1e-12)


@EVERY
def test_draw_zero_is_the_plain_value(name, world):
    plain = sample(name, world.draws([0]))
    assert plain.values.shape[1] == 1
    np.testing.assert_allclose(plain.values, sample(name, world).values[:, :1], atol=1e-12)


@pytest.mark.parametrize("name", sorted(CATALOGUE.keys() - FROM_BUDGET))
def test_only_the_ratio_of_weights_counts(name, world):
    doubled = np.ones(len(world.rows.labels))
    doubled[10:90] = 2.0
    once = sample(name, with_weights(world, doubled)).values[:, 1]
    many = np.where(doubled == 2, 20.0, 10.0)
    np.testing.assert_allclose(sample(name, with_weights(world, many)).values[:, 1], once, atol=1e-12)
    assert not np.allclose(once, sample(name, world).values[:, 0], atol=1e-12)


def with_weights(world, weights):
    two = world.draws([0, 0])
    two.rows.weights[1] = weights
    return two


@EVERY
def test_an_exhibit_that_is_absent_makes_it_absent(name, world):
    for kind in CATALOGUE[name].needs:
        found = CATALOGUE[name]().measure(world.evidence(without=kind))
        assert isinstance(found, NotMeasurable)
        assert found.reason.startswith("no differential privacy") or found.reason == "left out by the test"


@EVERY
def test_reads_only_what_it_says_it_needs(name, world):
    needed = {kind: exhibit for kind, exhibit in world.exhibits.items() if kind in CATALOGUE[name].needs}
    alone = CATALOGUE[name]().measure(type(world)(world.rows, needed).evidence())
    np.testing.assert_array_equal(alone.values, sample(name, world).values)


@EVERY_GROUP
def test_an_empty_group_is_named(name, world):
    found = sample(name, world.groups(world.rows.groupings["group"].codes, ("ash", "birch", "cedar", "dodo")))
    assert any("'dodo'" in reason.reason and "no row" in reason.reason for reason in found.excluded)
    np.testing.assert_array_equal(found.values, sample(name, world).values)
    lonely = world.groups(np.zeros(len(world.rows.labels), dtype=int), ("ash", "dodo"))
    absent = CATALOGUE[name]().measure(lonely.evidence())
    assert isinstance(absent, NotMeasurable) and "'dodo'" in absent.reason


@EVERY_GROUP
def test_a_small_group_is_left_out_with_the_reason(name, world):
    codes = np.where(np.arange(len(world.rows.labels)) < 3, 1, world.rows.groupings["group"].codes.clip(max=0))
    absent = CATALOGUE[name]().measure(world.groups(codes, ("ash", "birch"), minimum_support=10).evidence())
    assert isinstance(absent, NotMeasurable)
    assert re.search(r"group 'birch' of 'group' has (\d of at least 10 rows|no row)", absent.reason)


@EVERY_GROUP
def test_an_unknown_grouping_is_named(name, world):
    absent = CATALOGUE[name](grouping="height").measure(world.evidence())
    assert isinstance(absent, NotMeasurable) and "'height'" in absent.reason


@pytest.mark.parametrize("name", sorted(CATALOGUE.keys() - POOLED - OVER_MEMBERS))
def test_a_member_without_rows_makes_it_absent(name, world):
    counted = world.rows.counted.copy()
    counted[2] = False
    rows = replace(world.rows, counted=counted)
    found = CATALOGUE[name]().measure(type(world)(rows, world.exhibits).evidence())
    assert isinstance(found, NotMeasurable) and "row" in found.reason
