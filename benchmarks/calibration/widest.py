"""How often the simultaneous interval of the largest gap holds the largest true gap."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from benchmarks.calibration.claims import Seen, Target, claim
from benchmarks.calibration.coverage import MEMBERS
from benchmarks.calibration.world import Crowd, Draws, effects
from interplay.estimates import Contrast, NotMeasurable, Sample
from interplay.statistics.largest_gap import largest_gap

SHARES = 0.40, 0.25, 0.15, 0.12, 0.08
WORLDS = {
    "all groups alike": (0.85,) * 5,
    "one group apart": (0.85, 0.85, 0.85, 0.85, 0.75),
    "steps of .02": (0.89, 0.87, 0.85, 0.83, 0.81),
}
HELD = Target(at_least=0.90)


@dataclass(frozen=True)
class LargestGaps:
    """Accuracies of five groups of unequal size, of one treatment."""

    repetitions: int
    members: tuple[int, ...] = MEMBERS
    rows: tuple[int, ...] = (500, 5_000)
    draws: int = 200

    def once(self, random: np.random.Generator) -> Iterator[Seen]:
        """The same members and rows in every world."""
        crowd = Crowd.of(random, 0, max(self.members), max(self.rows))
        weights, noise = Draws.of(random, max(self.rows), self.draws), crowd.noise()
        edges = np.cumsum(SHARES)
        for rows in self.rows:
            group = np.searchsorted(edges, (np.arange(rows) % 100 + 0.5) / 100)
            for world, rates in WORLDS.items():
                means = []
                for code, rate in enumerate(rates):
                    own = np.flatnonzero(group == code)
                    correct = noise.at(own).correct(effects(rate, np.zeros(0), np.zeros(0)))
                    means.append(weights.at(own).means(correct)[0])
                sample = _disparity(np.stack(means), np.bincount(group))
                for members in self.members:
                    found = largest_gap(sample.first(members))
                    if isinstance(found, NotMeasurable):
                        raise ValueError(found.reason)
                    setting = {"groups": world, "members": members, "rows": rows}
                    holds = found.low <= max(rates) - min(rates) <= found.high
                    yield Seen(
                        claim("largest gap between five groups, simultaneous 90 % interval", HELD, **setting), holds, 1
                    )


def _disparity(means: np.ndarray, counts: np.ndarray) -> Sample:
    contrasts = tuple(
        Contrast(f"group {first}", means[second] - means[first], int(counts[[first, second]].min()), f"group {second}")
        for second, first in combinations(range(len(means)), 2)
    )
    return Sample(means.max(axis=0) - means.min(axis=0), int(counts.min()), contrasts)
