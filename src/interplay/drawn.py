"""Row values that depend on the draw of the row weights, because what makes them was fitted anew with those weights.

Most rows have the same value in every draw: they lie far from every limit. Sums over rows use that (see
`interplay.sums`): such a row is one number, and only the others are worked out draw by draw.
"""

import abc
from dataclasses import dataclass, fields, replace
from typing import Self

import numpy as np

from interplay.arrays import Array, Bool, Float, Int

LARGEST_ODDS = 500.0
"""Log-odds beyond which a probability is 1 to any digit, and its exponential still a number."""


@dataclass(frozen=True, eq=False)
class Drawn(abc.ABC):
    """A number for every member, draw and row; fields are arrays, or numbers for all rows."""

    @abc.abstractmethod
    def at(self, order: Int[Array, " few"]) -> Self:
        """The values of some rows."""

    @abc.abstractmethod
    def shared(self) -> tuple[Float[Array, "member some"], Bool[Array, "member some"]]:
        """The value of every row that has the same one in all draws, and which rows have not."""

    @abc.abstractmethod
    def of(self, member: int, rows: Int[Array, " few"]) -> Float[Array, "few draw"]:
        """The values of some rows of a member in every draw."""

    @property
    def contents(self) -> tuple[Array, ...]:
        """All that the values are made of, by which they are recognised."""
        name = np.frombuffer(type(self).__name__.encode(), dtype=np.uint8)
        return name, *(np.asarray(getattr(self, field.name)) for field in fields(self))


Part = Int[Array, " some"] | Int[Array, "some score"]
"""Which of several limits holds for a row, or for each of its scores; -1 is the last one."""


def edges(
    limits: Float[Array, "member draw part"], part: Part
) -> tuple[Float[Array, "member some score"], Float[Array, "member some score"]]:
    """The smallest and the largest limit of all draws for every row and score; of one score where all of a row's share it.

    Example:
        >>> [edge.tolist() for edge in edges(np.array([[[0.5, 0.1], [0.9, 0.2]]]), np.array([0]))]
        [[[[0.5]]], [[[0.9]]]]
    """
    each = part if part.ndim == 2 else part[:, None]
    return limits.min(axis=1)[:, each], limits.max(axis=1)[:, each]


def limits_of(limits: Float[Array, "draw part"], part: Part, scores: int) -> Float[Array, "score some draw"]:
    """The limits of every one of so many scores, row and draw.

    Example:
        >>> limits_of(np.array([[0.5, 0.1], [0.9, 0.2]]), np.array([[1, 0]]), 2).tolist()
        [[[0.1, 0.2]], [[0.5, 0.9]]]
    """
    each = part if part.ndim == 2 else part[:, None]
    return np.broadcast_to(limits.T[each], (len(part), scores, len(limits))).swapaxes(0, 1)


def within(scores: Array, limits: Array, strict: bool) -> Bool[Array, "*any"]:
    """Which scores lie within their limits: at most, or below them if `strict`."""
    return np.asarray(scores < limits if strict else scores <= limits)


@dataclass(frozen=True, eq=False)
class Within(Drawn):
    """How many of a row's scores lie within the limit of its part, or each within a limit of its own.

    value(member, draw, row) = number of scores(member, row) with score <= limit(member, draw, part(row)), < if `strict`

    Example:
        >>> sizes = Within(np.array([[[0.2, 0.8]]]), np.array([[[0.5], [0.9]]]), np.array([0]))
        >>> sizes.of(0, np.array([0])).tolist()
        [[1.0, 2.0]]
    """

    scores: Float[Array, "member some score"]
    limits: Float[Array, "member draw part"]
    part: Part
    strict: bool = False

    def at(self, order: Int[Array, " few"]) -> Self:
        return replace(self, scores=self.scores[:, order], part=self.part[order])

    def shared(self) -> tuple[Float[Array, "member some"], Bool[Array, "member some"]]:
        always, ever = self._fewest_and_most()
        return always.astype(np.float64), always != ever

    def of(self, member: int, rows: Int[Array, " few"]) -> Float[Array, "few draw"]:
        scores = self.scores[member, rows].T
        values = np.zeros((len(rows), self.limits.shape[1]))
        for score, limits in zip(scores, limits_of(self.limits[member], self.part[rows], len(scores)), strict=True):
            values += within(score[:, None], limits, self.strict)
        return values

    def _fewest_and_most(self) -> tuple[Int[Array, "member some"], Int[Array, "member some"]]:
        """How many scores lie within their limits in every draw, and in some."""
        low, high = edges(self.limits, self.part)
        always, ever = (within(self.scores, edge, self.strict).sum(axis=2) for edge in (low, high))
        return always, ever


