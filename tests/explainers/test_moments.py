"""The chunked moments against the plain sums, one point after the other."""

import numpy as np
import pytest

from interplay.arrays import Array
from interplay.explainers import lime, surrogates
from interplay.explainers.moments import CHUNK, moments

WIDTH = 0.75 * np.sqrt(7)


def case(seed: int, points: int = 40, samples: int = 500) -> tuple[Array, Array, Array, Array]:
    """Skewed bins, a feature with one bin in the pool, a point's bin the pool lacks, many rare bins."""
    generator = np.random.default_rng(seed)
    chances = [[0.9, 0.1], [0.25] * 4, [0.97, 0.02, 0.01], [1.0], [0.05] * 20, [0.5, 0.5], [0.4, 0.3, 0.2, 0.1]]
    codes = [[generator.choice(len(p), size=size, p=p) for p in chances] for size in (points, samples)]
    asked, pool = (np.stack(columns, axis=1) for columns in codes)
    asked[0, 1], asked[1, 3], asked[2, :] = 9, 5, -1
    scores = generator.normal(size=(samples, 3)) * [1.0, 0.1, 0.0]
    return asked, pool, scores, generator.normal(size=(points, 3)) * [1.0, 0.1, 0.0]


def plain(point: Array, pool: Array, scores: Array, width: float, own: Array | None) -> list[Array]:
    """The definition, sample by sample."""
    same = (pool == point).astype(np.float64)
    weights = np.exp(-(pool.shape[1] - same.sum(axis=1)) / (2 * width**2))
    if own is not None:
        same, scores = np.vstack([np.ones(len(point)), same]), np.vstack([own, scores])
        weights = np.append(1.0, weights)
    total = weights.sum()
    means, score_means = weights @ same / total, weights @ scores / total
    z, y = same - means, scores - score_means
    return [(z.T * weights) @ z, (z.T * weights) @ y, weights @ y**2, means, score_means, total]


@pytest.mark.parametrize("with_own", [False, True])
@pytest.mark.parametrize("width", [WIDTH, 0.3])
def test_they_equal_the_plain_sums(with_own: bool, width: float) -> None:
    points, pool, scores, own = case(0, points=CHUNK + 3)
    places = []
    for place, found in moments(points, pool, scores, width, own if with_own else None):
        places.append(place)
        for at, point in enumerate(points[place]):
            mine = own[place][at] if with_own else None
            expected = plain(point, pool, scores, width, mine)
            for name, value in zip(vars(found), expected, strict=True):
                np.testing.assert_allclose(getattr(found, name)[at], value, atol=1e-11, err_msg=name)
    assert places == [slice(0, CHUNK), slice(CHUNK, CHUNK + 3)]


def test_what_never_varies_is_exactly_zero() -> None:
    points, pool, scores, own = case(1)
    points[:, 3] = 0
    ((_, found),) = moments(points, pool, scores, WIDTH, own)
    assert not found.gram[:, 3].any() and not found.gram[:, :, 3].any() and not found.cross[:, 3].any()
    assert not found.cross[:, :, 2].any() and not found.spread[:, 2].any()
    assert found.cross[5:, [0, 1, 2, 4, 5, 6], :2].all()


def test_a_point_does_not_depend_on_its_company() -> None:
    points, pool, scores, own = case(2, points=2 * CHUNK + 50)
    whole = [part for _, part in moments(points, pool, scores, WIDTH, own)]
    # In the same place of a chunk, with other and with fewer points around it: the same bits.
    others = case(3, points=20)[0]
    others[7] = points[CHUNK + 7]
    ((_, found),) = moments(others, pool, scores, WIDTH, np.vstack([own[:7], own[CHUNK + 7 : CHUNK + 8], own[:12]]))
    for name, value in vars(found).items():
        np.testing.assert_array_equal(value[7], getattr(whole[1], name)[7])
    # In another place the processor may add in another order.
    ((_, alone),) = moments(points[300:301], pool, scores, WIDTH, own[300:301])
    for name, value in vars(alone).items():
        np.testing.assert_allclose(value[0], getattr(whole[300 // CHUNK], name)[300 % CHUNK], rtol=1e-12, atol=1e-12)


def test_explanations_do_not_depend_on_the_number_of_points() -> None:
    points, pool, scores, own = case(4, points=CHUNK + 20)
    given = [np.ascontiguousarray(part.T) for part in (scores, own)]
    many = lime.explain(points, pool, given[0], features=4, point_scores=given[1])
    few = lime.explain(points[:9], pool, given[0], features=4, point_scores=given[1][:, :9])
    np.testing.assert_array_equal(many.coefficients[:, :9], few.coefficients)
    np.testing.assert_array_equal(many.intercepts[:, :9], few.intercepts)
    held = [
        surrogates.fidelity(one, points[: one.intercepts.shape[1]], pool, given[0]).r_squared for one in (many, few)
    ]
    np.testing.assert_array_equal(held[0][:, :9], held[1])


def test_no_point_is_explained_by_nothing() -> None:
    points, pool, scores, _ = case(5)
    assert list(moments(points[:0], pool, scores, WIDTH)) == []
    assert lime.explain(points[:0], pool, scores.T).coefficients.shape == (3, 0, 7)
