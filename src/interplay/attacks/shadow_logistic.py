"""A membership attack on what has few values, such as a decision or a set: a logistic regression learned on shadow models."""

import numpy as np

from interplay.arrays import Array, Bool, Float
from interplay.attacks.lira import LiraScores, standardised
from interplay.attacks.logistic import ridge_logistic, standardised_design

PARTS = 4
"""Targets are attacked in so many parts; the attack on one part is learned on the members of the others."""
RIDGE = 1e-3
"""Of standardised features, times the number of examples: keeps weights finite where a feature says everything."""


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
        design = standardised_design(examples, examples)
        penalty = np.append(0.0, np.full(examples.shape[1], RIDGE * len(examples)))
        weights = ridge_logistic(design, truth, penalty)
        for target in targets:
            features, use = _example(sums.without([target]), signals[target])
            logits[target, use] = standardised_design(features[use], examples) @ weights
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
