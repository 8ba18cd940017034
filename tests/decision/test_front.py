from itertools import product
from typing import Any

import numpy as np
import pytest

from interplay.aspects import Aspect
from interplay.decision.draws import joint_draws, repetitions
from interplay.decision.draws import members as members_of
from interplay.decision.front import front
from interplay.decision.losses import headline_losses
from interplay.decision.measured import Measured
from interplay.decision.selection import Selection
from interplay.estimates import NotMeasurable, Sample

DISPARITY, EXPOSURE = "accuracy_disparity/race", "membership_exposure"
RANKING = (Aspect.FAIRNESS, Aspect.PRIVACY, Aspect.UTILITY)


def fronts(kit: Any, cells: Any) -> dict[str, float]:
    names = [kit.named(name) for name in dict.fromkeys(name for name, _ in cells)]
    losses = headline_losses(RANKING, names, Measured(kit.measurements(cells)), {})
    contest = Selection(names, losses, RANKING, tuple(range(len(names))))
    return {
        one.treatment.name: one.probability
        for one in front(contest, joint_draws(losses, repetitions(members_of(losses))))
    }


def test_known_members(kit: Any) -> None:
    """b is as good as a everywhere and better on accuracy; c trades exposure for accuracy."""
    cells = {
        (name, metric): value
        for name, values in {"a": (0.1, 0.10, 0.80), "b": (0.1, 0.10, 0.90), "c": (0.1, 0.01, 0.70)}.items()
        for metric, value in zip((DISPARITY, EXPOSURE, "balanced_accuracy"), values, strict=True)
    }
    assert fronts(kit, cells) == {"b": 1.0, "c": 1.0, "a": 0.0}


def test_a_difference_within_the_tolerance_dominates_nobody(kit: Any) -> None:
    assert fronts(kit, {("a", "balanced_accuracy"): 0.900, ("b", "balanced_accuracy"): 0.905}) == {"a": 1.0, "b": 1.0}


def test_the_draws_of_the_means_have_the_crossed_errors(kit: Any) -> None:
    random = np.random.default_rng(0)
    rows, members = random.standard_normal(301), random.standard_normal((12, 1))
    own = 0.3 * random.standard_normal((12, 301))
    shared = 0.02 * (rows + members)
    cells = {
        (name, "balanced_accuracy"): Sample(0.8 + shared + off + 0.002 * own, 400)
        for name, off in (("a", 0.0), ("b", 0.1))
    }
    losses = headline_losses(RANKING, [kit.named("a"), kit.named("b")], Measured(kit.measurements(cells)), {})
    (moves,) = joint_draws(losses, repetitions(members_of(losses), 6_000))
    wanted = np.sqrt(members.var(ddof=1) / 12 * 11 / 9 + rows[1:].var(ddof=1)) * 0.02
    assert moves.std(axis=0) == pytest.approx([wanted, wanted], rel=0.06)
    assert np.abs(moves[:, 0] - moves[:, 1]).max() < 1e-12


def test_brute_force_with_errors(kit: Any) -> None:
    random = np.random.default_rng(1)
    names = ["a", "b", "c", "d"]
    means = {metric: random.uniform(0.75, 0.80, 4) for metric in ("balanced_accuracy", EXPOSURE)}
    cells = {
        (name, metric): kit.shaped(means[metric][place], 0.01, 0.01, seed=place)
        for metric in means
        for place, name in enumerate(names)
    }
    losses = headline_losses(RANKING, [kit.named(name) for name in names], Measured(kit.measurements(cells)), {})
    moves = joint_draws(losses, repetitions(members_of(losses)))
    wanted = dict.fromkeys(names, 0.0)
    for draw in range(len(moves[0])):
        values = [
            [float(one.values[place][:, 0].mean() + move[draw, place]) for one, move in zip(losses, moves, strict=True)]
            for place in range(4)
        ]
        limits = [one.criterion.tolerance for one in losses]
        beaten = set()
        for i, j in product(range(4), repeat=2):
            more = [values[j][k] - values[i][k] for k in range(2)]
            if all(m <= t for m, t in zip(more, limits, strict=True)) and any(
                m < -t for m, t in zip(more, limits, strict=True)
            ):
                beaten.add(i)
        for place, name in enumerate(names):
            wanted[name] += place not in beaten
    assert fronts(kit, cells) == pytest.approx({name: count / len(moves[0]) for name, count in wanted.items()})
    assert any(0.05 < one < 0.95 for one in fronts(kit, cells).values())


def test_who_lacks_a_number_can_be_dominated_but_does_not_dominate(kit: Any) -> None:
    cells = {
        ("a", "balanced_accuracy"): 0.9,
        ("b", "balanced_accuracy"): 0.7,
        ("c", "balanced_accuracy"): 0.8,
        ("a", EXPOSURE): NotMeasurable("no attack"),
        ("b", EXPOSURE): 0.1,
        ("c", EXPOSURE): 0.1,
    }
    assert fronts(kit, cells) == {"a": 1.0, "c": 1.0, "b": 0.0}
    cells[("a", "balanced_accuracy")] = 0.6
    assert fronts(kit, cells)["a"] == 0.0
