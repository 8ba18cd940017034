"""Prediction sets with calibrated thresholds, over all rows or by group."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from types import MappingProxyType
from typing import ClassVar, Literal

import numpy as np

from interplay.arrays import Array, Bool, Float, Int
from interplay.conformal.exposure import exposure
from interplay.conformal.quantile import rows_for, thresholds_in_draws
from interplay.conformal.scores import aps, lac, raps
from interplay.data.groups import Grouping
from interplay.estimates import NotMeasurable
from interplay.evidence import AdversarialScores, Exhibit, ExposedCalibration, PredictionSets, Scores
from interplay.interventions._intervention import Range
from interplay.interventions._layer import NO_GROUP, Ask, HeldOut, Makers, ReleaseIntervention

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

    def too_few(self, sets: "SetIntervention", miscoverage: float) -> str:
        """Why the sets say nothing at this miscoverage; empty when the rows are enough."""
        why = sets.too_few_rows(self.rows, miscoverage)
        return f"{self._who}{why}" if why else ""

    def foreseen(self, sets: "SetIntervention") -> str:
        """The same before the miscoverage is known; empty when the rows are likely enough."""
        if sets.miscoverage is not None:
            return self.too_few(sets, sets.miscoverage)
        if why := self.too_few(sets, LARGEST_DEFAULT):
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


@dataclass(frozen=True)
class SetIntervention(ReleaseIntervention):
    """Prediction sets: label y is in the set of a row where its conformity score is within a calibrated threshold.

    `miscoverage` None means the smaller of 0.1 and half of the control's error rate on the tuning rows. `by_group` says
    whether every group has a threshold of its own.
    """

    releases: ClassVar[type[Exhibit]] = PredictionSets
    ranges: ClassVar[Mapping[str, Range]] = MappingProxyType({"miscoverage": Range(0.0, 1.0, open=True)})
    by_group: ClassVar[bool] = False

    miscoverage: float | None = None
    score: Literal["lac", "aps", "raps"] = "lac"
    strict: bool = False

    def too_few_rows(self, rows: int, miscoverage: float) -> str:
        """Why so many calibration rows make sets that say nothing at this miscoverage; empty when they are enough."""
        needed = rows_for(miscoverage)
        if rows >= needed:
            return ""
        return (
            f"{rows} calibration rows, {needed} needed at a miscoverage of {miscoverage:.3g}: the sets hold every label by "
            "construction"
        )

    def release(self, ask: Ask, held_out: HeldOut) -> PredictionSets | NotMeasurable:
        """Sets on all rows, calibrated on the calibration rows of every draw."""
        scores, parts = ask(Scores), self._calibrated(held_out)
        if isinstance(scores, NotMeasurable):
            return scores
        if isinstance(parts, NotMeasurable):
            return parts
        codes, groups = self._codes(held_out)
        uniform, miscoverage = held_out.uniform("set ties"), self._miscoverage(held_out)
        conformity = self._conformity(scores.log_probabilities, uniform)
        limits = self.limits(_of_labels(conformity, held_out), codes, groups, miscoverage, held_out)
        sizes, moved = np.array([part.rows for part in parts]), ask(AdversarialScores)
        found = PredictionSets(conformity, limits, codes, miscoverage, self.strict, calibrated=sizes)
        if isinstance(moved, NotMeasurable):
            return found
        attacked = self._conformity(moved.log_probabilities, uniform[moved.rows])
        return replace(found, attacked=moved.rows, scores_attacked=attacked)

    def exposed(self, ask: Ask, held_out: HeldOut) -> ExposedCalibration | NotMeasurable:
        """How much of every calibration row shows in the threshold of its part."""
        scores, parts = ask(Scores), self._calibrated(held_out)
        if isinstance(scores, NotMeasurable):
            return scores
        if isinstance(parts, NotMeasurable):
            return parts
        rows, (codes, groups) = held_out.calibration, self._codes(held_out)
        conformity = self._conformity(scores.log_probabilities, held_out.uniform("set ties"))
        own = _of_labels(conformity, held_out)[:, rows]
        shown = np.zeros(own.shape)
        for part in range(groups):
            mine = codes[rows] == part
            if mine.any():
                shown[:, mine] = [self.exposure(member[mine], self._miscoverage(held_out)) for member in own]
        return ExposedCalibration(rows, shown)

    def exposure(self, scores: Float[Array, " row"], miscoverage: float) -> Float[Array, " row"]:
        """How far the threshold of these calibration rows lies apart with each of them and without it."""
        return exposure(scores, miscoverage)

    def makers(self, held_out: HeldOut) -> Makers:
        return {**super().makers(held_out), ExposedCalibration: partial(self.exposed, held_out=held_out)}

    def _miscoverage(self, held_out: HeldOut) -> float:
        return held_out.miscoverage if self.miscoverage is None else self.miscoverage

    def _codes(self, held_out: HeldOut) -> tuple[Int[Array, " row"], int]:
        """The part of every row, and how many there are."""
        if self.by_group and held_out.grouping is not None:
            return held_out.grouping.codes, len(held_out.grouping.names)
        return np.zeros(len(held_out.labels), dtype=np.int64), 1

    def _calibrated(self, held_out: HeldOut) -> tuple[CalibrationPart, ...] | NotMeasurable:
        """The parts that are calibrated, or why that says nothing."""
        grouping = held_out.grouping
        if self.by_group and grouping is None:
            return NO_GROUP
        calibrating = np.zeros(len(held_out.labels), dtype=bool)
        calibrating[held_out.calibration] = True
        counted = np.asarray(held_out.counted.any(axis=0))
        parts = tuple(self.parts(grouping, calibrating, counted, held_out.minimum_rows))
        short = [why for part in parts if (why := part.too_few(self, self._miscoverage(held_out)))]
        return NotMeasurable("; ".join(short)) if short else parts

    def parts(
        self,
        grouping: Grouping | None,
        calibrating: Bool[Array, " row"],
        counted: Bool[Array, " row"],
        minimum_rows: int,
    ) -> Iterator[CalibrationPart]:
        """The parts that are calibrated by themselves.

        A group with fewer `counted` rows than a metric needs, and with less than `MINOR` of all of them, has no verdict of
        its own and hardly moves another, so that it is left out.
        """
        if not self.by_group or grouping is None:
            yield CalibrationPart("", int(calibrating.sum()))
            return
        for code, group in enumerate(grouping.names):
            mine = np.equal(grouping.codes, code)
            if int((counted & mine).sum()) >= min(minimum_rows, MINOR * counted.sum()):
                yield CalibrationPart(group, int((calibrating & mine).sum()))

    def _conformity(
        self, log_probabilities: Float[Array, "member some label"], uniform: Float[Array, " some"]
    ) -> Float[Array, "member some label"]:
        if self.score == "lac":
            return lac(log_probabilities)
        return aps(log_probabilities, uniform) if self.score == "aps" else raps(log_probabilities, uniform)

    def limits(
        self, own: Float[Array, "member row"], codes: Array, groups: int, miscoverage: float, held_out: HeldOut
    ) -> Float[Array, "member draw part"]:
        """The thresholds of every member, draw and part, and a last one for rows of no part, from the labels' scores."""
        calibration = held_out.calibration
        weights = held_out.weights[:, calibration]
        return np.stack(
            [
                thresholds_in_draws(
                    scores[calibration],
                    codes[calibration],
                    groups,
                    miscoverage,
                    weights,
                    scores[counted],
                    codes[counted],
                )
                for scores, counted in zip(own, held_out.counted, strict=True)
            ]
        )


def _of_labels(conformity: Float[Array, "member row label"], held_out: HeldOut) -> Float[Array, "member row"]:
    """The conformity scores of the labels that rows have."""
    return np.asarray(np.take_along_axis(conformity, held_out.labels[None, :, None], axis=2)[..., 0])
