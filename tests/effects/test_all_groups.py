"""What happens to groups other than the reference and the worst one is judged too, in simulated audits with a known truth."""

from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from interplay.effects.contrast import Difference, paired_differences
from interplay.estimates import Sample
from interplay.evidence import Evidence, Grouping, Predictions, Rows
from interplay.metrics import Metric
from interplay.metrics.accuracy_disparity import AccuracyDisparity
from interplay.metrics.worst_group_accuracy import WorstGroupAccuracy

TOLERANCE, MEMBERS, DRAWS = 0.02, 8, 40


def evidence(random: np.random.Generator, groups: Sequence[int], levels: Sequence[Sequence[float]]) -> list[Evidence]:
    """Treatments that decide the rows of groups of these sizes with these accuracies; they share most of their noise."""
    codes = np.repeat(np.arange(len(groups)), groups)
    rows = len(codes)
    weights = np.concatenate([np.ones((1, rows)), random.exponential(size=(DRAWS, rows))])
    named = Grouping("group", codes, tuple("abcdef"[: len(groups)]), 0)
    known = Rows(np.zeros(rows, dtype=int), {"group": named}, np.ones((MEMBERS, rows), dtype=bool), weights)
    hard = 0.8 * random.random(rows) + 0.2 * random.random((MEMBERS, rows))
    hard = hard.argsort(axis=1).argsort(axis=1) / rows  # as evenly spread as one random number
    members = 0.005 * random.standard_normal((MEMBERS, len(groups)))
    made = []
    for rates in levels:
        own = 0.002 * random.standard_normal((MEMBERS, len(groups)))
        decisions = (hard >= (np.asarray(rates) + members + own)[:, codes]).astype(int)
        said = Predictions(np.zeros((MEMBERS, rows, 2)), decisions)
        made.append(Evidence(known, {Predictions: lambda said=said: said}))
    return made


def differences(metric: Metric, control: Evidence, treated: Evidence) -> Mapping[str, Difference]:
    samples = [metric.measure(one) for one in (treated, control)]
    assert all(isinstance(one, Sample) for one in samples)
    found = paired_differences(*samples, metric)  # type: ignore[arg-type]
    assert all(isinstance(one, Difference) for one in found.values())
    return found  # type: ignore[return-value]


def shares(found: Sequence[Mapping[str, Difference]], names: Sequence[str]) -> tuple[float, float]:
    """How often all of these are cleared, and how often one of them is shown to be a harm after correction."""
    cleared = np.mean([all(one[name].high < TOLERANCE for name in names) for one in found])
    harmed = np.mean([any(one[name].at(0.05 / len(names)).low > TOLERANCE for name in names) for one in found])
    return float(cleared), float(harmed)


@pytest.mark.parametrize(
    ("control", "treated", "shown"),
    [((0.85, 0.81, 0.81), (0.85, 0.81, 0.89), 0.8), ((0.85, 0.85, 0.85), (0.85, 0.835, 0.865), 0.0)],
)
def test_two_other_groups_that_move_apart_are_seen(
    control: tuple[float, ...], treated: tuple[float, ...], shown: float
) -> None:
    """Gaps of (.04, .04) to the reference that become (.04, -.04), and of (0, 0) that become (.015, -.015).

    The gaps to the reference alone cleared them in 38 and 18 % of audits and never showed a harm. Of 12,000 rows .03 can
    hardly be told from a tolerance of .02: that harm is seldom shown, and no longer cleared.
    """
    random = np.random.default_rng(0)
    found = [differences(AccuracyDisparity(), *evidence(random, [4_000] * 3, [control, treated])) for _ in range(40)]
    cleared, harmed = shares(found, list(found[0]))
    cleared_before, harmed_before = shares(found, [name for name in found[0] if name.endswith("against a")])
    assert list(found[0]) == ["b against a", "c against a", "c against b"]
    truth = abs(treated[1] - treated[2]) - abs(control[1] - control[2])
    estimates = [one["c against b"].estimate for one in found]
    assert np.mean(estimates) == pytest.approx(truth, abs=0.008)
    assert cleared_before >= 0.1 and harmed_before == 0
    assert cleared <= 0.05 and harmed >= max(shown, harmed_before)


def test_a_group_that_falls_is_seen_although_another_is_the_worst() -> None:
    """Of six groups one falls by .05 to the level of the worst: the lowest accuracy hardly moves."""
    random = np.random.default_rng(1)
    control = (0.86, 0.85, 0.85, 0.84, 0.84, 0.82)
    treated = (0.86, 0.85, 0.80, 0.84, 0.84, 0.82)
    found, lowest = [], []
    for _ in range(25):
        both = evidence(random, [1_000] * 6, [control, treated])
        found.append(differences(WorstGroupAccuracy(), *both))
        samples = [WorstGroupAccuracy().measure(one) for one in both]
        lowest.append(np.subtract(*(one.mean for one in samples if isinstance(one, Sample))))
    cleared, harmed = shares(found, list(found[0]))
    assert np.mean(lowest) == pytest.approx(0.02, abs=0.008)
    assert np.mean([one["accuracy of c"].estimate for one in found]) == pytest.approx(0.05, abs=0.005)
    assert found[0]["accuracy of c"].settled and found[0]["accuracy of c"].gaps is None
    assert cleared <= 0.05 and harmed >= 0.9
