"""Joint contrasts: their weights by hand and by least squares, and what a fraction leaves of them."""

from itertools import combinations

import numpy as np
import pytest

from interplay.design.factors import Factors, factorial
from interplay.design.joint import Crossing, contexts_of, crossing, joint_contrasts, layers_of
from interplay.interventions.group_thresholds import GroupThresholds
from interplay.interventions.release_explanations import ReleaseExplanations
from interplay.interventions.reweighing import Reweighing
from interplay.metrics.accuracy import Accuracy
from interplay.metrics.explanation_fidelity import ExplanationFidelity
from interplay.metrics.membership_risk import MembershipRisk


def full(names):
    runs = tuple(frozenset(on) for size in range(len(names) + 1) for on in combinations(names, size))
    return Crossing(tuple(names), runs, frozenset(runs))


def dummies(count):
    return Factors({f"i{place}": Reweighing() for place in range(count)}, {})


def value(contrast, values):
    return sum(weight * values["".join(sorted(on))] for on, weight in contrast.weights.items())


def named(over, kind, at, factors):
    return next(one for one in joint_contrasts(over) if (one.kind, one.at, "".join(one.factors)) == (kind, at, factors))


def test_two_factors_by_hand():
    y = {"": 1.0, "a": 3.0, "b": 2.0, "ab": 7.0}
    over = full("ab")
    assert value(named(over, "main", "averaged", "a"), y) == ((3 - 1) + (7 - 2)) / 2
    assert value(named(over, "two_way", "averaged", "ab"), y) == (7 - 2) - (3 - 1)
    assert value(named(over, "in_stack", "stack", "b"), y) == 7 - 3
    assert {one.kind for one in joint_contrasts(over)} == {"main", "two_way", "in_stack"}


def test_three_factors_by_hand():
    y = {"": 1.0, "a": 3.0, "b": 2.0, "c": 0.0, "ab": 7.0, "ac": 5.0, "bc": 4.0, "abc": 20.0}
    over = full("abc")
    assert value(named(over, "main", "averaged", "a"), y) == (2 + 5 + 5 + 16) / 4
    without, with_c = (7 - 2) - (3 - 1), (20 - 4) - (5 - 0)
    assert value(named(over, "two_way", "baseline", "ab"), y) == without
    assert value(named(over, "two_way", "averaged", "ab"), y) == (without + with_c) / 2
    assert value(named(over, "three_way", "averaged", "abc"), y) == with_c - without
    assert value(named(over, "in_stack", "stack", "c"), y) == 20 - 7
    assert value(named(over, "overlay", "stack", "abc"), y) == (20 - 1) - (2 + 1 - 1)


@pytest.mark.parametrize("count", [2, 3, 4, 6])
def test_averaged_contrasts_are_the_coefficients_of_least_squares(count):
    over, letters = full("abcdef"[:count]), "abcdef"[:count]
    y = np.random.default_rng(count).normal(size=2**count)
    words = [word for size in range(count + 1) for word in combinations(letters, size)]
    signs = np.array([[1 if name in on else -1 for name in letters] for on in over.balanced])
    design = np.stack([signs[:, [letters.index(name) for name in word]].prod(axis=1) for word in words], axis=1)
    coefficients = dict(zip(words, np.linalg.lstsq(design, y, rcond=None)[0], strict=True))
    values = dict(zip(("".join(sorted(on)) for on in over.balanced), y, strict=True))
    checked = 0
    for one in joint_contrasts(over):
        if one.at == "averaged":
            checked += 1
            assert value(one, values) == pytest.approx(2 ** len(one.factors) * coefficients[one.factors])
    assert checked == sum(len(list(combinations(letters, size))) for size in (1, 2, 3))


@pytest.mark.parametrize("count", range(2, 12))
def test_weights_add_up_to_nothing_and_name_only_what_is_trained(count):
    built = dummies(count)
    over = crossing(built)
    trained = {frozenset(one.interventions) for one in factorial(built)}
    found = joint_contrasts(over)
    assert len({(one.kind, one.at, one.factors) for one in found}) == len(found)
    for one in found:
        assert sum(one.weights.values()) == pytest.approx(0)
        assert set(one.weights) <= trained


def test_a_fraction_recovers_what_is_not_mixed_and_names_what_is():
    built = dummies(9)
    over = crossing(built)
    dice = np.random.default_rng(1)
    truth = {frozenset(word): dice.normal() for size in (1, 2) for word in combinations(over.factors, size)}

    def planted(on):
        return sum(effect * np.prod([1.0 if name in on else -1.0 for name in word]) for word, effect in truth.items())

    known = {frozenset(word) for size in (1, 2) for word in combinations(over.factors, size)}
    for one in joint_contrasts(over):
        if one.at == "averaged" and one.kind in ("main", "two_way"):
            word = frozenset(one.factors)
            mixed = [word, *map(frozenset, one.aliases)]
            known -= set(mixed)
            expected = 2 ** len(word) * sum(truth[each] for each in mixed)
            assert sum(weight * planted(on) for on, weight in one.weights.items()) == pytest.approx(expected)
            assert bool(one.aliases) == (
                word in {frozenset(f"i{k}" for k in pair) for pair in ((0, 3), (0, 7), (0, 8))}
            )
    assert known == set(), "every main effect and every contrast of two is estimated or named"


def test_three_way_contrasts_mixed_with_two_way_ones_are_left_out():
    five = [one for one in joint_contrasts(crossing(dummies(8))) if one.kind == "three_way" and one.at == "averaged"]
    seven = [one for one in joint_contrasts(crossing(dummies(7))) if one.kind == "three_way" and one.at == "averaged"]
    assert len(seven) == 35 and not any(one.aliases for one in seven)
    assert len(five) == 56 - 2 * 10 - 9, "within a word of five: mixed with two; 18 of the word of six: in pairs"
    assert sum(bool(one.aliases) for one in five) == 9


def test_a_layer_is_one_more_factor():
    built = Factors({"a": Reweighing(), "b": Reweighing()}, {"group_thresholds": GroupThresholds()})
    over = crossing(built).with_layer("group_thresholds")
    found = joint_contrasts(over, "group_thresholds")
    assert len(over.trained) == 8
    assert all("group_thresholds" in one.factors for one in found)
    assert {(one.kind, one.at) for one in found} == {
        ("main", "averaged"), ("two_way", "averaged"), ("two_way", "baseline"), ("three_way", "averaged"),
        ("in_stack", "stack"), ("overlay", "stack"),
    }  # fmt: skip


def test_which_metrics_see_which_layers():
    built = Factors(
        {"a": Reweighing()},
        {"group_thresholds": GroupThresholds(), "release_explanations": ReleaseExplanations()},
    )
    assert layers_of(Accuracy(), built) == ("group_thresholds",)
    assert layers_of(MembershipRisk(), built) == () == layers_of(ExplanationFidelity(), built)
    assert contexts_of(ExplanationFidelity(), built) == (("release_explanations",),)
    assert contexts_of(Accuracy(), built) == ((),)


def test_one_factor_has_no_joint_contrast():
    assert joint_contrasts(crossing(dummies(1))) == () == joint_contrasts(crossing(dummies(0)))
    assert [len(joint_contrasts(crossing(dummies(count)))) for count in (2, 3)] == [5, 3 + 6 + 1 + 3 + 1]
