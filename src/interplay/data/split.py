"""One split of the rows for a whole audit: who trains, who tunes, who calibrates, who tests, and what is held back."""

from dataclasses import dataclass

import numpy as np

from interplay import streams
from interplay.arrays import Array, Bool, Int
from interplay.errors import DataError

PARTS = ("pool", "tuning", "calibration", "test", "audit")
PERCENT = (58, 12, 12, 12, 6)
_OFFSETS = (1 / 2, 1 / 6, 1 / 2, 5 / 6, 1 / 3)
"""Parts of one size take their turns one after the other, not together."""


@dataclass(frozen=True, eq=False)
class Split:
    """The part of every row, as a position in `PARTS`; every row is in exactly one part.

    `pool`: every member trains on its own half of it; `tuning`: learning rates and thresholds; `calibration`:
    prediction sets; `test`: all metrics; `audit`: held back, used once to confirm a chosen treatment.
    """

    part: Int[Array, " row"]

    def of(self, name: str) -> Bool[Array, " row"]:
        """Which rows are in the part of this name."""
        return np.equal(self.part, PARTS.index(name))

    @property
    def pool(self) -> Bool[Array, " row"]:
        """Rows the members train on."""
        return self.of("pool")

    @property
    def tuning(self) -> Bool[Array, " row"]:
        """Rows that choose learning rates and fit thresholds."""
        return self.of("tuning")

    @property
    def calibration(self) -> Bool[Array, " row"]:
        """Rows that fit prediction sets."""
        return self.of("calibration")

    @property
    def test(self) -> Bool[Array, " row"]:
        """Rows every metric is measured on."""
        return self.of("test")

    @property
    def audit(self) -> Bool[Array, " row"]:
        """Rows held back."""
        return self.of("audit")


def split(strata: Int[Array, " row"], seed: int) -> Split:
    """Split rows at random into 58 % pool, 12 % tuning, 12 % calibration, 12 % test and 6 % audit.

    `strata` numbers the stratum of every row (group by label). The totals are the shares of all rows, rounded by
    largest remainder. Rows are laid out stratum by stratum, shuffled within each, and dealt the parts in an even
    rhythm: so each stratum gets its share of each part within two rows, and even a stratum of a few rows is spread.

    Raises DataError where a part would stay empty.

    Example:
        >>> parts = split(np.zeros(100, dtype=np.int64), seed=0)
        >>> [int(parts.of(name).sum()) for name in PARTS]
        [58, 12, 12, 12, 6]
    """
    sizes = _sizes(len(strata))
    if not sizes.all():
        raise DataError("enough rows for five parts", f"{len(strata)} rows", "the split", "give more rows")
    random = streams.generator(seed, "split")
    order = random.permutation(len(strata))
    codes = np.unique(strata, return_inverse=True)[1]
    part = np.empty(len(strata), dtype=np.int8)
    # A random place to start gives every row, of small strata too, the same chance of each part.
    rhythm = np.roll(_rhythm(sizes), random.integers(len(strata)))
    part[order[np.argsort(codes[order], kind="stable")]] = rhythm
    return Split(part)


def _sizes(rows: int) -> Int[Array, " part"]:
    """Rows of each part by largest remainder; the earlier part wins a tie."""
    shares = np.asarray(PERCENT) * rows
    whole, remainder = shares // 100, shares % 100
    whole[np.argsort(-remainder, kind="stable")[: rows - int(whole.sum())]] += 1
    return whole


def _rhythm(sizes: Int[Array, " part"]) -> Int[Array, " row"]:
    """Parts in an order in which every stretch holds about the right share of each, also around the end."""
    times = np.concatenate([(np.arange(size) + offset) / size for size, offset in zip(sizes, _OFFSETS, strict=True)])
    return np.repeat(np.arange(len(sizes)), sizes)[np.argsort(times, kind="stable")]
