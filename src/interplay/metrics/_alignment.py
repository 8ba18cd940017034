"""How alike two representations of the same rows are, whatever the order, sign, rotation and scale of their units."""

import numpy as np

from interplay.arrays import Array, Float


def alignment(
    first: Float[Array, "row unit"], second: Float[Array, "row other"], weights: Float[Array, "draw row"]
) -> Float[Array, " draw"] | None:
    """The linear centred kernel alignment of two representations, for every draw of the row weights.

    alignment = HSIC(K, L) / sqrt(HSIC(K, K) * HSIC(L, L)), K = first @ first.T, L = second @ second.T,
    HSIC = the weighted mean of its kernel over all sets of four different rows (`dependence`)

    1 for representations that differ by a rotation and a scale. The plain alignment, with centred Gram matrices, is biased
    upwards, the more the fewer rows and the more units there are; without the pairs of a row with itself independent
    representations have 0 on average. None where a representation gives all rows the same.

    Reference: Kornblith et al. (2019), "Similarity of neural network representations revisited"; Song et al. (2012), "Feature
    selection via dependence maximization", Eq. 5; Nguyen et al. (2021), "Do wide and deep networks learn the same things?",
    Eq. 3.

    Example:
        >>> rows = np.array([[0.0, 1.0], [2.0, 0.0], [1.0, 1.0], [3.0, 2.0], [0.0, 4.0]])
        >>> turned = 2.0 * rows @ np.array([[0.6, -0.8], [0.8, 0.6]]) + 5.0
        >>> alignment(rows, turned, np.ones((1, 5))).round(9).tolist()
        [1.0]

    Does not show: relations that are not linear.
    """
    ours, theirs = _gram(first), _gram(second)
    if ours is None or theirs is None:
        return None
    own, other = dependence(ours, ours, weights), dependence(theirs, theirs, weights)
    if (own <= 0).any() or (other <= 0).any():
        return None
    return np.asarray(dependence(ours, theirs, weights) / np.sqrt(own * other))


def dependence(
    first: Float[Array, "row row"], second: Float[Array, "row row"], weights: Float[Array, "draw row"]
) -> Float[Array, " draw"]:
    """The Hilbert-Schmidt independence criterion of two Gram matrices with a diagonal of zero, without bias.

    dependence = P(i, j) K[i, j] L[i, j] - 2 P(i, j, k) K[i, j] L[i, k] + P(i, j, k, l) K[i, j] L[k, l],
    P = weighted mean over all pairs, triples and quadruples of different rows

    At equal weights it is Eq. 5 of Song et al. (2012).

    Example:
        >>> alike = np.ones((5, 5)) - np.eye(5)
        >>> abs(dependence(alike, alike, np.ones((1, 5)))).round(9).tolist()
        [0.0]
    """
    squares, both = weights**2, first * second
    left, right = weights @ first, weights @ second
    near, far = (weights * (weights @ both)).sum(axis=1), squares @ both
    of_two, doubled = (weights * far).sum(axis=1), (squares * far).sum(axis=1)
    triples = (weights * left * right).sum(axis=1) - of_two
    sums = (weights * left).sum(axis=1) * (weights * right).sum(axis=1)
    quadruples = sums - 4 * ((squares * left * right).sum(axis=1) - doubled) - 2 * doubled
    p1, p2, p3, p4 = ((weights**power).sum(axis=1) for power in (1, 2, 3, 4))
    all_pairs, all_triples = p1**2 - p2, p1**3 - 3 * p1 * p2 + 2 * p3
    all_quadruples = p1**4 - 6 * p1**2 * p2 + 3 * p2**2 + 8 * p1 * p3 - 6 * p4
    return np.asarray(near / all_pairs - 2 * triples / all_triples + quadruples / all_quadruples)


def _gram(values: Float[Array, "row unit"]) -> Float[Array, "row row"] | None:
    """Products of rows, centred and scaled so that they are about 1, without those of a row with itself."""
    given = np.asarray(values, dtype=np.float64)
    centred = given - given.mean(axis=0)
    scale = np.sqrt((centred**2).sum(axis=1).mean())
    if scale <= 1e-6 * np.sqrt((given**2).sum(axis=1).mean()):
        return None
    products = (centred / scale) @ (centred / scale).T
    np.fill_diagonal(products, 0.0)
    return np.asarray(products)
