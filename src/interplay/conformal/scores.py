"""Conformity scores: how badly a label fits what the model says."""

import numpy as np

from interplay.arrays import Array, Float


def lac(log_probabilities: Float[Array, "*rows label"]) -> Float[Array, "*rows label"]:
    """The probability the model gives to every other label.

    lac(x, y) = 1 - p(y | x)

    `log_probabilities` are natural logarithms in float64; scores lie between 0 and 1, larger means a worse fit. Working
    from logarithms keeps rows apart whose probabilities round to the same number.

    Reference: Sadinle et al. (2019), least ambiguous set-valued classifiers.

    Example:
        >>> lac(np.log(np.array([[0.75, 0.25]]))).round(12).tolist()
        [[0.25, 0.75]]

    Does not show: how the remaining probability is shared among the other labels.
    """
    return np.asarray(-np.expm1(np.asarray(log_probabilities, dtype=np.float64)))


def aps(log_probabilities: Float[Array, "*rows label"], uniform: Float[Array, "*rows"]) -> Float[Array, "*rows label"]:
    """The probability of all labels that are more likely, and a random part of the label's own.

    aps(x, y) = sum of p(z | x) over labels z more likely than y + uniform(x) * p(y | x)

    `log_probabilities` are natural logarithms in float64; `uniform` holds one number in [0, 1) for every row, shared by
    its labels. Of two equally likely labels the one with the smaller number counts as the more likely. Scores lie
    between 0 and 1, larger means a worse fit. A constant in place of `uniform` keeps the coverage and enlarges the
    sets.

    Reference: Romano et al. (2020), "Classification with valid and adaptive coverage".

    Example:
        >>> aps(np.log(np.array([[0.5, 0.3, 0.2]])), np.array([0.5])).round(12).tolist()
        [[0.25, 0.65, 0.9]]

    Does not show: the same sets twice, unless `uniform` is kept: the sets of a row depend on its draw.
    """
    probabilities = np.exp(np.asarray(log_probabilities, dtype=np.float64))
    order = np.argsort(-probabilities, axis=-1, kind="stable")
    ordered = np.take_along_axis(probabilities, order, axis=-1)
    more_likely = np.zeros_like(ordered)
    more_likely[..., 1:] = np.cumsum(ordered, axis=-1)[..., :-1]
    scores = np.empty_like(ordered)
    np.put_along_axis(scores, order, more_likely + np.asarray(uniform)[..., None] * ordered, axis=-1)
    return scores


def raps(
    log_probabilities: Float[Array, "*rows label"],
    uniform: Float[Array, "*rows"],
    penalty: float = 0.05,
    allowed: int = 2,
) -> Float[Array, "*rows label"]:
    """Adaptive scores with a penalty for every label beyond the first `allowed`, so that sets do not grow long tails.

    raps(x, y) = (aps(x, y) + penalty * max(0, rank(x, y) - allowed)) / (1 + penalty * max(0, labels - allowed))

    rank is 1 for the most likely label. Divided by the largest possible score, so that scores lie between 0 and 1; larger
    means a worse fit. With two labels it is aps. Other arguments as in `aps`.

    Reference: Angelopoulos et al. (2021), "Uncertainty sets for image classifiers using conformal prediction".

    Example:
        >>> scores = raps(np.log(np.array([[0.5, 0.3, 0.2]])), np.array([0.5]), penalty=0.1, allowed=1)
        >>> scores.round(3).tolist()
        [[0.208, 0.625, 0.917]]

    Does not show: the best penalty; tune it on rows that calibrate nothing.
    """
    logs = np.asarray(log_probabilities, dtype=np.float64)
    order = np.argsort(-logs, axis=-1, kind="stable")
    ranks = np.empty(order.shape, dtype=np.int64)
    np.put_along_axis(ranks, order, np.broadcast_to(np.arange(1, logs.shape[-1] + 1), order.shape), axis=-1)
    largest = 1 + penalty * max(0, logs.shape[-1] - allowed)
    return np.asarray((aps(logs, uniform) + penalty * np.maximum(ranks - allowed, 0)) / largest)
