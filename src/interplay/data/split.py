"""One split of the rows for a whole audit: who trains, who tunes, who calibrates, who tests, and what is held back."""

from dataclasses import dataclass

import numpy as np

from interplay import streams
from interplay.arrays import Array, Bool, Float, Int
from interplay.errors import DataError

PARTS = ("pool", "tuning", "calibration", "test", "audit")
PERCENT = (58, 12, 12, 12, 6)
PERCENT_UNSEEN = (0, 20, 20, 60, 0)
"""The shares of rows that a given model was not trained on."""
AUDIT_SHARE = PERCENT[-1] / 100
"""The shares of the parts; what a study adds to the audit part comes off the pool."""
_LATE = np.isin(PARTS, ("test", "audit"))
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


def split(
    strata: Int[Array, " row"],
    seed: int,
    clusters: Int[Array, " row"] | None = None,
    audit_share: float = AUDIT_SHARE,
    time: Float[Array, " row"] | None = None,
) -> Split:
    """Split rows at random into 58 % pool, 12 % tuning, 12 % calibration, 12 % test and 6 % audit.

    `strata` numbers the stratum of every row (group by label). The totals are the shares of all rows, rounded by
    largest remainder. Rows are laid out stratum by stratum, shuffled within each, and dealt the parts in an even
    rhythm: so each stratum gets its share of each part within two rows, and even a stratum of a few rows is spread.
    With another `audit_share` the pool is what the other parts leave.

    `clusters` numbers the cluster of every row, from zero; all rows of a cluster go to one part. A cluster stands in the
    rarest stratum of its rows, larger ones come first, and each goes to the part that is owed the most rows by then. So
    totals are right within about the size of a cluster, and exact where rows without a twin follow.

    With a `time` for every row (NaN counts as the earliest) the latest rows are the test and the audit part, and the others
    are dealt to the earlier parts; a cluster belongs to its latest row.

    Raises DataError where a part would stay empty, or the pool would hold a single cluster.

    Example:
        >>> parts = split(np.zeros(100, dtype=np.int64), seed=0)
        >>> [int(parts.of(name).sum()) for name in PARTS]
        [58, 12, 12, 12, 6]
    """
    rows = len(strata)
    sizes = _sizes(rows, audit_share)
    if not sizes.all():
        raise DataError("enough rows for five parts", f"{rows} rows", "the split", "give more rows")
    random = streams.generator(seed, "split")
    cluster = np.arange(rows) if clusters is None else clusters
    if time is None:
        return Split(_dealt(strata, cluster, sizes, random))
    late = _late(time, cluster, int(sizes[_LATE].sum()))
    part = np.empty(rows, dtype=np.int8)
    for here, which in ((~late, ~_LATE), (late, _LATE)):
        own = np.unique(cluster[here], return_inverse=True)[1].reshape(-1)
        shares = _rounded(np.where(which, sizes, 0), int(here.sum()))
        part[here] = _dealt(strata[here], own, shares, random)
    return Split(part)


def unseen_split(
    strata: Int[Array, " row"],
    seed: int,
    clusters: Int[Array, " row"],
    trained: Bool[Array, " row"] | None = None,
    time: Float[Array, " row"] | None = None,
) -> Split:
    """Split rows for a model that is trained already: 20 % tuning, 20 % calibration and 60 % test, and none held back.

    Rows that it was `trained` on are the pool, and so is every row of their clusters: the others are new to it. With a `time` for
    every row the latest of these are the test part.

    Raises DataError where a part would stay empty.

    Example:
        >>> parts = unseen_split(np.zeros(100, dtype=np.int64), 0, np.arange(100), np.arange(100) < 50)
        >>> [int(parts.of(name).sum()) for name in PARTS]
        [50, 10, 10, 30, 0]
    """
    seen = np.zeros(len(strata), dtype=bool) if trained is None else np.isin(clusters, clusters[trained])
    new = ~seen
    own = np.unique(clusters[new], return_inverse=True)[1].reshape(-1)
    sizes = _rounded(np.asarray(PERCENT_UNSEEN), int(new.sum()))
    if len(own) == 0 or own.max() + 1 < 3 or not sizes[1:4].all():
        found = f"{int(new.sum())} rows that the model was not trained on"
        raise DataError("enough new rows for tuning, calibration and test", found, "the split", "give more rows")
    part, random = np.zeros(len(strata), dtype=np.int8), streams.generator(seed, "split")
    if time is None:
        part[new] = _dealt(strata[new], own, sizes, random)
        return Split(part)
    test = np.arange(len(PARTS)) == PARTS.index("test")
    late = _late(time[new], own, int(sizes[test][0]))
    early, latest = np.flatnonzero(new)[~late], np.flatnonzero(new)[late]
    cluster = np.unique(own[~late], return_inverse=True)[1].reshape(-1)
    part[latest] = PARTS.index("test")
    part[early] = _dealt(strata[early], cluster, _rounded(np.where(test, 0, sizes), len(early)), random)
    return Split(part)


