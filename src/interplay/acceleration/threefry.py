"""Counter-based random numbers: Threefry, written so that the compiler turns it into vector instructions.

The bits are a function of a key and a position, so a number never depends on what else was drawn. `jax.random` has the
same cipher, in a rolled loop on processors: ten times slower there, and in training as dear as the products themselves.
"""

import math
from pathlib import Path

import numpy as np

from interplay.acceleration import kernel
from interplay.engine import jax, jnp

SOURCE = Path(__file__).with_suffix(".c")

_ROTATIONS = ((13, 15, 26, 6), (17, 29, 16, 24))
_PARITY = np.uint32(0x1BD11BDA)


def encrypt(key: tuple[jax.Array, jax.Array], high: jax.Array, low: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Threefry-2x32 with 20 rounds: two words of 32 bits for every pair of counter words.

    Reference: Salmon et al. (2011), "Parallel random numbers: as easy as 1, 2, 3", section 4.2.

    Example:
        >>> zero = jnp.zeros(1, jnp.uint32)
        >>> [hex(int(word[0])) for word in encrypt((zero, zero), zero, zero)]
        ['0x6b200159', '0x99ba4efe']

    Does not show: a generator for secrets. Noise for a model that will be released needs one.
    """
    schedule = (key[0], key[1], key[0] ^ key[1] ^ _PARITY)
    first, second = high + schedule[0], low + schedule[1]
    for group in range(5):
        for turn in _ROTATIONS[group % 2]:
            first = first + second
            second = first ^ ((second << np.uint32(turn)) | (second >> np.uint32(32 - turn)))
        first = first + schedule[(group + 1) % 3]
        second = second + schedule[(group + 2) % 3] + np.uint32(group + 1)
    return first, second


def _blocks(key: jax.Array, shape: tuple[int, ...]) -> tuple[jax.Array, jax.Array]:
    """One pair of words for every number of an array: sharing pairs would cost more than it saves (no fusion)."""
    words = jax.random.key_data(key)
    low = jnp.arange(math.prod(shape), dtype=jnp.uint32)
    first, second = encrypt((words[0], words[1]), jnp.zeros_like(low), low)
    return first.reshape(shape), second.reshape(shape)


def _unit(words: jax.Array) -> jax.Array:
    """Numbers in [0, 1) on a grid of 2 ** -23."""
    return jax.lax.bitcast_convert_type((words >> np.uint32(9)) | np.uint32(0x3F800000), jnp.float32) - 1.0


def uniform(key: jax.Array, shape: tuple[int, ...]) -> jax.Array:
    """Independent uniform numbers in [0, 1), in float32 on a grid of 2 ** -23.

    Example:
        >>> bool(abs(uniform(jax.random.key(0), (100_000,)).mean() - 0.5) < 0.005)
        True
    """
    return _unit(_blocks(key, shape)[0])


def exponential(key: jax.Array, shape: tuple[int, ...]) -> jax.Array:
    """Independent exponential numbers with mean one, in float32; small ones have 32 random bits behind them.

    Example:
        >>> bool(abs(exponential(jax.random.key(0), (100_000,)).mean() - 1) < 0.02)
        True
    """
    whole = _blocks(key, shape)[0].astype(jnp.float32) * np.float32(2.0**-32)
    return -jnp.log1p(-jnp.minimum(whole, np.float32(1 - 2.0**-24)))


def normal(key: jax.Array, shape: tuple[int, ...]) -> jax.Array:
    """Independent standard normal numbers, in float32, none beyond 5.8.

    normal = sqrt(-2 * log(u)) * cos(2 * pi * v), with u and v the two words of a block as numbers in (0, 1]

    The cosine is 1 - 2 * sin(pi * (v - 1/2)) ** 2 up to its sign, and that sine a series of seven terms on a quarter
    turn to each side, at most 6e-8 off. A kernel makes them where there is one; the last digits may differ from those
    made without it.

    Reference: Box and Muller (1958).

    Example:
        >>> found = normal(jax.random.key(0), (100_000,))
        >>> bool(abs(found.mean()) < 0.01), bool(abs(found.std() - 1) < 0.01)
        (True, True)

    Does not show: noise fit for release; see `encrypt`.
    """
    if kernel.available(SOURCE):
        result = jax.ShapeDtypeStruct((math.prod(shape),), jnp.float32)
        made = jax.ffi.ffi_call("threefry_normal", result, vmap_method="sequential")
        return made(jax.random.key_data(key)).reshape(shape)
    return _composed(key, shape)


def _composed(key: jax.Array, shape: tuple[int, ...]) -> jax.Array:
    """Standard normal numbers by JAX's own operations."""
    first, second = _blocks(key, shape)
    half_turn = np.float32(math.pi) * (_unit(second) - 0.5)
    square = half_turn * half_turn
    series = jnp.full_like(square, _SINE[0])
    for coefficient in _SINE[1:]:
        series = series * square + coefficient
    sine = half_turn * series
    return jnp.sqrt(-2.0 * jnp.log(1.0 - _unit(first))) * (1.0 - 2.0 * sine * sine)


_SINE = tuple(np.float32((-1) ** term / math.factorial(2 * term + 1)) for term in range(6, -1, -1))
"""The series of sin(x) / x in x ** 2, the highest power first."""
