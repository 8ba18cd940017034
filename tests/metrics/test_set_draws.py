"""Every metric of prediction sets against sets that are made anew for every row, label and draw."""

import numpy as np
import pytest

from interplay.conformal.quantile import thresholds_by_group
from interplay.evidence import Evidence, Grouping, PredictionSets, Rows
from interplay.metrics import group_rates
from interplay.metrics._altered import Altered
from interplay.metrics._assisted import Assisted
from interplay.metrics._metric import Rate
from interplay.metrics._sets import covered, covered_attacked, larger_than, set_sizes

MEMBERS, ROWS, DRAWS, LABELS = 3, 900, 40, 3
PARTS = {"all": 1, "race": 4, "label": LABELS}


def plain_mean(evidence, values, where, rows):
    """The weighted mean of values that a function gives for every draw and row of a member."""
    use, weights = evidence.rows.counted[:, rows] & where, evidence.rows.weights[:, rows]
    top = np.stack([(values(member) * weights) @ use[member] for member in range(len(use))])
    return top / (use @ weights.T)


def includes(sets, member, scores, part):
    limit = sets.thresholds[member][:, part if part.ndim == 2 else part[:, None]]
    return scores[None] < limit if sets.strict else scores[None] <= limit


def world(by, strict=False, digits=3, seed=0):
    """Thresholds from weighted calibration rows, as in a study; rounded scores tie."""
    chance = np.random.default_rng(seed)
    labels, weights = chance.integers(LABELS, size=ROWS), np.ones((DRAWS, ROWS))
    weights[1:] = chance.exponential(size=(DRAWS - 1, ROWS))
    races = chance.choice(4, size=ROWS, p=[0.7, 0.2, 0.08, 0.02])
    groupings = {
        "sex": Grouping("sex", chance.integers(-1, 2, size=ROWS), ("a", "b"), 0),
        "race": Grouping("race", races, tuple("abcd"), 0),
    }
    logits = chance.normal(size=(MEMBERS, ROWS, LABELS)) + 1.5 * (np.arange(LABELS) == labels[:, None])
    scores = (1 - np.exp(logits) / np.exp(logits).sum(axis=2, keepdims=True)).round(digits)
    counted = chance.random((MEMBERS, ROWS)) < 0.8
    counted[:, :200] = False
    calibrates = {"all": np.zeros(ROWS, dtype=int), "race": races, "label": labels}[by]
    part = np.tile(np.arange(LABELS), (ROWS, 1)) if by == "label" else calibrates
    truth = np.take_along_axis(scores[:, :200], labels[:200][None, :, None], axis=2)[..., 0]
    limits = np.stack([thresholds_by_group(own, calibrates[:200], PARTS[by], 0.1, weights[:, :200]) for own in truth])
    attacked = chance.permutation(np.arange(200, ROWS))[:300]
    moved = np.clip(scores[:, attacked] + chance.normal(scale=0.2, size=(MEMBERS, 300, LABELS)), 0, 1).round(digits)
    sets = PredictionSets(scores, limits, part, 0.1, strict, attacked, moved)
    rows = Rows(labels, groupings, counted, weights, LABELS)
    return Evidence(rows, {PredictionSets: lambda: sets}), sets


def altered_by_attack(sets):
    at = sets.attacked
    return Altered(sets.scores[:, at], sets.scores_attacked, sets.thresholds, sets.part[at], sets.strict)


def helped(held, own):
    """The chance of a person who is right with chance .7 alone, and takes a label of the set where it lacks their own."""
    size = held.sum(axis=2)
    chance = 0.7 + 0.3 * (LABELS - size) / (LABELS - 1) / np.maximum(size, 1)
    return np.where(size == 0, 0.7, np.where(own, chance, 0.0))


def statistics(evidence, sets):
    """The rate, and the same for every row, label and draw."""
    labels, everyone = evidence.rows.labels, np.arange(ROWS)

    def inside(member):
        return includes(sets, member, sets.scores[member], sets.part)

    def moved(member):
        return includes(sets, member, sets.scores_attacked[member], sets.part[sets.attacked])

    return {
        "covered": (covered(evidence, sets), lambda member: inside(member)[:, everyone, labels]),
        "size": (set_sizes(sets), lambda member: inside(member).sum(axis=2)),
        "not empty": (larger_than(sets, 0), lambda member: inside(member).any(axis=2)),
        "ambiguous": (larger_than(sets, 1), lambda member: inside(member).sum(axis=2) > 1),
        "covered under attack": (
            covered_attacked(evidence, sets, sets.scores_attacked, sets.attacked),
            lambda member: moved(member)[:, np.arange(300), labels[sets.attacked]],
        ),
        "changed by the attack": (
            Rate(altered_by_attack(sets), rows=sets.attacked),
            lambda member: (moved(member) != inside(member)[:, sets.attacked]).any(axis=2),
        ),
        "right with help": (
            Rate(Assisted(sets.scores, labels, sets.thresholds, sets.part, sets.strict)),
            lambda member: helped(inside(member), inside(member)[:, everyone, labels]),
        ),
    }


@pytest.mark.parametrize("by", PARTS)
@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("digits", [1, 3, 12])
def test_sets_equal_those_made_anew_for_every_draw(by, strict, digits):
    evidence, sets = world(by, strict, digits)
    if by == "race":
        assert np.isinf(sets.thresholds).any() and np.isfinite(sets.thresholds).any()
    for name, (rate, plain) in statistics(evidence, sets).items():
        rows = np.arange(ROWS) if rate.rows is None else rate.rows
        expected = plain_mean(evidence, plain, np.ones(len(rows), dtype=bool), rows)
        np.testing.assert_allclose(evidence.mean(rate.values, rows=rate.rows), expected, atol=1e-12, err_msg=name)
        for grouping, groups in evidence.rows.groupings.items():
            found = group_rates(evidence, grouping, rate)
            for code, mean in found.means.items():
                expected = plain_mean(evidence, plain, groups.codes[rows] == code, rows)
                np.testing.assert_allclose(mean, expected, atol=1e-12, err_msg=f"{name} {grouping} {code}")
