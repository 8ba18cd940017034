"""Named random streams: every random number has a purpose, so adding one thing never shifts another.

The same replicate uses the same split, initialisation, batch order and noise in every treatment (common random
numbers), because the name of a stream holds the purpose and the replicate, never the treatment.
"""

import hashlib
import secrets

import numpy as np


def sequence(seed: int, purpose: str, **index: int) -> np.random.SeedSequence:
    """The seed sequence of one purpose; `index` says which replicate, split or draw.

    Example:
        >>> a = sequence(0, "initialisation", member=3).generate_state(1)
        >>> b = sequence(0, "initialisation", member=3).generate_state(1)
        >>> c = sequence(0, "batches", member=3).generate_state(1)
        >>> bool(a[0] == b[0]), bool(a[0] == c[0])
        (True, False)
    """
    name = purpose + "".join(f"/{key}={index[key]}" for key in sorted(index))
    digest = hashlib.sha256(name.encode()).digest()
    words = [int.from_bytes(digest[i : i + 4], "little") for i in range(0, 16, 4)]
    return np.random.SeedSequence(entropy=seed, spawn_key=tuple(words))


def generator(seed: int, purpose: str, **index: int) -> np.random.Generator:
    """A numpy generator for one purpose."""
    return np.random.default_rng(sequence(seed, purpose, **index))


def key_data(seed: int, purpose: str, **index: int) -> np.ndarray[tuple[int], np.dtype[np.uint32]]:
    """Two 32-bit words that make a JAX key (`jax.random.wrap_key_data`) for one purpose."""
    return sequence(seed, purpose, **index).generate_state(2, np.uint32).astype(np.uint32)


def secret_key_data() -> np.ndarray[tuple[int], np.dtype[np.uint32]]:
    """Two 32-bit words from the system's entropy: the only random numbers here that no seed gives back.

    They live in memory as long as a model is trained, and are written nowhere.
    """
    return np.frombuffer(secrets.token_bytes(8), dtype=np.uint32).copy()
