"""Joint effects: known answers, planted antagonism, additivity that is not flagged, and what has no number."""

from itertools import combinations

import numpy as np
import pytest
from tests.contrasts import contrast

from interplay.arrays import Array
from interplay.design.factors import Factors, factorial
from interplay.design.treatment import Treatment
from interplay.effects.joint import joint
from interplay.effects.joint_effect import JointEffect, JointEffects
from interplay.estimates import NotMeasurable, Sample
from interplay.interventions.group_thresholds import GroupThresholds
from interplay.interventions.release_explanations import ReleaseExplanations
from interplay.interventions.reweighing import Reweighing
from interplay.measurement.measurements import Cell, Measurements
from interplay.metrics.accuracy import Accuracy
from interplay.metrics.accuracy_disparity import AccuracyDisparity
from interplay.metrics.explanation_fidelity import ExplanationFidelity
from interplay.metrics.log_loss import LogLoss
from interplay.metrics.membership_risk import MembershipRisk
from interplay.metrics.set_size import SetSize
from interplay.statistics.group_sequential import Looks

DRAWS = 60


def built(names="abc", layers=None):
    return Factors({name: Reweighing() for name in names}, layers or {})


def noise(dice, members=8, spread=0.002):
    """Members and rows that do not matter to any contrast are left out: each treatment has its own."""
    rows = np.r_[0.0, dice.normal(size=DRAWS)] * spread / 2
    return dice.normal(size=(members, 1)) * spread + rows


def world(means, metric=None, seed=0, members=8, spread=0.002, factors=None, **more):
    """Measurements of one metric with these means, by the letters that are on."""
    metric, dice = metric or LogLoss(), np.random.default_rng(seed)
    factors = factors or built("".join(sorted({letter for on in means for letter in on})))
    samples = {}
    for on, mean in means.items():
        found = mean if isinstance(mean, NotMeasurable) else Sample(mean + noise(dice, members, spread), 900)
        samples[Cell(factors.treatment(tuple(on)), "tuned", metric.key)] = found
    return Measurements(samples, {metric.key: metric}, more.get("collapse", {}), {}), factors


def additive(letters, effects, base=1.0):
    return {
        "".join(on): base + sum(effects.get(letter, 0.0) for letter in on)
        for size in range(len(letters) + 1)
        for on in combinations(letters, size)
    }


def one(found: JointEffects, kind: str, factors: str, at: str = "averaged") -> JointEffect:
    return next(e for e in found.effects if (e.kind, e.at, e.factors) == (kind, at, tuple(factors)))


def test_two_by_two_by_hand():
    means = {"": 1.0, "a": 1.1, "b": 1.3, "ab": 1.9}
    found = joint(*world(means, spread=0.0), {})
    assert one(found, "two_way", "ab").estimate == pytest.approx(1.9 - 1.1 - 1.3 + 1.0)
    assert one(found, "main", "a").estimate == pytest.approx((0.1 + 0.6) / 2)
    assert one(found, "in_stack", "b", "stack").estimate == pytest.approx(0.8)
    assert found.family == len(found.effects) == 5
    assert one(found, "two_way", "ab").verdict == "worse", "without any spread the estimate is the truth"


def test_higher_is_better_turns_the_sign():
    means = {"": 0.9, "a": 0.8, "b": 0.8, "ab": 0.4}
    found = one(joint(*world(means, Accuracy(), spread=0.001), {}), "two_way", "ab")
    assert found.estimate == pytest.approx(0.3, abs=0.01)
    assert found.verdict == "worse"
    assert "a and b together, against the sum of both: 29.9 points lower (29.6 to 30.1)" in found.reason
    assert "worse by more than twice the tolerance (4.0 points)" in found.reason


def test_relative_metrics_multiply():
    means = {"": 1.0, "a": 1.2, "b": 1.5, "ab": 1.2 * 1.5 * 1.4}
    metric = SetSize()
    factors = Factors(built("ab").training, {})
    found = joint(*world(means, metric, factors=factors, spread=0.0001), {})
    assert one(found, "two_way", "ab").estimate == pytest.approx(0.4, abs=1e-3)
    assert one(found, "main", "a").estimate == pytest.approx(np.sqrt(1.2 * 1.2 * 1.4) - 1, abs=1e-3)


def test_antagonism_and_synergy_are_found_and_additivity_is_not_flagged():
    means = additive("abc", {"a": 0.2, "b": -0.1, "c": 0.05})
    quiet = joint(*world(means), {})
    assert {e.verdict for e in quiet.effects if e.kind in ("two_way", "three_way", "overlay")} == {"not_flagged"}
    for size, verdict in ((0.09, "worse"), (-0.09, "better")):
        planted = {on: mean + (size if {"a", "b"} <= set(on) else 0.0) for on, mean in means.items()}
        found = joint(*world(planted), {})
        flagged = {(e.kind, e.factors, e.at): e.verdict for e in found.effects if e.flagged and e.kind != "main"}
        assert flagged[("two_way", ("a", "b"), "averaged")] == verdict
        assert flagged[("two_way", ("a", "b"), "baseline")] == verdict
        assert flagged[("overlay", ("a", "b", "c"), "stack")] == verdict
        assert not [key for key in flagged if key[0] in ("two_way", "three_way") and "c" in key[1]]


