"""Canaries: what models trained with and without one row refute about a privacy budget."""

import numpy as np
from scipy.special import betaincinv

from interplay.arrays import Array, Bool, Float, Int
from interplay.errors import InterplayError

CHOOSING = 4
"""One in so many models chooses the threshold, the others count errors at it: choosing needs fewer of them."""


def lower_bound(
    scores: Float[Array, " member"], inside: Bool[Array, " member"], privacy_delta: float, confidence: float = 0.95
) -> float:
    """The largest privacy_epsilon that the scores of many models refute: training is not private to a smaller one.

    bound = max(0, log((1 - privacy_delta - fnr) / fpr))  or, mirrored,  max(0, log((1 - privacy_delta - fpr) / fnr))

    A model whose score reaches a threshold is taken to have had the canary. fnr and fpr are upper Clopper-Pearson
    limits, each with error (1 - confidence) / 2, of the shares of models `inside` below the threshold and of the others
    at or above it. Every fourth model of each kind is used to choose the threshold and which of the two forms, by the
    largest bound; the errors are counted on the rest. With chance `confidence` at least, the bound is no larger than
    the true privacy_epsilon at `privacy_delta` under adding or removing one row, whatever the scores are. In nats;
    larger is worse for privacy.

    `scores` are larger where the canary was more likely in, one per independently trained model; `inside` says where it
    was. Scores may use everything an attacker is assumed to know, the initial parameters for example. With as many
    models on either side the bound cannot pass about log(models / 10).

    Raises InterplayError with fewer than four models on a side, for a score that is not a number, and for a
    privacy_delta or confidence out of range.

    Reference: Jagielski, Ullman and Oprea (2020); Nasr et al. (2021), "Adversary instantiation".

    Example:
        >>> generator, inside = np.random.default_rng(0), np.arange(4000) % 2 == 0
        >>> scores = generator.normal(size=4000) + inside  # a Gaussian mechanism with epsilon 2.32 at delta 0.01
        >>> round(lower_bound(scores, inside, 0.01), 1)
        1.1

    Does not show: an upper bound. Another canary, a stronger score or more models may refute more, and a bound of 0
    refutes nothing.
    """
    scores, inside = np.asarray(scores, dtype=np.float64), np.asarray(inside, dtype=bool)
    _check(scores, inside, privacy_delta, confidence)
    sides = scores[inside], scores[~inside]
    choosing = [side[::CHOOSING] for side in sides]
    counting = [np.delete(side, np.s_[::CHOOSING]) for side in sides]
    thresholds = np.unique(np.concatenate(choosing))
    tried = _bounds(choosing[0], choosing[1], thresholds, privacy_delta, confidence)
    form, at = np.unravel_index(tried.argmax(), tried.shape)
    return float(_bounds(counting[0], counting[1], thresholds[at : at + 1], privacy_delta, confidence)[form, 0])


def _bounds(
    within: Float[Array, " member"],
    without: Float[Array, " other"],
    thresholds: Float[Array, " threshold"],
    privacy_delta: float,
    confidence: float,
) -> Float[Array, "form threshold"]:
    """Both forms of the bound at every threshold."""
    missed = np.searchsorted(np.sort(within), thresholds)
    alarms = len(without) - np.searchsorted(np.sort(without), thresholds)
    fnr = _upper(missed, len(within), (1 - confidence) / 2)
    fpr = _upper(alarms, len(without), (1 - confidence) / 2)
    found = [np.maximum(1 - privacy_delta - one, other) / other for one, other in ((fnr, fpr), (fpr, fnr))]
    return np.log(np.stack(found))


def _upper(count: Int[Array, " threshold"], total: int, error: float) -> Float[Array, " threshold"]:
    """The upper Clopper-Pearson limit of a share: above it, so small a count has a chance below `error`."""
    return np.asarray(np.where(count < total, betaincinv(count + 1, np.maximum(total - count, 1), 1 - error), 1.0))


def _check(
    scores: Float[Array, " member"], inside: Bool[Array, " member"], privacy_delta: float, confidence: float
) -> None:
    members = int(inside.sum())
    if scores.shape != inside.shape or min(members, len(inside) - members) < CHOOSING:
        raise InterplayError(
            f"one score per model, and at least {CHOOSING} models with the canary and {CHOOSING} without",
            f"{len(scores)} scores, {members} models with it and {len(inside) - members} without",
            "the scores of canaries",
            "train more models",
        )
    if np.isnan(scores).any():
        count = int(np.isnan(scores).sum())
        raise InterplayError("scores that are numbers", f"{count} that are not", "the scores of canaries", "leave none")
    if not (0 <= privacy_delta < 1 and 0 < confidence < 1):
        raise InterplayError(
            "0 <= privacy_delta < 1 and 0 < confidence < 1",
            f"{privacy_delta} and {confidence}",
            "the lower bound by canaries",
            "privacy_delta is the one of the budget in question, confidence usually 0.95",
        )