def _late(time: Float[Array, " row"], cluster: Int[Array, " row"], wanted: int) -> Bool[Array, " row"]:
    """The latest rows, about as many as wanted: whole clusters, and at least one of them and one that is not."""
    latest = np.full(int(cluster.max()) + 1, -np.inf)
    np.maximum.at(latest, cluster, np.where(np.isnan(time), -np.inf, time))
    order = np.argsort(-latest, kind="stable")
    reached = np.cumsum(np.bincount(cluster)[order])
    taken = np.zeros(len(latest), dtype=bool)
    taken[order[: max(1, int(np.searchsorted(reached, wanted, side="right")))]] = True
    return taken[cluster]


def _rounded(shares: Int[Array, " part"], rows: int) -> Int[Array, " part"]:
    """So many rows in these proportions."""
    exact = shares / shares.sum() * rows
    whole = np.floor(exact).astype(np.int64)
    whole[np.argsort(whole - exact, kind="stable")[: rows - int(whole.sum())]] += 1
    return whole


def _dealt(
    strata: Int[Array, " row"], cluster: Int[Array, " row"], sizes: Int[Array, " part"], random: np.random.Generator
) -> Int[Array, " row"]:
    """The part of every row: stratum by stratum, in an even rhythm."""
    rows = len(strata)
    order = random.permutation(rows)
    # A random position to start gives every row, of small strata too, the same chance of each part.
    rhythm = np.roll(_rhythm(sizes), random.integers(rows))
    counts = np.bincount(cluster)
    first = np.empty(len(counts), dtype=np.int64)
    first[cluster[order[::-1]]] = np.arange(rows)[::-1]
    laid = np.lexsort((first, -counts, _rarest(strata, cluster)))
    part = np.empty(len(counts), dtype=np.int8)
    part[laid] = rhythm if len(counts) == rows else _filled(_owed(counts[laid], rhythm), counts[laid], sizes > 0)
    return part[cluster]


def _rarest(strata: Int[Array, " row"], cluster: Int[Array, " row"]) -> Int[Array, " cluster"]:
    """The stratum of every cluster: of those of its rows the one with the fewest rows in the table."""
    codes = np.unique(strata, return_inverse=True)[1]
    rarest = np.argsort(np.bincount(codes), kind="stable")
    rank = np.full(int(cluster.max()) + 1, len(rarest))
    np.minimum.at(rank, cluster, np.argsort(rarest)[codes])
    return rarest[rank]


def _owed(sizes: Int[Array, " cluster"], rhythm: Int[Array, " row"]) -> Int[Array, " cluster"]:
    """For each cluster the part that is owed the most rows: what the rhythm has brought it, less what it has got."""
    brought = np.concatenate(
        [np.zeros((1, len(PARTS)), dtype=np.int64), np.cumsum(np.eye(len(PARTS), dtype=np.int64)[rhythm], axis=0)]
    )
    ends = np.cumsum(sizes)
    owed, chosen = [0] * len(PARTS), []
    for due, size in zip((brought[ends] - brought[ends - sizes]).tolist(), sizes.tolist(), strict=True):
        owed = [before + more for before, more in zip(owed, due, strict=True)]
        chosen.append(owed.index(max(owed)))
        owed[chosen[-1]] -= size
    return np.asarray(chosen)


def _filled(
    part: Int[Array, " cluster"], sizes: Int[Array, " cluster"], wanted: Bool[Array, " part"]
) -> Int[Array, " cluster"]:
    """The same with the smallest clusters that their parts can spare moved to wanted parts that got none."""
    filled = part.copy()
    least = np.where(wanted, [2, *[1] * (len(PARTS) - 1)], 0)
    while (lacking := np.bincount(filled, minlength=len(PARTS)) < least).any():
        spared = np.flatnonzero((np.bincount(filled, minlength=len(PARTS)) > least)[filled])
        if not len(spared):
            found = f"{len(sizes)} clusters of rows that agree in every feature or belong to one person"
            step = 'give features that tell rows apart, or write twins = "apart" in [data] if equal rows are different people'
            raise DataError("enough different rows for five parts", found, "the split", step)
        filled[spared[np.argmin(sizes[spared])]] = np.argmax(lacking)
    return filled


def _sizes(rows: int, audit_share: float) -> Int[Array, " part"]:
    """Rows of each part by largest remainder; the earlier part wins a tie."""
    audit, others = round(10_000 * audit_share), [100 * percent for percent in PERCENT[1:-1]]
    shares = np.asarray([10_000 - sum(others) - audit, *others, audit]) * rows
    whole, remainder = shares // 10_000, shares % 10_000
    whole[np.argsort(-remainder, kind="stable")[: rows - int(whole.sum())]] += 1
    return whole


def _rhythm(sizes: Int[Array, " part"]) -> Int[Array, " row"]:
    """Parts in an order in which every stretch holds about the right share of each, also around the end."""
    times = np.concatenate([(np.arange(size) + offset) / size for size, offset in zip(sizes, _OFFSETS, strict=True)])
    return np.repeat(np.arange(len(sizes)), sizes)[np.argsort(times, kind="stable")]