def test_only_twice_the_tolerance_counts():
    means = additive("abc", {})
    planted = {on: mean + (0.03 if {"a", "b"} <= set(on) else 0.0) for on, mean in means.items()}
    found = one(joint(*world(planted, spread=0.0005), {}), "two_way", "ab")
    assert found.threshold == 0.04 and found.low > 0.02
    assert found.verdict == "not_flagged" and "not shown to differ by more than twice the tolerance" in found.reason
    assert one(joint(*world(planted, spread=0.0005), {"log_loss": 0.01}), "two_way", "ab").verdict == "worse"


def test_few_false_flags_at_the_edge_of_the_null():
    """Every two-way contrast lies exactly at twice the tolerance: the largest null. False flags stay rare over audits."""
    audits, hit = 60, 0
    for seed in range(audits):
        means = {"": 1.0, "a": 1.0, "b": 1.0, "ab": 1.04}
        found = joint(*world(means, seed=seed, members=6, spread=0.01), {})
        hit += one(found, "two_way", "ab").flagged
    assert hit <= 7, "5 % of 60 are 3; more than 7 has a chance below 3 %"


def test_members_are_paired_up_to_the_fewest():
    measurements, factors = world(additive("ab", {"a": 0.1}))
    cell = Cell(Treatment(("a",)), "tuned", "log_loss")
    few = measurements.samples[cell]
    samples = {**measurements.samples, cell: Sample(few.values[:5], few.support)}
    found = joint(Measurements(samples, measurements.metrics, {}, {}), factors, {})
    assert {e.members for e in found.effects if e.kind != "in_stack"} == {5}
    assert one(found, "in_stack", "a", "stack").members == 8, "it does not need the short one"
    by_hand = np.mean(
        samples[Cell(Treatment(("a", "b")), "tuned", "log_loss")].values[:5, 0]
        - samples[Cell(Treatment(("b",)), "tuned", "log_loss")].values[:5, 0]
        - samples[cell].values[:, 0]
        + samples[Cell(Treatment(), "tuned", "log_loss")].values[:5, 0]
    )
    assert one(found, "two_way", "ab").estimate == pytest.approx(by_hand)


def test_missing_and_collapsed_treatments_are_told():
    means = {**additive("ab", {}), "b": NotMeasurable("no attack")}
    found = joint(*world(means), {})
    assert one(found, "two_way", "ab").verdict == "not_measurable"
    assert one(found, "two_way", "ab").reason == "b: no attack"
    assert one(found, "in_stack", "b", "stack").verdict == "not_flagged", "it does not need b alone"
    collapse = {(Treatment(("a", "b")), "tuned"): "one class"}
    found = joint(*world(additive("ab", {}), MembershipRisk(), collapse=collapse), {})
    assert {e.verdict for e in found.effects} == {"withheld"} and found.family == 0
    assert found.effects[0].reason == "a + b collapsed: one class" and found.effects[0].estimate is None
    utility = joint(*world(additive("ab", {}), collapse=collapse), {})
    assert "withheld" not in {e.verdict for e in utility.effects}, "a collapse is what utility shows"


def gaps(means, spread=0.002, seed=0):
    """A disparity with signed gaps."""
    metric, dice, factors = AccuracyDisparity("race"), np.random.default_rng(seed), built("ab")
    samples = {}
    for on, mean in means.items():
        values = mean + noise(dice, spread=spread)
        sample = Sample(np.abs(values), 90, (contrast("x against y", values, 90),))
        samples[Cell(factors.treatment(tuple(on)), "tuned", metric.key)] = sample
    return Measurements(samples, {metric.key: metric}, {}, {}), factors


def test_gaps_count_by_their_magnitude():
    found = one(joint(*gaps({"": 0.10, "a": -0.10, "b": 0.10, "ab": -0.25}), {}), "two_way", "ab")
    assert found.contrast == "x against y" and found.unsettled == ()
    assert found.estimate == pytest.approx(0.15, abs=0.01), "0.25 - 0.10 - 0.10 + 0.10, and not -0.15"
    assert found.verdict == "worse"


def test_signs_that_are_not_settled_widen_the_interval_and_are_told():
    means = {"": 0.001, "a": 0.1, "b": 0.1, "ab": 0.1}
    found = one(joint(*gaps(means, 0.02), {}), "two_way", "ab")
    assert found.unsettled == ("control",)
    settled = one(joint(*gaps({**means, "": 0.1}, 0.02), {}), "two_way", "ab")
    assert found.high - found.low > settled.high - settled.low
    nobody = one(joint(*gaps(dict.fromkeys(means, 0.0), 0.02), {}), "two_way", "ab")
    assert len(nobody.unsettled) == 4 and nobody.p_value == 1.0
    assert "not settled in 4 of 4 treatments" in nobody.reason


