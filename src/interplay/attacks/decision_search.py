"""Search by decisions alone: rows that a model decides otherwise, where all that it tells is what it decides."""

from collections.abc import Callable

import numpy as np

from interplay.arrays import Array, Bool, Float, Int
from interplay.attacks.additive import MOST_STEPS, AdditiveSteps
from interplay.attacks.search import AT_ONCE, QUERIES, alike

RENEWED = 40
"""Queries a row after which the stand-in is fitted anew."""
EXAMPLES, AT_LEAST, BESIDE = 6_000, 2_000, 3
"""Decisions that a stand-in is fitted on at most; those that did not turn are so many, or so many times those that did."""
CANDIDATES = 10
"""Values of a column among which the stand-in chooses: where it was, either end, and some between."""
NOISE = (0.0, 0.1, 0.45, 2.0)
"""How much chance is added to the choice of the stand-in, in log-odds, for the versions that are tried in one call."""
HOME, LOW, HIGH, BETWEEN = range(4)
PRIOR = np.array([1.0, 1.0, 1.0, 0.5])
"""How often every kind of move counts before anything is known."""

Decide = Callable[[Float[Array, "some column"], Int[Array, " some"]], Int[Array, " some"]]
"""The decisions on versions of rows, and of which row each is a version."""


def decision_search(
    decide: Decide,
    origin: Float[Array, "row column"],
    low: Float[Array, "row column"],
    high: Float[Array, "row column"],
    labels: Int[Array, " row"],
    chance: np.random.Generator,
    queries: int = QUERIES,
    start: Float[Array, "row column"] | None = None,
) -> Float[Array, "row column"]:
    """Rows within low <= row <= high that are not decided as their label, where asking for so many decisions a row found one.

    A decision that does not turn says nothing of where to go, so that rows learn from each other. First every column that
    can move goes to either end, alone. Then half of the moves are drawn as often as they turned other rows of the same
    label, and half are those by which a stand-in, fitted on all decisions so far and additive in steps of these columns,
    leaves the label farthest behind. Between the ends, values at which other rows turned are tried, if one is within reach: see
    `search`. A row is left alone once its decision has turned: there is nothing more to see.

    `origin` holds the rows, and a column that cannot move has low = high; rows that nothing was found for stay as they are.
    `start` are points that turned within a larger box: what is nearest to them in this one is tried first.

    Reference: Papernot et al. (2017), "Practical black-box attacks against machine learning", for the stand-in; the moves
    for tables are our own.

    Example:
        >>> rows, labels = np.zeros((40, 3)), np.zeros(40, dtype=int)
        >>> def decide(moved, of):
        ...     return (moved @ np.array([1.0, -2.0, 0.5]) > 3.2).astype(int)
        >>> found = decision_search(decide, rows, rows - 1, rows + 1, labels, np.random.default_rng(0))
        >>> float(decide(found, None).mean())
        1.0

    Does not show: that no such row exists. On smooth models it finds nearly what a search by scores finds, on trees less.
    """
    columns = np.flatnonzero((high > low).any(axis=0))
    search = _Search(decide, origin, low, high, labels, columns, chance)
    if not len(columns):
        return search.best
    if start is not None:
        search.ask_for(np.clip(start, low, high)[None, search.left])
    for place in range(min(len(columns), queries // 4)):
        search.ask(*search.single_ends(place))
    stand_ins: dict[int, AdditiveSteps] = {}
    last = 0
    while search.spent + AT_ONCE <= queries and len(search.left):
        if search.spent - last >= RENEWED:
            stand_ins, last = search.stand_ins(), search.spent
        search.ask(*search.drawn(stand_ins))
    return search.best


class _Search:
    """What has been asked so far: the rows that turned, by what moves, and some of all decisions."""

    def __init__(
        self,
        decide: Decide,
        origin: Float[Array, "row column"],
        low: Float[Array, "row column"],
        high: Float[Array, "row column"],
        labels: Int[Array, " row"],
        columns: Int[Array, " movable"],
        chance: np.random.Generator,
    ) -> None:
        self.decide, self.labels, self.columns, self.chance = decide, labels, columns, chance
        self.origin, self.low, self.high = (edge[:, columns] for edge in (origin, low, high))
        self.best, self.whole, self.spent = origin.copy(), origin, 1
        everything = np.arange(len(origin))
        said = decide(origin, everything)
        self.left = everything[said == labels]
        """The rows that are still decided as their label."""
        self.turned = np.zeros((int(labels.max(initial=0)) + 1, len(columns), len(PRIOR)))
        """How often rows of a label turned with a kind of move in a column."""
        self.seen = [(origin, said, said != labels)]

    def single_ends(
        self, place: int
    ) -> tuple[Int[Array, "version left movable"], Float[Array, "version left movable"]]:
        """One column at either end, all others as they were."""
        kinds = np.full((2, len(self.left), len(self.columns)), HOME)
        kinds[0, :, place], kinds[1, :, place] = LOW, HIGH
        return kinds, np.zeros(kinds.shape)

    def drawn(
        self, stand_ins: dict[int, AdditiveSteps]
    ) -> tuple[Int[Array, "version left movable"], Float[Array, "version left movable"]]:
        """Moves drawn as often as they turned others; half of them chosen by the stand-ins where there are some."""
        shape = AT_ONCE, len(self.left), len(self.columns)
        weights = (PRIOR + self.turned)[self.labels[self.left]][..., LOW:]
        bounds = np.cumsum(weights / weights.sum(axis=-1, keepdims=True), axis=-1)[..., :-1]
        kinds = LOW + (self.chance.random(shape)[..., None] > bounds).sum(axis=-1)
        some = self.chance.random(shape) < self.chance.uniform(0.1, 1.0, (AT_ONCE, shape[1], 1))
        kinds, between = np.where(some, kinds, HOME), self._between(self.left, shape)
        for label, stand_in in stand_ins.items():
            own = self.labels[self.left] == label
            kinds[: len(NOISE), own], between[: len(NOISE), own] = self._chosen(stand_in, self.left[own])
        return kinds, between

    def ask(self, kinds: Int[Array, "version left movable"], between: Float[Array, "version left movable"]) -> None:
        """Try these moves on the rows that are left, all at once."""
        rows = self.left
        tried = np.repeat(self.whole[rows][None], len(kinds), axis=0)
        tried[:, :, self.columns] = self._values(kinds, between, rows)
        self.ask_for(tried, kinds)

    def ask_for(
        self,
        tried: Float[Array, "version left column"],
        kinds: Int[Array, "version left movable"] | None = None,
    ) -> None:
        """Try these versions of the rows that are left, which moves of these kinds have made."""
        rows, versions = self.left, len(tried)
        if not len(rows):
            return
        flat = tried.reshape(versions * len(rows), -1)
        said = self.decide(flat, np.tile(rows, versions))
        wrong = said.reshape(versions, -1) != self.labels[rows]
        hit, first = wrong.any(axis=0), wrong.argmax(axis=0)
        self.best[rows[hit]] = tried[first, np.arange(len(rows))][hit]
        if kinds is not None:
            moves = kinds[first, np.arange(len(rows))][hit]
            np.add.at(self.turned, (self.labels[rows[hit]][:, None], np.arange(len(self.columns)), moves), 1)
        self.seen.append(self._kept(flat, said, wrong.ravel(), AT_LEAST // AT_ONCE))
        self.left, self.spent = rows[~hit], self.spent + versions

    def stand_ins(self) -> dict[int, AdditiveSteps]:
        """For every label of a row that is left, what the decision for it looks like so far; none of too many columns."""
        if len(self.columns) > MOST_STEPS:
            return {}
        seen, decided, turned = (np.concatenate(part) for part in zip(*self.seen, strict=True))
        rows, said, _ = self._kept(seen, decided, turned, AT_LEAST)
        some = self.chance.permutation(len(rows))[:EXAMPLES]
        rows, said = rows[some], said[some]
        wanted = [int(label) for label in np.unique(self.labels[self.left]) if 0 < (said == label).mean() < 1]
        return {label: AdditiveSteps.fitted(rows, said == label, self.columns) for label in wanted}

    def _chosen(
        self, stand_in: AdditiveSteps, rows: Int[Array, " own"]
    ) -> tuple[Int[Array, "noise own movable"], Float[Array, "noise own movable"]]:
        """The candidates that a stand-in finds least like the label, each with more chance added than the one before."""
        shape = len(NOISE), len(rows), len(self.columns), CANDIDATES
        kinds = np.broadcast_to(np.minimum(np.arange(CANDIDATES), BETWEEN), shape)
        between = np.stack([self._between(rows, shape[:-1]) for _ in range(CANDIDATES)], axis=-1)
        values = np.stack([self._values(kinds[..., at], between[..., at], rows) for at in range(CANDIDATES)], axis=-1)
        heights = np.stack([stand_in.heights_of(at, values[:, :, at]) for at in range(len(self.columns))], axis=2)
        noise = np.asarray(NOISE)[:, None, None, None] * self.chance.gumbel(size=shape)
        best = (noise - heights).argmax(axis=-1)[..., None]
        kind, value = (np.take_along_axis(part, best, axis=-1)[..., 0] for part in (kinds, between))
        return kind, value

    def _between(self, rows: Int[Array, " some"], shape: tuple[int, int, int]) -> Float[Array, "version some movable"]:
        """How far from the low to the high end: to where a row of the same label turned if it can be reached, else anywhere."""
        turned = np.setdiff1d(np.arange(len(self.labels)), self.left)
        drawn = alike(self.labels[rows], self.labels[turned], shape, self.chance)
        values = np.append(self.best[np.ix_(turned, self.columns)], np.full((1, shape[2]), np.inf), axis=0)  # for none
        low, high = self.low[rows], self.high[rows]
        at = (values[drawn, np.arange(shape[2])] - low) / np.where(high > low, high - low, np.inf)
        return np.where((at >= 0) & (at <= 1), at, self.chance.random(shape))

    def _values(
        self,
        kinds: Int[Array, "version some movable"],
        between: Float[Array, "version some movable"],
        rows: Int[Array, " some"],
    ) -> Float[Array, "version some movable"]:
        home, low, high = self.origin[rows], self.low[rows], self.high[rows]
        inside = low + between * (high - low)
        return np.where(kinds == HOME, home, np.where(kinds == LOW, low, np.where(kinds == HIGH, high, inside)))

    def _kept(
        self, tried: Float[Array, "some column"], said: Int[Array, " some"], wrong: Bool[Array, " some"], least: int
    ) -> tuple[Float[Array, "few column"], Int[Array, " few"], Bool[Array, " few"]]:
        """All decisions that turned, and some of the others."""
        others = self.chance.permutation(np.flatnonzero(~wrong))[: max(BESIDE * int(wrong.sum()), least)]
        few = np.concatenate([np.flatnonzero(wrong), others])
        return tried[few], said[few], wrong[few]