@dataclass(frozen=True, eq=False)
class MoreWithin(Within):
    """Whether more than `number` of a row's scores lie within their limits; limits as in `Within`.

    Example:
        >>> both = MoreWithin(np.array([[[0.2, 0.8]]]), np.array([[[0.5], [0.9]]]), np.array([0]), number=1)
        >>> both.of(0, np.array([0])).tolist()
        [[0.0, 1.0]]
    """

    number: int = 0

    def shared(self) -> tuple[Float[Array, "member some"], Bool[Array, "member some"]]:
        always, ever = (count > self.number for count in self._fewest_and_most())
        return always.astype(np.float64), always != ever

    def of(self, member: int, rows: Int[Array, " few"]) -> Float[Array, "few draw"]:
        return (super().of(member, rows) > self.number).astype(np.float64)


@dataclass(frozen=True, eq=False)
class Decided(Drawn):
    """Whether a row's decision for or against the favourable class is the wanted one.

    threshold(member, draw, row) = low of the row's part where uniform(row) < chance of the part, else high
    value(member, draw, row) = 1 where (margin(member, row) >= threshold(member, draw, row)) is wanted(row), else 0

    Example:
        >>> cuts = np.array([[[0.0], [2.0]]])
        >>> rows = np.array([0, 0])
        >>> right = Decided(np.array([[1.0, 3.0]]), cuts, cuts, np.ones((1, 2, 1)), rows, rows / 1.0, rows == 0)
        >>> right.of(0, np.arange(2)).tolist()
        [[1.0, 0.0], [1.0, 1.0]]
    """

    margins: Float[Array, "member some"]
    low: Float[Array, "member draw part"]
    high: Float[Array, "member draw part"]
    chance: Float[Array, "member draw part"]
    part: Int[Array, " some"]
    uniform: Float[Array, " some"]
    wanted: Bool[Array, " some"]

    def at(self, order: Int[Array, " few"]) -> "Decided":
        taken = {name: getattr(self, name)[order] for name in ("part", "uniform", "wanted")}
        return replace(self, margins=self.margins[:, order], **taken)

    def shared(self) -> tuple[Float[Array, "member some"], Bool[Array, "member some"]]:
        always = self.margins >= self.high.max(axis=1)[:, self.part]
        ever = self.margins >= self.low.min(axis=1)[:, self.part]
        return (always == self.wanted).astype(np.float64), ever & ~always

    def of(self, member: int, rows: Int[Array, " few"]) -> Float[Array, "few draw"]:
        part, margins, wanted = self.part[rows], self.margins[member, rows, None], self.wanted[rows, None]
        limits = self.high[member].T[part]
        if self.low is not self.high:
            lower = self.uniform[rows, None] < self.chance[member].T[part]
            limits = np.where(lower, self.low[member].T[part], limits)
        return ((margins >= limits) == wanted).astype(np.float64)