def test_a_prediction_layer_is_one_more_factor_and_a_release_a_context():
    layers = {"group_thresholds": GroupThresholds(), "release_explanations": ReleaseExplanations()}
    factors, dice = built("ab", layers), np.random.default_rng(0)
    metrics = {metric.key: metric for metric in (Accuracy(), ExplanationFidelity())}
    samples = {}
    for bare in factorial(factors):
        for top in ((), ("group_thresholds",)):
            mean = 0.9 - (0.2 if top and "a" in bare.interventions else 0.0)
            cell = Cell(factors.treatment((*bare.interventions, *top)), "tuned", "accuracy")
            samples[cell] = Sample(mean + noise(dice), 900)
        released = factors.treatment((*bare.interventions, "release_explanations"))
        samples[Cell(released, "tuned", "explanation_fidelity")] = Sample(0.5 + noise(dice), 900)
    found = joint(Measurements(samples, metrics, {}, {}), factors, {})
    with_layer = [e for e in found.effects if e.layer]
    assert {e.layer for e in with_layer} == {"group_thresholds"} and {e.metric for e in with_layer} == {"accuracy"}
    planted = next(e for e in with_layer if e.kind == "two_way" and e.factors == ("a", "group_thresholds"))
    assert planted.verdict == "worse" and planted.estimate == pytest.approx(0.2, abs=0.01)
    fidelity = [e for e in found.effects if e.metric == "explanation_fidelity"]
    assert {e.context for e in fidelity} == {"release_explanations"} and len(fidelity) == 5


def test_more_looks_ask_for_more():
    means = additive("ab", {}) | {"ab": 1.055}
    once = one(joint(*world(means, spread=0.01), {}), "two_way", "ab")
    often = one(joint(*world(means, spread=0.01), {}, Looks((5, 8))), "two_way", "ab")
    assert often.p_value > once.p_value and often.high - often.low > once.high - once.low


def test_least_squares_with_member_blocks_gives_the_same_estimates():
    means = additive("abc", {"a": 0.1}) | {"abc": 1.4}
    measurements, factors = world(means, spread=0.05, members=6)
    found = joint(measurements, factors, {})
    treatments = factorial(factors)
    responses = np.concatenate(
        [measurements.samples[Cell(one, "tuned", "log_loss")].values[:, 0] for one in treatments]
    )
    words, design = blocked(treatments, "abc", members=6)
    coefficients = np.linalg.lstsq(design, responses, rcond=None)[0]
    for word, coefficient in zip(words, coefficients[6:], strict=True):
        kind = ("main", "two_way", "three_way")[len(word) - 1]
        assert one(found, kind, "".join(word)).estimate == pytest.approx(2 ** len(word) * coefficient)


def blocked(treatments: tuple[Treatment, ...], letters: str, members: int) -> tuple[list[tuple[str, ...]], Array]:
    """A column for every member, then effect codings of every set of factors."""
    words = [word for size in (1, 2, 3) for word in combinations(letters, size)]
    signs = np.array([[1 if letter in one.interventions else -1 for letter in letters] for one in treatments])
    columns = [signs[:, [letters.index(letter) for letter in word]].prod(axis=1) for word in words]
    coded = np.repeat(np.stack(columns, axis=1), members, axis=0)
    return words, np.concatenate([np.tile(np.eye(members), (len(treatments), 1)), coded], axis=1)


def test_round_trip_and_frame():
    found = joint(*world({**additive("ab", {"a": 0.1}), "b": NotMeasurable("why")}), {})
    assert JointEffects.from_json(found.to_json()) == found
    frame = found.frame()
    assert list(frame["factors"]) == ["a", "b", "a x b", "a", "b"]
    assert set(frame["verdict"]) <= {"worse", "better", "not_flagged", "not_measurable"}


def test_a_fraction_names_what_it_cannot_tell_apart():
    factors, dice = built("abcdefghi"), np.random.default_rng(0)
    samples = {
        Cell(one, "tuned", "log_loss"): Sample(
            1.0 + 0.3 * ({"a", "d"} <= set(one.interventions)) + noise(dice, members=4), 900
        )
        for one in factorial(factors)
    }
    found = joint(Measurements(samples, {"log_loss": LogLoss()}, {}, {}), factors, {})
    planted = one(found, "two_way", "ad")
    assert planted.verdict == "worse" and planted.aliases == (("h", "i"),)
    assert planted.reason.endswith("; the fraction cannot tell it from h x i")
    assert not [e for e in found.effects if e.kind == "two_way" and e.factors == ("h", "i") and e.at == "averaged"]
