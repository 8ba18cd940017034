"""The random numbers: published answers, distributions, independence of keys and positions."""

import jax
import numpy as np
import pytest
from scipy import stats

from interplay.acceleration import kernel, threefry
from interplay.acceleration.threefry import encrypt, exponential, normal, uniform
from interplay.engine import jnp
from tests.needs import needs_kernel

WORDS = [
    (0x00000000, 0x00000000, 0x00000000, 0x00000000, 0x6B200159, 0x99BA4EFE),
    (0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0x1CB996FC, 0xBB002BE7),
    (0x13198A2E, 0x03707344, 0x243F6A88, 0x85A308D3, 0xC4923A9C, 0x483DF7A0),
]


@pytest.mark.parametrize("words", WORDS)
def test_the_published_answers_of_the_cipher(words):
    """Known answers from the Random123 distribution (Salmon et al., 2011)."""
    key0, key1, high, low, first, second = (jnp.array([word], jnp.uint32) for word in words)
    found = encrypt((key0, key1), high, low)
    assert (int(found[0][0]), int(found[1][0])) == (int(first[0]), int(second[0]))


@pytest.mark.parametrize(
    ("drawn", "law"),
    [(uniform, stats.uniform), (exponential, stats.expon), (normal, stats.norm)],
    ids=["uniform", "exponential", "normal"],  # an address would differ between the workers
)
def test_distributions(drawn, law):
    found = np.asarray(drawn(jax.random.key(11), (400, 1000)), np.float64)
    assert stats.kstest(found.ravel(), law.cdf).pvalue > 1e-3
    moments = [found.mean(), found.var()]
    np.testing.assert_allclose(moments, [law.mean(), law.var()], atol=0.01)
    neighbours = np.corrcoef(found[:, :-1].ravel(), found[:, 1:].ravel())[0, 1]
    assert abs(neighbours) < 0.01


def test_tails_of_the_normal():
    found = np.abs(np.asarray(normal(jax.random.key(5), (4_000_000,))))
    for limit in (3.0, 4.0, 4.5):
        expected = 4e6 * 2 * stats.norm.sf(limit)
        assert (found > limit).sum() == pytest.approx(expected, abs=5 * expected**0.5)


def test_a_number_depends_on_its_key_and_position_only():
    key = jax.random.key(0)
    np.testing.assert_array_equal(normal(key, (10,)), normal(key, (1000,))[:10])
    np.testing.assert_array_equal(uniform(key, (6,)), uniform(key, (2, 3)).ravel())
    assert not np.array_equal(uniform(key, (10,)), uniform(jax.random.key(1), (10,)))


def test_small_exponential_numbers_are_finely_spaced():
    found = np.sort(np.asarray(exponential(jax.random.key(2), (2_000_000,))))
    assert found[0] > 0 or (found == 0).sum() <= 2
    assert len(np.unique(found[:1000])) > 990, "a coarse grid would bias rare events"


@needs_kernel(threefry.SOURCE)
@pytest.mark.parametrize("shape", [(1,), (7,), (100_000,), (40, 25)])
def test_normal_numbers_of_the_kernel_are_those_of_the_operations(shape):
    key = jax.random.key(3)
    found = normal(key, shape)
    with kernel.set_aside():
        expected = normal(key, shape)
    assert found.shape == shape
    np.testing.assert_allclose(found, expected, atol=1e-5)
