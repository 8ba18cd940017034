"""A membership attack on what has few values, such as a decision or a set: a logistic regression learned on shadow models."""

import numpy as np
from scipy.special import expit

from interplay.arrays import Array, Bool, Float
from interplay.attacks.lira import LiraScores, standardised

PARTS = 4
"""Targets are attacked in so many parts; the attack on one part is learned on the members of the others."""
RIDGE = 1e-3
"""Of standardised features, times the number of examples: keeps weights finite where a feature says everything."""
_STEPS = 25


def scores(signals: Float[Array, "member row signal"], inside: Bool[Array, "member row"]) -> LiraScores:
    """The log-odds of "trained on this row" by a logistic regression that was learned on other members.

    For every signal v of a row there are six features, with m1 and m0 the means of the signal over shadows that trained
    on the row and that did not:

    v, m1, m0, v * m1, v * m0, (v - (m1 + m0) / 2) * (m1 - m0)

    Decisions and sets have few values, so that a distribution of its own for every row (as in `lira`) has more cells
    than shadows; six weights for all rows have not. The weights for a quarter of the members are learned on the others,
    each of which takes the place of a target with the rest as its shadows, so that no target's truth is in its own
    attack. A row is scored for a target when it has a shadow on both sides. Scores are standardised for every target,
    since the share of members differs between parts. Signals have to be finite.

    Reference: Choquette-Choo et al. (2021), "Label-only membership inference attacks", for attacks on decisions alone;
    the features are our own.

    Example:
        >>> chance = np.random.default_rng(0)
        >>> inside = chance.random((16, 300)) < 0.5
        >>> right = chance.random((16, 300)) < 0.7 + 0.3 * inside
        >>> found = scores(right[..., None].astype(float), inside)
        >>> bool(found.scores[inside].mean() > found.scores[~inside].mean() + 0.2)
        True

    Does not show: what a stronger attack finds.
    """
    members = len(signals)
    logits, scored = np.zeros(inside.shape), np.zeros(inside.shape, dtype=bool)
    parts = min(PARTS, members)
    sums = _Sums(signals, inside)
    for part in range(parts):
        targets = np.arange(members)[part::parts]
        others = np.setdiff1d(np.arange(members), targets)
        learned = [_example(sums.without([one, *targets]), signals[one]) for one in others]
        known = [use for _, use in learned]
        examples = np.concatenate([features[use] for features, use in learned])
        truth = np.concatenate([inside[one, use] for one, use in zip(others, known, strict=True)])
        if len(np.unique(truth)) < 2:
            continue
        attack = _Attack(examples, truth)
        for target in targets:
            features, use = _example(sums.without([target]), signals[target])
            logits[target, use] = attack(features[use])
            scored[target] = use
    return standardised(LiraScores(logits, scored))


class _Sums:
    """Sums of the signals over members inside and outside, from which some members can be taken off."""

    def __init__(self, signals: Float[Array, "member row signal"], inside: Bool[Array, "member row"]) -> None:
        self.signals, self.sides = signals, (inside, ~inside)
        self.totals = [np.einsum("kr,kri->ri", side.astype(np.float64), signals) for side in self.sides]
        self.counts = [side.sum(axis=0) for side in self.sides]

    def without(self, members: list[int]) -> list[tuple[Float[Array, "row signal"], Array]]:
        """The means of the other members on both sides, and how many they are."""
        found = []
        for side, total, count in zip(self.sides, self.totals, self.counts, strict=True):
            gone = side[members]
            left = count - gone.sum(axis=0)
            rest = total - np.einsum("kr,kri->ri", gone.astype(np.float64), self.signals[members])
            found.append((rest / np.maximum(left, 1)[:, None], left))
        return found


def _example(
    shadows: list[tuple[Float[Array, "row signal"], Array]], own: Float[Array, "row signal"]
) -> tuple[Float[Array, "row feature"], Bool[Array, " row"]]:
    """The features of every row of a member, and which rows have a shadow on both sides."""
    (within, count), (without, rest) = shadows
    middle, gap = (within + without) / 2, within - without
    features = [own, within, without, own * within, own * without, (own - middle) * gap]
    return np.concatenate(features, axis=1), (count > 0) & (rest > 0)


class _Attack:
    """A ridge logistic regression on standardised features, by Newton's method."""

    def __init__(self, examples: Float[Array, "example feature"], truth: Bool[Array, " example"]) -> None:
        self.mean = examples.mean(axis=0)
        spread = examples.std(axis=0)
        self.scale = np.where(spread > 1e-9, spread, np.inf)
        design = self._design(examples)
        penalty = RIDGE * len(design) * np.eye(design.shape[1])
        penalty[0, 0] = 0.0
        self.weights = np.zeros(design.shape[1])
        for _ in range(_STEPS):
            chance = expit(design @ self.weights)
            slope = design.T @ (truth - chance) - penalty @ self.weights
            curve = (design * (chance * (1 - chance))[:, None]).T @ design + penalty + 1e-9 * np.eye(len(penalty))
            step = np.linalg.solve(curve, slope)
            self.weights += step
            if np.abs(step).max() < 1e-6:
                break

    def _design(self, features: Float[Array, "row feature"]) -> Float[Array, "row weight"]:
        return np.concatenate([np.ones((len(features), 1)), (features - self.mean) / self.scale], axis=1)

    def __call__(self, features: Float[Array, "row feature"]) -> Float[Array, " row"]:
        return np.asarray(self._design(features) @ self.weights)
