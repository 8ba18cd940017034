"""The whole audit of Adult: all rows, 8 treatments of 16 members, 20 epochs, and what is measured on each member."""

from dataclasses import dataclass, field
from functools import cache
from itertools import product

import numpy as np
from numpy.typing import NDArray

from benchmarks import adult
from benchmarks.work import Attack, Raw, Recipe, encoder_of

MEMBERS = 16
EPOCHS = 20
CALIBRATION_ROWS = 6_281
EXPLAINED_ROWS = 100
ATTACKED_ROWS = 1_000
COVERAGE = 0.9
EVALUATION_STEPS = 20


@dataclass(frozen=True)
class Treatment:
    """Which of the three training interventions are on."""

    reweighed: bool = False
    private: bool = False
    adversarial: bool = False

    @property
    def kind(self) -> str:
        """What decides the cost of training; row weights cost nothing."""
        return "+".join(name for name, on in (("dp", self.private), ("pgd", self.adversarial)) if on) or "plain"


TREATMENTS = tuple(Treatment(*settings) for settings in product((False, True), repeat=3))


@dataclass(frozen=True)
class Part:
    """Some rows: raw, one-hot, labels and groups."""

    raw: NDArray[np.float64]
    inputs: NDArray[np.float32]
    labels: NDArray[np.int64]
    groups: dict[str, NDArray[np.int64]]

    def __len__(self) -> int:
        return len(self.labels)


@dataclass(frozen=True)
class AuditWork:
    """What the glued and the lean audit both compute on."""

    source: str
    raw: Raw
    train: Part
    calibration: Part
    test: Part
    membership: NDArray[np.bool_]
    reweighing: NDArray[np.float32]
    movable: NDArray[np.bool_]
    recipe: Recipe = field(default_factory=Recipe)

    @property
    def width(self) -> int:
        """The number of one-hot columns."""
        return self.train.inputs.shape[1]

    @property
    def evaluation_attack(self) -> Attack:
        """The attack that robustness is measured with: twice the steps of the one trained against."""
        return Attack(self.recipe.attack.radius, EVALUATION_STEPS)


@cache
def load() -> AuditWork:
    """The audit's work, the same in every process. "?" is a category of its own."""
    fitted, tested = adult.table("adult.data"), adult.table("adult.test")
    raw = encoder_of([fitted, tested])
    rest = np.arange(len(fitted), len(raw.rows))
    np.random.default_rng(16_281).shuffle(rest)
    calibration, test = rest[:CALIBRATION_ROWS], rest[CALIBRATION_ROWS:]
    train = _part(raw, np.arange(len(fitted)))
    source = "Adult" if adult.is_published() else "synthetic, shaped like Adult"
    return AuditWork(
        source,
        raw,
        train,
        _part(raw, calibration),
        _part(raw, test),
        _membership(len(train)),
        _reweighing(train.groups["sex"], train.labels),
        np.arange(raw.width) < raw.numeric,
    )


def _part(raw: Raw, chosen: NDArray[np.int64]) -> Part:
    rows = raw.rows[chosen]
    return Part(rows, raw.encode(rows), raw.labels[chosen], raw.groups(rows))


def _membership(rows: int) -> NDArray[np.bool_]:
    """Which member trains on which row: every row in exactly half of the members."""
    generator = np.random.default_rng(MEMBERS)
    ranks = generator.random((MEMBERS, rows)).argsort(axis=0)
    return ranks < MEMBERS // 2


def _reweighing(groups: NDArray[np.int64], labels: NDArray[np.int64]) -> NDArray[np.float32]:
    """Kamiran and Calders: P(group) P(label) / P(group, label)."""
    counts = np.zeros((groups.max() + 1, 2))
    np.add.at(counts, (groups, labels), 1.0)
    weights = counts.sum(axis=1, keepdims=True) * counts.sum(axis=0) / (counts * counts.sum())
    return weights[groups, labels].astype(np.float32)
