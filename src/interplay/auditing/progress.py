"""How far a run is, and how long it still takes."""

import time
from collections.abc import Mapping

from interplay.design.cost import rates_tried, stacks
from interplay.design.plan import Design

STAGE_WEIGHTS = {
    "settle": 0.04,
    "tune": 0.26,
    "train": 0.26,
    "measure": 0.28,
    "look": 0.06,
    "compare": 0.06,
    "decide": 0.02,
    "report": 0.02,
}
"""Rough shares of a run's time; within a stage, progress counts models or treatments."""


class Meter:
    """Counts finished units and tells the share done and the time left, from the pace so far."""

    def __init__(
        self, design: Design, units: Mapping[str, int] | None = None, weights: Mapping[str, float] | None = None
    ) -> None:
        """Units of work and rough shares of the time, by stage in their order; those of a whole run when left out."""
        self._units = units or _of_a_run(design)
        self._weights = weights or _shares(design)
        self._done: dict[str, int] = {}
        self._stage = ""
        self._start = time.monotonic()
        self._began = 0.0

    def note(self, stage: str, done: int) -> None:
        """Take note of `done` more units of a stage; 0 says that it begins, or that what was told was read back."""
        read_back = done == 0 and (stage in self._done or not any(self._done.values()))
        self._stage = stage
        self._done[stage] = self._done.get(stage, 0) + done
        if read_back:  # from disk, in no time: not to be counted as pace
            self._start, self._began = time.monotonic(), self.share

    @property
    def share(self) -> float:
        """The share done, between 0 and 1."""
        units = self._units.get(self._stage, 1)
        inside = min(self._done.get(self._stage, 0) / units, 1.0)
        return min(self._before(self._stage) + self._weights.get(self._stage, 0.0) * inside, 1.0)

    @property
    def left(self) -> str:
        """The time left in words; empty until a pace can be told."""
        elapsed, gained = time.monotonic() - self._start, self.share - self._began
        if elapsed < 2 or gained < 0.02:
            return ""
        seconds = elapsed * (1 - self.share) / gained
        return f"about {seconds:.0f} s left" if seconds < 90 else f"about {seconds / 60:.0f} min left"

    def _before(self, stage: str) -> float:
        total = 0.0
        for name, weight in self._weights.items():
            if name == stage:
                break
            total += weight
        return total


def _of_a_run(design: Design) -> dict[str, int]:
    trainings = len(design.trainings)
    return {
        "tune": trainings * rates_tried(design.study.model) * len(design.tuning_halves),
        "train": stacks(design) * design.members,
        "measure": stacks(design),
        "look": max(sum(design.looks[1:]) * trainings, 1),
    }


def _shares(design: Design) -> dict[str, float]:
    """`STAGE_WEIGHTS` with what half of the members that may be added takes: training them, and measuring at each look."""
    first, *later = design.looks
    if not later:
        return STAGE_WEIGHTS
    train, measure = STAGE_WEIGHTS["train"], STAGE_WEIGHTS["measure"]
    look = (train * (later[-1] - first) + measure * sum(later)) / first / 4  # a half of them, of one arm in two
    whole = sum(STAGE_WEIGHTS.values()) - STAGE_WEIGHTS["look"] + look
    return {stage: (look if stage == "look" else weight) / whole for stage, weight in STAGE_WEIGHTS.items()}
