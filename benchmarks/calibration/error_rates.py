"""False harm, false clearing and power, counted over simulated audits."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.calibration.audits import RATES, SHAPE, Truth, Verdicts, heavy_tailed, measured, verdicts
from benchmarks.calibration.claims import Seen, Target, claim
from interplay.arrays import Array, Bool, Float
from interplay.statistics.group_sequential import Looks

LOOKS = Looks((5, 8, 12, 16, 20))
FIVE_PERCENT, SIX_PERCENT = Target(at_most=0.05), Target(at_most=0.06)
BOUND = Target(at_most=0.07)
"""Of a 95 % bound that has to hold in 93 % or more."""
HARMS = np.array([1.5, 2.0, 3.0, 4.0])
EXAMINED = 30
"""In the power audits, how many cells are truly harmed."""


@dataclass(frozen=True)
class NullAudits:
    """No effect is larger than the tolerance: none at all, or every one exactly at it. Also judged at growing sizes."""

    repetitions: int
    rows: int = 1_000
    draws: int = 200
    members: tuple[int, ...] = (5, 16)

    def once(self, random: np.random.Generator) -> Iterator[Seen]:
        """One audit under both truths."""
        spreads = heavy_tailed(random)
        truths = {
            "none": Truth(np.zeros(SHAPE), spreads),
            "at the tolerance": Truth(np.ones(SHAPE), spreads),
        }
        found = measured(random, tuple(truths.values()), max(*self.members, *LOOKS.members), (self.rows,), self.draws)
        for name, measurements in zip(truths, found.values(), strict=True):
            for members in self.members:
                setting = {"effects": name, "members": members, "rows": self.rows}
                yield from _false_harm(verdicts(measurements, members), setting)
        at_looks = [verdicts(measurements, members, LOOKS) for members in LOOKS.members]
        yield from _over_looks(at_looks, {"effects": "at the tolerance", "rows": self.rows})


def _false_harm(found: Verdicts, setting: dict[str, Any]) -> Iterator[Seen]:
    yield Seen(claim("an audit with a false harm, Holm", FIVE_PERCENT, **setting), float(found.strict.any()), 1)
    yield Seen(
        claim("an audit with a false harm, Benjamini-Hochberg", FIVE_PERCENT, **setting), float(found.harm.any()), 1
    )
    if setting["effects"] == "at the tolerance":
        yield _cells("a bound above the tolerance, one look", BOUND, setting, found.above)
        yield _cells("cleared at exactly the tolerance, one look", BOUND, setting, found.below)


def _over_looks(found: Sequence[Verdicts], setting: dict[str, Any]) -> Iterator[Seen]:
    """Whether it happened at any look."""
    strict, above, below = (
        np.any([getattr(one, what) for one in found], axis=0) for what in ("strict", "above", "below")
    )
    yield Seen(claim("an audit with a false harm at any look, Holm", SIX_PERCENT, **setting), float(strict.any()), 1)
    yield _cells("a bound above the tolerance at any look", SIX_PERCENT, setting, above)
    yield _cells("cleared at exactly the tolerance at any look", SIX_PERCENT, setting, below)


@dataclass(frozen=True)
class PlentifulRows:
    """Looks at the tolerance where rows decide little, so that every look brings much that is new."""

    repetitions: int
    rows: int = 5_000
    draws: int = 200

    def once(self, random: np.random.Generator) -> Iterator[Seen]:
        """One audit at every look."""
        truth = Truth(np.ones(SHAPE), np.full(SHAPE, 1.0))
        found = measured(random, (truth,), max(LOOKS.members), (self.rows,), self.draws)[0, self.rows]
        at_looks = [verdicts(found, members, LOOKS) for members in LOOKS.members]
        yield from _over_looks(at_looks, {"effects": "at the tolerance, equal spreads", "rows": self.rows})


@dataclass(frozen=True)
class MixedAudits:
    """Between 10 and 30 % of the cells are truly harmed, by 1.5 to 4 tolerances."""

    repetitions: int
    rows: int = 1_000
    draws: int = 200
    members: tuple[int, ...] = (5, 16)

    def once(self, random: np.random.Generator) -> Iterator[Seen]:
        """One audit, the other cells between no effect and the tolerance, or all at it."""
        spreads = heavy_tailed(random)
        harmed = random.random(SHAPE) < random.uniform(0.1, 0.3)
        harms = random.choice(HARMS, SHAPE)
        truths = {
            "up to the tolerance": Truth(np.where(harmed, harms, random.uniform(-1, 1, SHAPE)), spreads),
            "at the tolerance": Truth(np.where(harmed, harms, 1.0), spreads),
        }
        found = measured(random, tuple(truths.values()), max(self.members), (self.rows,), self.draws)
        for (name, truth), measurements in zip(truths.items(), found.values(), strict=True):
            for members in self.members:
                setting = {"other effects": name, "members": members, "rows": self.rows}
                yield from _discoveries(verdicts(measurements, members), truth.effects, setting)


def _discoveries(found: Verdicts, effects: Float[Array, "treatment metric"], setting: dict[str, Any]) -> Iterator[Seen]:
    false = (found.harm & (effects <= 1 + 1e-9)).sum() / max(found.harm.sum(), 1)
    yield Seen(claim("false among the harms found, Benjamini-Hochberg", FIVE_PERCENT, **setting), float(false), 1)
    twice = np.abs(effects - 2) < 1e-9
    yield _cells("cleared at twice the tolerance", FIVE_PERCENT, setting, found.clear, twice)
    yield _cells("harm found at 1.5 to 4 tolerances", None, setting, found.harm, effects > 1 + 1e-9)


@dataclass(frozen=True)
class Power:
    """One cell of ten is harmed by exactly twice the tolerance, with a stated spread; the others have any spread."""

    repetitions: int
    members: int = 16
    rows: tuple[int, ...] = (1_000, 2_000, 5_000)
    draws: int = 200

    def once(self, random: np.random.Generator) -> Iterator[Seen]:
        """One audit under both spreads, the harmed cells among the rates."""
        harmed = np.zeros(SHAPE, dtype=bool)
        rates = harmed[:, RATES]
        rates.flat[random.choice(rates.size, EXAMINED, replace=False)] = True
        harmed[:, RATES] = rates
        others = heavy_tailed(random)
        targets = {0.5: Target(at_least=0.90), 1.0: Target(at_least=0.80)}
        truths = [Truth(np.where(harmed, 2.0, 0.0), np.where(harmed, spread, others)) for spread in targets]
        found = measured(random, truths, self.members, self.rows, self.draws)
        for (place, rows), measurements in found.items():
            spread, target = list(targets.items())[place]
            setting = {"spread in tolerances": spread, "members": self.members, "rows": rows}
            says = verdicts(measurements, self.members)
            asked = target if rows == max(self.rows) else None
            yield _cells("harm found at twice the tolerance", asked, setting, says.harm, harmed)


def _cells(
    check: str,
    target: Target | None,
    setting: dict[str, Any],
    happened: Bool[Array, "treatment metric"],
    where: Bool[Array, "treatment metric"] | None = None,
) -> Seen:
    some = happened if where is None else happened[where]
    return Seen(claim(check, target, **setting), float(some.sum()), some.size)
