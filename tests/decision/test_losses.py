from itertools import permutations
from typing import Any

import numpy as np
import pytest
from tests.contrasts import contrast

from interplay.aspects import Aspect
from interplay.decision.choose import LexicographicRule, level
from interplay.decision.comparisons import PairwiseComparisons, standings
from interplay.decision.draws import joint_draws, repetitions, stability
from interplay.decision.draws import members as members_of
from interplay.decision.losses import Losses, headline_losses
from interplay.decision.measured import Measured
from interplay.decision.selection import Selection
from interplay.effects.contrast import Difference, paired_differences
from interplay.estimates import Sample

DISPARITY, EXPOSURE, SIZE = "accuracy_disparity/race", "membership_exposure", "set_size"
NAMES = ("a", "b", "c", "d", "e")
ASPECTS = (Aspect.FAIRNESS, Aspect.PRIVACY, Aspect.UTILITY, Aspect.UNCERTAINTY)


def noisy(seed: int, mean: float, members: int = 6, size: float = 0.01) -> np.ndarray:
    random = np.random.default_rng(seed)
    own = random.standard_normal((members, 1)) + 0.5 * random.standard_normal((members, 31))
    return mean + size * (own + np.random.default_rng(99).standard_normal(31))


def cells(members: tuple[int, ...] = (6, 6, 9, 6, 9)) -> dict[tuple[str, str], Any]:
    """Gaps far from zero, near zero and on either side of it, and values of every orientation."""
    gaps = dict(zip(NAMES, (0.2, -0.15, 0.003, -0.002, 0.05), strict=True))
    found: dict[tuple[str, str], Any] = {}
    for place, (name, count) in enumerate(zip(NAMES, members, strict=True)):
        gap = noisy(place, gaps[name], count)
        found[name, DISPARITY] = Sample(abs(gap), 100, (contrast("b against a", gap, 50 + place),))
        bias = 0.001 * place, 0.002
        found[name, "balanced_accuracy"] = Sample(noisy(10 + place, 0.8 + 0.01 * place, count), 400, bias=bias)
        found[name, SIZE] = Sample(noisy(20 + place, 1.2 + 0.02 * place, count), 400)
    return found


def losses_of(kit: Any, given: dict[tuple[str, str], Any]) -> dict[str, Losses]:
    measured = Measured(kit.measurements(given))
    found = headline_losses(ASPECTS, [kit.named(name) for name in NAMES], measured, {})
    return {one.criterion.metric: one for one in found}


@pytest.mark.parametrize("names", ["abc", "bcd", "cde"])
@pytest.mark.parametrize("metric", [DISPARITY, "balanced_accuracy", SIZE])
def test_every_loss_is_the_paired_difference_of_the_effects(kit: Any, metric: str, names: str) -> None:
    given = {key: value for key, value in cells().items() if key[0] in names}  # too few to moderate
    losses = losses_of(kit, given)[metric]
    known = kit.measurements(given).metrics[metric]
    for one, other in permutations(names, 2):
        i, j = NAMES.index(one), NAMES.index(other)
        (wanted,) = paired_differences(given[one, metric], given[other, metric], known).values()
        assert isinstance(wanted, Difference)
        wanted = wanted.moderated(None, 0.01)
        assert losses.bounds(i, j, 0.01) == pytest.approx((wanted.estimate, wanted.low, wanted.high), abs=1e-7)
        assert losses.p_above(i, 0.02)[losses.at(j)[0]] == pytest.approx(wanted.p_above(0.02), abs=1e-12)


@pytest.mark.parametrize("seed", [1, 2])
def test_the_order_of_the_candidates_does_not_matter(kit: Any, seed: int) -> None:
    order = np.random.default_rng(seed).permutation(NAMES).tolist()
    first, second = (kit.decide(cells(), ASPECTS, candidates=names) for names in (list(NAMES), order))
    assert first.treatment == second.treatment
    assert (first.orders, first.tolerance_flips) == (second.orders, second.tolerance_flips)
    assert [one.estimate for one in first.runner_up.differences] == pytest.approx(
        [one.estimate for one in second.runner_up.differences]
    )


def test_members_that_are_all_equal_give_points(kit: Any) -> None:
    given = {
        (name, "balanced_accuracy"): Sample(np.full((5, 21), 0.8 - 0.03 * place), 400)
        for place, name in enumerate("abc")
    }
    decision = kit.decide(given, (Aspect.UTILITY,))
    assert (decision.treatment, decision.stability) == (kit.named("a"), 1.0)
    assert [one.probability for one in decision.pareto] == [1.0, 0.0, 0.0]
    assert {(one.low, one.high) for one in decision.runner_up.differences} == {
        (one.estimate,) * 2 for one in decision.runner_up.differences
    }


def test_bounds_and_p_values_say_the_same(kit: Any) -> None:
    losses = tuple(losses_of(kit, cells()).values())
    for standing in standings(losses, len(NAMES)).values():
        p_values = np.array(
            [[one.p_above(place, one.criterion.tolerance) for place in one.places] for one in standing.losses]
        )
        still = standing.moved([np.zeros(len(one.places)) for one in standing.losses])
        for error in (0.05, level(8), level(40)):
            assert (standing.shown_worse(error) == (p_values < error)).all()
            assert (still.shown_worse(error) == standing.shown_worse(error)).all()


def test_five_members_borrow_from_other_candidates(kit: Any) -> None:
    given = cells((5,) * 5)
    moderated = losses_of(kit, given)["balanced_accuracy"]
    alone = losses_of(kit, {key: value for key, value in given.items() if key[0] in NAMES[:2]})["balanced_accuracy"]
    wide, narrow = (one.bounds(0, 1, 0.001) for one in (alone, moderated))
    assert wide[0] == pytest.approx(narrow[0])
    assert narrow[2] - narrow[1] < wide[2] - wide[1]


