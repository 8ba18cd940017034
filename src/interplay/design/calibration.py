"""Whether there are enough calibration rows for prediction sets that say anything."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from interplay.arrays import Array, Bool
from interplay.conformal.quantile import rows_for
from interplay.data.dataset import Dataset
from interplay.design.plan import Design, mitigated
from interplay.interventions.group_conformal import GroupConformal
from interplay.interventions.split_conformal import SplitConformal

LARGEST_DEFAULT = 0.1
"""The miscoverage of sets that declare none is at most this, and half of the control's error rate where that is less."""
MINOR = 0.05
"""Groups with a smaller share of the rows move no mean by much."""
LIKELY_ERROR = 0.05
"""A control that errs on so few rows is common; sets whose rows are too few even then are told of beforehand."""


@dataclass(frozen=True)
class CalibrationPart:
    """The calibration rows of one threshold: of all rows, or of a group (`group` is then its name)."""

    group: str
    rows: int

    def too_few(self, miscoverage: float) -> str:
        """Why the sets say nothing at this miscoverage; empty when the rows are enough."""
        needed = rows_for(miscoverage)
        if self.rows >= needed:
            return ""
        return (
            f"{self._who}{self.rows} calibration rows, {needed} needed at a miscoverage of {miscoverage:.3g}: the sets "
            "hold every label by construction"
        )

    def foreseen(self, declared: float | None) -> str:
        """The same before the miscoverage is known; empty when the rows are likely enough."""
        if declared is not None:
            return self.too_few(declared)
        if why := self.too_few(LARGEST_DEFAULT):
            return why
        least = 2 / (self.rows + 1)
        if least <= LIKELY_ERROR:
            return ""
        return (
            f"{self._who}{self.rows} calibration rows: where the control errs on fewer than {least:.1%} of the rows the "
            "sets hold every label by construction; declare a miscoverage, or bring more rows"
        )

    @property
    def _who(self) -> str:
        return f"group {self.group!r}: " if self.group else ""


def calibration_parts(
    layer: SplitConformal | GroupConformal, design: Design, dataset: Dataset, counted: Bool[Array, " row"]
) -> Iterator[CalibrationPart]:
    """The parts that a release of prediction sets calibrates by themselves.

    A group with fewer `counted` rows than a metric needs, and with less than `MINOR` of all of them, has no verdict of its
    own and hardly moves another, so that it is left out.
    """
    calibration = design.split.calibration
    name = mitigated(dataset, design.study.groups.mitigate) if isinstance(layer, GroupConformal) else None
    if name is None:
        yield CalibrationPart("", int(calibration.sum()))
        return
    grouping = dataset.groupings[name]
    for code, group in enumerate(grouping.names):
        mine = np.equal(grouping.codes, code)
        if int((counted & mine).sum()) >= min(design.study.groups.minimum_rows, MINOR * counted.sum()):
            yield CalibrationPart(group, int((calibration & mine).sum()))


def vacuous_sets(design: Design, dataset: Dataset, counted: Bool[Array, " row"]) -> tuple[str, ...]:
    """What is known beforehand of prediction sets that will say nothing, as sentences."""
    found = [
        (name, part.foreseen(layer.miscoverage))
        for name, layer in design.factors.layers.items()
        if isinstance(layer, SplitConformal | GroupConformal)
        for part in calibration_parts(layer, design, dataset, counted)
    ]
    return tuple(f"{name}: {why}" for name, why in found if why)