@dataclass(frozen=True, eq=False)
class Cuts:
    """Where the favourable decision of every draw begins, with two labels: it was fitted anew with the draw's weights.

    favourable(member, draw, row) = margin(member, row) >= low of the row's part where uniform(row) < its chance, else high

    `margins` are log-odds of the favourable label as refitted at unit weights, so that only the cuts move. What an attack
    found on a row has its own margins, and the row's part and number.
    """

    margins: Float[Array, "member some"]
    low: Float[Array, "member draw part"]
    high: Float[Array, "member draw part"]
    chance: Float[Array, "member draw part"]
    part: Int[Array, " some"]
    uniform: Float[Array, " some"]

    def where(self, wanted: Bool[Array, " some"]) -> Decided:
        """1 where a row is decided favourably and that is wanted, or otherwise and that is wanted; else 0."""
        return Decided(self.margins, self.low, self.high, self.chance, self.part, self.uniform, wanted)

    def of(self, draw: int) -> Bool[Array, "member some"]:
        """Which rows are decided favourably in one draw."""
        low, high, chance = (values[:, draw][:, self.part] for values in (self.low, self.high, self.chance))
        return np.asarray(self.margins >= np.where(self.uniform < chance, low, high))

    def moved(self, rows: Int[Array, " few"], margins: Float[Array, "member few"]) -> "Cuts":
        """The same cuts for other margins of some rows."""
        return replace(self, margins=margins, part=self.part[rows], uniform=self.uniform[rows])


@dataclass(frozen=True, eq=False)
class Refits:
    """The log-odds of the favourable label in every draw, with two labels: scale * margin + shift, margins as in `Cuts`.

    At draw 0 the scale is 1 and the shift 0.
    """

    margins: Float[Array, "member row"]
    scale: Float[Array, "member draw"]
    shift: Float[Array, "member draw"]

    @property
    def zeros(self) -> Float[Array, "member draw"]:
        """The margins at which the refitted log-odds are zero."""
        return np.asarray(-self.shift / self.scale)


@dataclass(frozen=True, eq=False)
class Rescored(Drawn):
    """A row's own log-odds on the scale and with the intercept of the draw, as a loss.

    odds(member, draw, row) = sign(row) * (scale(member, draw) * margin(member, row) + shift(member, draw))

    with the sign +1 where the row's label is the favourable one and -1 otherwise, so that odds are those of the label.
    """

    margins: Float[Array, "member some"]
    scale: Float[Array, "member draw"]
    shift: Float[Array, "member draw"]
    sign: Float[Array, " some"]

    def at(self, order: Int[Array, " few"]) -> Self:
        return replace(self, margins=self.margins[:, order], sign=self.sign[order])

    def shared(self) -> tuple[Float[Array, "member some"], Bool[Array, "member some"]]:
        return np.zeros(self.margins.shape), np.ones(self.margins.shape, dtype=bool)

    def of(self, member: int, rows: Int[Array, " few"]) -> Float[Array, "few draw"]:
        odds = self.margins[member, rows, None] * self.scale[member] + self.shift[member]
        odds *= self.sign[rows, None]
        return self.loss(odds)

    @abc.abstractmethod
    def loss(self, odds: Float[Array, "few draw"]) -> Float[Array, "few draw"]:
        """The loss at these log-odds of the label."""


@dataclass(frozen=True, eq=False)
class Surprise(Rescored):
    """-log p(label), in nats.

    Example:
        >>> half = Surprise(np.zeros((1, 1)), np.ones((1, 1)), np.zeros((1, 1)), np.ones(1))
        >>> half.of(0, np.array([0])).round(4).tolist()
        [[0.6931]]
    """

    def loss(self, odds: Float[Array, "few draw"]) -> Float[Array, "few draw"]:
        return np.asarray(np.maximum(-odds, 0.0) + np.log(1.0 + np.exp(-np.abs(odds))))


@dataclass(frozen=True, eq=False)
class SquaredDistance(Rescored):
    """The squared distance between the probabilities of both labels and what happened: 2 * (1 - p(label)) ** 2.

    Example:
        >>> half = SquaredDistance(np.zeros((1, 1)), np.ones((1, 1)), np.zeros((1, 1)), np.ones(1))
        >>> half.of(0, np.array([0])).tolist()
        [[0.5]]
    """

    def loss(self, odds: Float[Array, "few draw"]) -> Float[Array, "few draw"]:
        wrong = 1.0 / (1.0 + np.exp(np.minimum(odds, LARGEST_ODDS)))
        return np.asarray(2.0 * wrong * wrong)
