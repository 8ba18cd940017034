"""LIME by hand, with one pool of perturbed rows per model instead of one per row."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from benchmarks.peers.lean_network import LeanNetwork
from benchmarks.peers.lime_rows import SAMPLES, SHOWN
from benchmarks.work import Raw

_SELECTING_PENALTY = 0.01
_FITTING_PENALTY = 1.0
_CHUNK = 10


@dataclass(frozen=True)
class Pool:
    """Perturbed rows, one-hot for the model and as bins for the comparison with the explained row."""

    inputs: NDArray[np.float32]
    bins: NDArray[np.int64]


class LeanLime:
    """lime's estimator for many rows of one model: the pool is drawn and answered once, one small system per row.

    Numeric values are drawn from the training rows; lime draws them from truncated normals within a quartile. So it is
    a bound on the cost and not the same numbers.
    """

    def __init__(self, raw: Raw) -> None:
        self.raw = raw
        self.edges = np.quantile(raw.rows[:, : raw.numeric], (0.25, 0.5, 0.75), axis=0)
        self.kernel_width = 0.75 * np.sqrt(raw.rows.shape[1])

    def pool(self, seed: int) -> Pool:
        """Every column drawn on its own from the training rows."""
        generator = np.random.default_rng(seed)
        chosen = generator.integers(len(self.raw.rows), size=(SAMPLES, self.raw.rows.shape[1]))
        rows = np.take_along_axis(self.raw.rows, chosen, axis=0)
        return Pool(self.raw.encode(rows), self.bins(rows))

    def bins(self, rows: NDArray[np.float64]) -> NDArray[np.int64]:
        """Quartiles of the numeric columns, codes of the others."""
        numeric = (rows[:, None, : self.raw.numeric] > self.edges).sum(axis=1)
        return np.concatenate([numeric, rows[:, self.raw.numeric :].astype(np.int64)], axis=1)

    def explain(self, network: LeanNetwork, rows: NDArray[np.float64], seed: int) -> NDArray[np.float64]:
        """The weights of the columns shown for every row, zero for the others."""
        pool = self.pool(seed)
        with torch.no_grad():
            answer = torch.softmax(network.forward(torch.from_numpy(pool.inputs))[-1], dim=1)[:, 1].numpy()
        bins = self.bins(rows)
        return np.concatenate(
            [self._fit(pool, answer, bins[start : start + _CHUNK]) for start in range(0, len(bins), _CHUNK)]
        )

    def _fit(self, pool: Pool, answer: NDArray[np.float32], bins: NDArray[np.int64]) -> NDArray[np.float64]:
        same = (pool.bins == bins[:, None]).astype(np.float32)
        squared_distance = same.shape[2] - same.sum(axis=2)
        weights = np.exp(-0.5 * squared_distance / self.kernel_width**2)
        weights /= weights.sum(axis=1, keepdims=True)
        centred = same - (weights[:, None] @ same)
        target = answer - weights @ answer[:, None]
        scaled = (centred * weights[:, :, None]).transpose(0, 2, 1) * len(answer)
        products, moments = (scaled @ centred).astype(np.float64), (scaled @ target[:, :, None]).astype(np.float64)
        return _two_ridges(products, moments)


def _two_ridges(products: NDArray[np.float64], moments: NDArray[np.float64]) -> NDArray[np.float64]:
    """Keep the columns of largest weight in a first ridge regression and fit these again in a second."""
    columns = products.shape[1]
    first = np.linalg.solve(products + _SELECTING_PENALTY * np.eye(columns), moments)[..., 0]
    kept = np.sort(np.argsort(-np.abs(first), axis=1)[:, :SHOWN], axis=1)
    inner = np.take_along_axis(np.take_along_axis(products, kept[:, :, None], 1), kept[:, None], 2)
    second = np.linalg.solve(inner + _FITTING_PENALTY * np.eye(SHOWN), np.take_along_axis(moments, kept[:, :, None], 1))
    fitted = np.zeros_like(first)
    np.put_along_axis(fitted, kept, second[..., 0], axis=1)
    return fitted
