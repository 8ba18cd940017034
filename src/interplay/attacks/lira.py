"""The likelihood-ratio membership attack, with the members of a fleet as each other's shadow models."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import logsumexp

from interplay.arrays import Array, Bool, Float, Int
from interplay.errors import InterplayError

ENOUGH_SHADOWS = 64
"""From this many shadows on, every row has its own variances (Carlini et al., 2022)."""
SMALLEST_VARIANCE = 1e-10
"""A floor for variances of log-odds; it lies above the rounding of single-precision networks."""


@dataclass(frozen=True, eq=False)
class LiraScores:
    """Membership scores, larger = more likely a member, meaningful only where `scored`."""

    scores: Float[Array, "member row"]
    scored: Bool[Array, "member row"]


@dataclass(frozen=True, eq=False)
class _Shadows:
    """What the shadows of every target say about every row, on one side (trained on the row, or not)."""

    count: Int[Array, "member row"]
    mean: Float[Array, "member row"]
    squares: Float[Array, "member row"]

    @property
    def freedom(self) -> Int[Array, "member row"]:
        """Degrees of freedom of `squares`, the sum of squared deviations from `mean`."""
        return np.asarray(np.maximum(self.count - 1, 0))


def signal(
    log_probabilities: Float[Array, "member row label"], labels: Int[Array, " row"]
) -> Float[Array, "member row"]:
    """The log-odds of the true label, without saturation.

    signal = log(p) - log(1 - p), p = probability of the true label

    where log(1 - p) is the log of the summed probabilities of the other labels, so that a p that rounds to 1 keeps its
    distance from it. In nats.

    Reference: Carlini et al. (2022), who fit normal distributions to these log-odds.

    Example:
        >>> signal(np.array([[[-50.0, 0.0], [-50.0, 0.0]]]), np.array([0, 1])).tolist()
        [[-50.0, 50.0]]

    Does not show: membership by itself; an easy row has large log-odds in every model.
    """
    logs = np.asarray(log_probabilities, dtype=np.float64)
    true = np.arange(logs.shape[2]) == np.asarray(labels)[:, None]
    if logs.shape[2] == 2:
        gap = logs[:, :, 1] - logs[:, :, 0]  # one other label: nothing to sum up
        return np.where(true[:, 1], gap, -gap)
    picked = np.take_along_axis(logs, np.asarray(labels)[None, :, None], axis=2)[:, :, 0]
    return np.asarray(picked - logsumexp(np.where(true, -np.inf, logs), axis=2))


def likelihood_ratios(signals: Float[Array, "member row"], inside: Bool[Array, "member row"]) -> LiraScores:
    """The log-likelihood ratio of "trained on this row" against "not trained on it", for every target and row.

    ratio = log normal(signal; mean inside, variance inside) - log normal(signal; mean outside, variance outside)

    Means are those of the row over the target's shadows (all other members), with and without the row in their training
    half. With fewer than 64 shadows the two variances are global: the squared deviations from those means, pooled over
    rows and shadows, over their degrees of freedom (shadows less one for every row); from 64 on every row with two
    shadows on a side has its own. The target itself counts nowhere. Variances are at least 1e-10.

    A row is scored for a target when it has a shadow on both sides. A signal that is not finite is left out as a shadow
    and not scored as a target. `inside` must be drawn independently for every member: balanced or complementary halves
    bias the attack (see `null_check`). The ratio is 0 where the signals of all models are alike.

    Reference: Carlini et al. (2022), Algorithm 1 (online attack).

    Example:
        >>> signals = np.array([[2.0, 0.0], [3.0, 1.0], [1.0, -1.0], [0.0, 3.0], [1.0, 2.0]])
        >>> inside = np.array([[True, False], [True, False], [True, False], [False, True], [False, True]])
        >>> likelihood_ratios(signals, inside).scores.round(3)[0].tolist()
        [0.9, -2.5]

    Does not show: what a stronger attack finds. Few shadows, another attack statistic or queries around the row may
    reveal more.
    """
    usable = np.isfinite(signals)
    # Deviations from one member keep rows on which all models agree at exactly zero.
    anchor = np.take_along_axis(signals, usable.argmax(axis=0)[None], axis=0)
    offsets = np.subtract(signals, anchor, where=usable, out=np.zeros(signals.shape))
    within, without = _shadows(offsets, usable & inside), _shadows(offsets, usable & ~inside)
    variance_within, variance_without = _variances(within, without)
    scored = usable & (within.count > 0) & (without.count > 0) & (variance_within > 0)
    ratios = _log_normal(offsets, within.mean, variance_within) - _log_normal(offsets, without.mean, variance_without)
    return LiraScores(np.where(scored, ratios, 0.0), scored)


def scores(signals: Float[Array, "member row"], inside: Bool[Array, "member row"]) -> LiraScores:
    """Likelihood ratios made comparable between targets, so that the scores of all members may be pooled.

    score = (ratio - median over the target's scored rows) / mean absolute deviation from that median

    A target whose ratios are all alike has scores of 0, hence an area under the curve of 0.5. The truth about the
    target's members is not used, so an attacker could do the same. Shapes and rules are those of `likelihood_ratios`.

    Reference: Carlini et al. (2022), Algorithm 1; the standardisation is our own.

    Example:
        >>> constant = scores(np.ones((4, 6)), np.arange(24).reshape(4, 6) % 3 == 0)
        >>> bool((constant.scores == 0).all())
        True

    Does not show: that the ratio of one row means the same in every model; only their order and spread are matched.
    """
    return standardised(likelihood_ratios(signals, inside))


def standardised(found: LiraScores) -> LiraScores:
    """Every target's scores around their median, over their mean absolute deviation from it.

    Reference: our own.

    Example:
        >>> standardised(LiraScores(np.array([[1.0, 2.0, 5.0]]), np.full((1, 3), True))).scores.round(2).tolist()
        [[-0.75, 0.0, 2.25]]

    Does not show: that a score of one row means the same in every model.
    """
    known = [values[where] for values, where in zip(found.scores, found.scored, strict=True)]
    middle = np.array([np.median(values) if len(values) else 0.0 for values in known])
    deviations = np.where(found.scored, found.scores - middle[:, None], 0.0)
    spread = np.abs(deviations).sum(axis=1, keepdims=True) / np.maximum(found.scored.sum(axis=1, keepdims=True), 1)
    return LiraScores(deviations / np.where(spread > 0, spread, 1.0), found.scored)


def null_check(
    signals: Float[Array, "member row"],
    masks: Bool[Array, "draw member row"],
    attack: Callable[[Float[Array, "member row"], Bool[Array, "member row"]], LiraScores] = scores,
) -> Float[Array, " draw"]:
    """The area under the curve of an attack on rows that no member was trained on, for each fake membership mask.

    `signals` are those of rows kept out of every member's training; `masks` pretend a membership and should be drawn
    exactly as the true halves are. There is nothing to find, so the areas must scatter around 0.5: another mean says
    that the way of drawing halves betrays membership by itself. When every row lies in exactly half of the members, a
    target that holds a row leaves one shadow fewer inside than outside, and the areas fall below 0.5.

    Raises InterplayError where a mask leaves no scored member or no scored non-member.

    Reference: Carlini et al. (2022) for the attack; the check is our own.

    Example:
        >>> generator = np.random.default_rng(0)
        >>> signals, masks = generator.normal(size=(16, 200)), generator.random((20, 16, 200)) < 0.5
        >>> bool(abs(null_check(signals, masks).mean() - 0.5) < 0.01)
        True

    Does not show: that the attack is strong; a null at 0.5 only says that it does not deceive itself.
    """
    return np.array([_area(attack(signals, mask), mask) for mask in masks])


def _shadows(offsets: Float[Array, "member row"], counted: Bool[Array, "member row"]) -> _Shadows:
    """Count, mean and squared deviations of the counted members, without the target itself."""
    total = counted.sum(axis=0)
    mean = np.where(counted, offsets, 0.0).sum(axis=0) / np.maximum(total, 1)
    deviations = np.where(counted, offsets - mean, 0.0)
    count = total - counted
    # Taking one value out of n moves the mean by d / (n - 1) and the squares by d * d * n / (n - 1).
    shift = deviations / np.maximum(count, 1)
    squares = np.maximum((deviations**2).sum(axis=0) - deviations * shift * total, 0.0)
    return _Shadows(count, mean - shift, np.where(count > 1, squares, 0.0))


def _variances(within: _Shadows, without: _Shadows) -> tuple[Float[Array, "member row"], Float[Array, "member row"]]:
    """The two variances for every target and row; 0 where no row has two shadows on the same side."""
    squares = [side.squares.sum(axis=1, keepdims=True) for side in (within, without)]
    freedom = [side.freedom.sum(axis=1, keepdims=True) for side in (within, without)]
    either = sum(squares) / np.maximum(sum(freedom), 1)
    own = len(within.count) - 1 >= ENOUGH_SHADOWS
    variances = []
    for side, top, bottom in zip((within, without), squares, freedom, strict=True):
        pooled = np.broadcast_to(np.where(bottom > 0, top / np.maximum(bottom, 1), either), side.count.shape)
        chosen = np.where(side.freedom > 0, side.squares / np.maximum(side.freedom, 1), pooled) if own else pooled
        variances.append(np.where(sum(freedom) > 0, np.maximum(chosen, SMALLEST_VARIANCE), 0.0))
    return variances[0], variances[1]


def _log_normal(
    values: Float[Array, "member row"], mean: Float[Array, "member row"], variance: Float[Array, "member row"]
) -> Float[Array, "member row"]:
    """The log density of a normal distribution without its constant, which cancels in a ratio."""
    known = np.where(variance > 0, variance, 1.0)
    return -0.5 * (np.log(known) + (values - mean) ** 2 / known)


def _area(found: LiraScores, inside: Bool[Array, "member row"]) -> float:
    """The area under the receiver operating characteristic over all scored rows of all members; ties count half."""
    truth = inside[found.scored]
    members, others = int(truth.sum()), int((~truth).sum())
    if not members or not others:
        raise InterplayError("scored members and non-members", f"{members} and {others}", "LiRA", "use more members")
    from scipy.stats import rankdata  # imported here, since it takes most of a second

    ranks = rankdata(found.scores[found.scored])
    return float((ranks[truth].sum() - members * (members + 1) / 2) / (members * others))