def test_a_candidate_that_cannot_be_paired_is_left_out(kit: Any) -> None:
    given = cells()
    given["b", "balanced_accuracy"] = Sample(np.full((5, 7), 0.9), 400)
    given["c", SIZE] = Sample(np.full((5, 31), 0.0), 400)
    given["d", SIZE] = Sample(np.full((1, 31), 1.0), 400)
    found = losses_of(kit, given)
    assert found["balanced_accuracy"].places.tolist() == [0, 2, 3, 4]
    assert found[SIZE].places.tolist() == [0, 1, 4]


def simulated(random: np.random.Generator, candidates: int, members: int) -> list[np.ndarray]:
    """Every candidate equal in truth but for half of them, worse by 0.04; correlated by rows and by members."""
    row, member = random.standard_normal(41), random.standard_normal((members, 1))
    return [
        0.8
        - 0.04 * (place >= candidates // 2)
        + 0.01 * (row + member + random.standard_normal((members, 1)) + 0.5 * random.standard_normal((members, 41)))
        for place in range(candidates)
    ]


@pytest.mark.parametrize(("candidates", "members"), [(4, 5), (12, 5), (12, 16)])
def test_the_best_is_kept_and_the_worse_goes(kit: Any, candidates: int, members: int) -> None:
    """Losses of exactly the tolerance, the hardest truth, on one metric: all good ones kept in at least 95 % of audits."""
    random = np.random.default_rng(candidates + members)
    names = [f"t{place:02}" for place in range(candidates)]
    lost, gone, audits = 0, 0, 200
    for _ in range(audits):
        values = simulated(random, candidates, members)
        values[1] = values[1] - 0.01  # within the tolerance of 0.01, at its edge
        given = {(name, "balanced_accuracy"): Sample(one, 400) for name, one in zip(names, values, strict=True)}
        measured = Measured(kit.measurements(given))
        found = headline_losses(
            [Aspect.UTILITY], [kit.named(name) for name in names], measured, {"balanced_accuracy": 0.01}
        )
        worse = standings(found, candidates)[Aspect.UTILITY].shown_worse(level(candidates - 1))[0].any(axis=1)
        lost += bool(worse[0] or worse[1])
        gone += int(worse[candidates // 2 :].sum())
    assert lost / audits <= 0.05
    if candidates > 4 or members > 5:
        assert gone / (audits * (candidates - candidates // 2)) > 0.5


def test_the_best_is_kept_over_several_metrics(kit: Any) -> None:
    """Three headline metrics, of which one is a gap: one that is within the tolerance of the best on each is kept."""
    random, audits, lost = np.random.default_rng(12), 150, 0
    names = [f"t{place:02}" for place in range(6)]
    keys = (DISPARITY, "equal_opportunity_difference/race", "balanced_accuracy")
    for _ in range(audits):
        given: dict[tuple[str, str], Any] = {}
        for key in keys:
            values = simulated(random, 6, 8)
            values[0] = values[0] - 0.01
            for name, one in zip(names, values, strict=True):
                gap = 0.9 - one
                sample = Sample(abs(gap), 400, (contrast("b against a", gap, 400),))
                given[name, key] = Sample(one, 400) if key == "balanced_accuracy" else sample
        found = kit.decide(given, (Aspect.FAIRNESS,), candidates=names, tolerances=dict.fromkeys(keys, 0.01))
        lost += any(one.treatment == kit.named("t00") and one.step == "fairness" for one in found.rejected)
    assert lost / audits <= 0.05


def test_all_draws_at_once_are_the_races_of_single_draws(kit: Any) -> None:
    found = tuple(losses_of(kit, cells()).values())
    contest = Selection([kit.named(name) for name in NAMES], found, ASPECTS, (0, 1, 3, 4))
    moves = joint_draws(found, repetitions(members_of(found), 300))
    wins = 0
    for draw in range(300):
        moved: dict[Aspect, PairwiseComparisons] = {}
        for aspect, standing in contest.race.standings.items():
            own = [place for place, one in enumerate(found) if one.criterion.aspect == aspect]
            moving = [3 * moves[place][draw] for place in own]
            moved[aspect] = standing.moved(moving)
        wins += (
            LexicographicRule(contest.candidates, moved).run(ASPECTS, contest.admissible).winner == contest.path.winner
        )
    assert stability(contest, [3 * move for move in moves]) == wins / 300
    assert 0.1 < wins / 300 < 0.95


def test_the_values_of_single_groups_are_compared_in_the_direction_of_their_metric(kit: Any) -> None:
    """An accuracy of one group has no sign to turn: a lower one is worse."""
    given: dict[tuple[str, str], Any] = {}
    for place, name in enumerate("abc"):
        values = noisy(place, 0.8 - 0.05 * place)
        of_group = contrast("accuracy of b", values, 90, "lowest")
        given[name, "balanced_accuracy"] = Sample(values, 90, (of_group,))
    losses = losses_of(kit, given)["balanced_accuracy"]
    assert losses.criterion.contrast == "accuracy of b" and not losses.criterion.gap and losses.floor is None
    metric = kit.measurements(given).metrics["balanced_accuracy"]
    (wanted,) = paired_differences(given["c", "balanced_accuracy"], given["a", "balanced_accuracy"], metric).values()
    assert isinstance(wanted, Difference) and wanted.estimate == pytest.approx(0.1, abs=0.02)
    assert losses.bounds(2, 0, 0.05) == pytest.approx((wanted.estimate, wanted.low, wanted.high), abs=1e-6)
