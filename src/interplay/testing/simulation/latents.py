"""The random numbers behind simulated members and rows, before any treatment changes anything.

A row is decided by a member of a treatment on a latent score

    level + row + row by member + row by treatment + row by member by treatment + member + member by treatment

All parts are normal and independent, and treatments are alike in law. A table has evaluated rows, half as many that
calibrate prediction sets and a quarter as many that tune; of the evaluated rows a third are test rows and the others are
rows of the pool, evaluated for the members that did not train on them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import special

from interplay import streams
from interplay.arrays import Array, Bool, Float, Int

GROUPINGS: Mapping[str, int] = {"half": 10, "minority": 3}
PATTERN = 20
"""Two groupings, and in how many of so many rows the second group is found."""

ROW, ROW_BY_MEMBER, UNLIKE = 1.5, 0.35, 0.4
ROW_BY_TREATMENT, ROW_BY_BOTH = 0.4, 0.3
MEMBER, MEMBER_BY_TREATMENT = 0.05, 0.07
VARIANCE = (
    ROW**2
    + ROW_BY_MEMBER**2 * np.exp(2 * UNLIKE**2)
    + ROW_BY_TREATMENT**2
    + ROW_BY_BOTH**2
    + MEMBER**2
    + MEMBER_BY_TREATMENT**2
)
"""Standard deviations of the parts, and the variance of a score; `UNLIKE` is that of the logarithm of a member's own
`ROW_BY_MEMBER`, so that some members agree with others less. At an accuracy of .84 two members disagree on 9 % of the rows,
and the differences of members between two treatments scatter by half a tolerance of accuracy."""

EVALUATED, CALIBRATION, TUNING = 0, 1, 2
SIZES = {EVALUATED: 1.0, CALIBRATION: 0.5, TUNING: 0.25}
"""Rows of each part for one evaluated row."""
_FEW = {EVALUATED: 1.0, CALIBRATION: 0.0, TUNING: 0.25}

Draw = Callable[[np.random.Generator, int], Array]
"""An array over so many rows."""


@dataclass(frozen=True)
class Shape:
    """How many treatments, members, evaluated rows and row draws there are.

    Where treatments are `alike` they have the same random numbers, so that their differences show what was changed and
    nothing else; rows are then spread evenly over their distribution.
    """

    treatments: int
    members: int
    rows: int
    draws: int
    alike: bool = False

    def parts(self, rows: int) -> list[int]:
        """How many rows every part has where so many are evaluated."""
        return [int(size * rows) for size in (_FEW if self.alike else SIZES).values()]


@dataclass(frozen=True, eq=False)
class Latents:
    """The random numbers of one simulated audit, or of its first members and rows.

    `kept` are the rows looked at, in the order of evaluated, calibration and tuning rows.
    """

    seed: int
    shape: Shape
    members: int
    rows: int

    @classmethod
    def of(cls, seed: int, shape: Shape) -> "Latents":
        """All members and rows."""
        return cls(seed, shape, shape.members, shape.rows)

    def first(self, members: int, rows: int) -> "Latents":
        """The first so many members and evaluated rows, with calibration and tuning rows in proportion."""
        fewer = Latents(self.seed, self.shape, members, rows)
        fewer.__dict__["_drawn"] = self._drawn
        return fewer

    @cached_property
    def part(self) -> Int[Array, " row"]:
        """Which part every row belongs to."""
        return np.repeat(list(SIZES), self.shape.parts(self.rows))

    @cached_property
    def labels(self) -> Int[Array, " row"]:
        """1 where the label is favourable: for 65 % of the rows, 10 points fewer in each second group."""
        rate = 0.65 - 0.1 * sum(self.codes(name) for name in GROUPINGS)
        return (self.uniform("labels") < rate).astype(np.int64)

    def codes(self, grouping: str) -> Int[Array, " row"]:
        """The group of every row: a pattern that repeats, so that the shares hold among the first rows too."""
        place = self._places % PATTERN
        pattern = np.arange(PATTERN) if grouping == "half" else (np.arange(PATTERN) * 7 + 3) % PATTERN
        return (pattern[place] < GROUPINGS[grouping]).astype(np.int64)

    @cached_property
    def inside(self) -> Bool[Array, "member row"]:
        """Which members trained on which rows of the pool."""
        drawn = self._crosswise("inside", "uniform")
        return np.asarray((drawn[0] < 0.5) & (self.part == EVALUATED) & (self._places % 3 != 0))

    @cached_property
    def weights(self) -> Float[Array, "draw row"]:
        """Row-bootstrap weights as an audit draws them."""
        return np.concatenate([np.ones((1, len(self.part))), self._kept("weights", self._weights)])

    def score(self, name: str = "decision", scale: float = 1.0) -> Float[Array, "treatment member row"]:
        """A latent score without its level, `scale` times as wide."""
        return scale * self._kept(name, self._scores)

    def normal(self, name: str) -> Float[Array, " row"]:
        """A standard normal number of every row, the same for all members and treatments."""
        return self._kept(f"row normal {name}", lambda random, rows: random.standard_normal(rows))

    def uniform(self, name: str) -> Float[Array, " row"]:
        """A number between 0 and 1 of every row."""
        draw = _even if self.shape.alike else (lambda random, rows: random.random(rows))
        return self._kept(f"row uniform {name}", draw)

    def of_members(self, name: str) -> Float[Array, "member one"]:
        """A standard normal number of every member, the same for all treatments and rows."""
        drawn = self._kept(f"member {name}", lambda random, _: self._members(random, 1)[..., None])
        return np.asarray(drawn[0])

    def own(self, name: str) -> Float[Array, "treatment member row"]:
        """Standard normal numbers of every member and row, of which 70 % of the variance is common to all treatments."""
        return self._crosswise(name, "normal")

    def _crosswise(self, name: str, law: str) -> Float[Array, "treatment member row"]:
        def draw(random: np.random.Generator, rows: int) -> Array:
            shape = self.shape.treatments, self.shape.members, rows
            if law == "uniform":
                return random.random((1, *shape[1:]))
            common, apart = random.standard_normal((1, *shape[1:])), random.standard_normal(shape)
            apart = apart[:1] if self.shape.alike else apart
            return np.broadcast_to(np.sqrt(0.7) * common + np.sqrt(0.3) * apart, shape)

        return self._kept(f"own {name}", draw)

    def _scores(self, random: np.random.Generator, rows: int) -> Float[Array, "treatment member row"]:
        treatments, members = self.shape.treatments, self.shape.members
        apart = 1 if self.shape.alike else treatments
        row = special.ndtri(_even(random, rows)) if self.shape.alike else random.standard_normal(rows)
        own = ROW_BY_MEMBER * np.exp(UNLIKE * self._members(random, 1))[..., None]
        score = ROW * row + own * random.standard_normal((1, members, rows))
        score = score + ROW_BY_TREATMENT * random.standard_normal((apart, 1, rows))
        score += ROW_BY_BOTH * random.standard_normal((apart, members, rows))
        score += MEMBER * self._members(random, 1)[..., None]
        score += MEMBER_BY_TREATMENT * self._members(random, apart)[..., None]
        return np.broadcast_to(score, (treatments, members, rows))

    def _members(self, random: np.random.Generator, treatments: int) -> Float[Array, "treatment member"]:
        """Standard normal numbers of members; where treatments are alike they are spread evenly, with mirror images."""
        shape = treatments, self.shape.members
        if not self.shape.alike:
            return np.asarray(random.standard_normal(shape))
        half = -(-self.shape.members // 2)
        places = np.stack([random.permutation(half) + random.random() for _ in range(treatments)])
        above = special.ndtri(0.5 + places / (2 * half))
        return np.concatenate([above, -above], axis=1)[:, : self.shape.members]

    def _weights(self, random: np.random.Generator, rows: int) -> Float[Array, "draw row"]:
        return random.exponential(size=(self.shape.draws, rows))

    def _kept(self, name: str, draw: Draw) -> Array:
        """An array over all members and rows, drawn once, at those that are looked at."""
        if name not in self._drawn:
            rows = sum(self.shape.parts(self.shape.rows))
            self._drawn[name] = draw(streams.generator(self.seed, f"simulation: {name}"), rows)
        drawn = self._drawn[name]
        kept = drawn if drawn.shape[-1] == 1 else drawn[..., self._places]
        return np.asarray(kept[:, : self.members] if kept.ndim == 3 else kept)

    @cached_property
    def _drawn(self) -> dict[str, Array]:
        return {}

    @cached_property
    def _places(self) -> Int[Array, " row"]:
        """The rows among all rows."""
        starts = np.concatenate([[0], np.cumsum(self.shape.parts(self.shape.rows))[:-1]])
        counts = self.shape.parts(self.rows)
        return np.concatenate([start + np.arange(count) for start, count in zip(starts, counts, strict=True)])


def _even(random: np.random.Generator, rows: int) -> Float[Array, " row"]:
    """Numbers between 0 and 1 spread evenly among the rows of every place in the pattern of groups."""
    numbers = np.empty(rows)
    for place in range(PATTERN):
        count = len(numbers[place::PATTERN])
        numbers[place::PATTERN] = (random.permutation(count) + random.random()) / count
    return numbers
