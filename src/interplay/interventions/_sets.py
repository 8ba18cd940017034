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
from interplay.interventions._layer import NO_GROUP, Ask, HeldOut, Makers, ReleaseIntervention
from interplay.interventions._parameters import Range

CalibratedBy = Literal["all rows", "group", "class"]
"""What has a threshold of its own."""

LARGEST_DEFAULT = 0.1
"""The miscoverage of sets that declare none is at most this, and half of the control's error rate where that is less."""
MINOR = 0.05
"""Groups with a smaller share of the rows move no mean by much."""
LIKELY_ERROR = 0.05
"""A control that errs on so few rows is common; sets whose rows are too few even then are told of beforehand."""


@dataclass(frozen=True)
class CalibrationPart:
    """The calibration rows of one threshold: of all rows, or of what `of` says, as in "group 'b'" and "class 'no'"."""

    of: str
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
        return f"{self.of}: " if self.of else ""


@dataclass(frozen=True, eq=False)
class OwnScores:
    """The conformity scores of the labels that rows have, from which thresholds come.

    `held_out` says which rows calibrate, and which of the others have a score of the same kind.
    """

    values: Float[Array, "member row"]
    held_out: HeldOut


@dataclass(frozen=True)
class SetIntervention(ReleaseIntervention):
    """Prediction sets: label y is in the set of a row where its conformity score is within a calibrated threshold.

    `miscoverage` None means the smaller of 0.1 and half of the control's error rate on the tuning rows. `calibrated_by`
    says what has a threshold of its own: all rows together, every group of them, or every class. Sets by class hold a label
    where its score is within the threshold of that label, calibrated on the rows that have it. `attacks_calibration` says
    whether calibration rows are attacked for it, which a plan counts.
    """

    releases: ClassVar[type[Exhibit]] = PredictionSets
    ranges: ClassVar[Mapping[str, Range]] = MappingProxyType({"miscoverage": Range(0.0, 1.0, open=True)})
    calibrated_by: ClassVar[CalibratedBy] = "all rows"
    attacks_calibration: ClassVar[bool] = False

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

    def taken_at(self, rows: int, miscoverage: float) -> float:
        """The miscoverage at which the threshold of so many calibration rows is taken: the promised one."""
        del rows
        return miscoverage

    def release(self, ask: Ask, held_out: HeldOut) -> PredictionSets | NotMeasurable:
        """Sets on all rows, calibrated on the calibration rows of every draw."""
        scores = ask(Scores)
        if isinstance(scores, NotMeasurable):
            return scores
        uniform, miscoverage = held_out.uniform("set ties"), self._miscoverage(held_out)
        conformity = self.conformity(scores.log_probabilities, uniform)
        own = self.own_scores(ask, conformity, held_out)
        if isinstance(own, NotMeasurable):
            return own
        parts, (codes, groups) = self._calibrated(own.held_out), self._codes(held_out)
        if isinstance(parts, NotMeasurable):
            return parts
        limits = self.limits(own.values, codes, groups, miscoverage, own.held_out)
        sizes, moved = np.array([part.rows for part in parts]), ask(AdversarialScores)
        part = _each_label(len(codes), groups) if self.calibrated_by == "class" else codes
        found = PredictionSets(
            conformity,
            limits,
            part,
            miscoverage,
            self.strict,
            calibrated=sizes,
            taken_at=self._taken_at(sizes, miscoverage),
        )
        if isinstance(moved, NotMeasurable):
            return found
        attacked = self.conformity(moved.log_probabilities, uniform[moved.rows])
        return replace(found, attacked=moved.rows, scores_attacked=attacked)

    def exposed(self, ask: Ask, held_out: HeldOut) -> ExposedCalibration | NotMeasurable:
        """How much of every calibration row shows in the threshold of its part."""
        scores = ask(Scores)
        if isinstance(scores, NotMeasurable):
            return scores
        conformity = self.conformity(scores.log_probabilities, held_out.uniform("set ties"))
        known = self.own_scores(ask, conformity, held_out)
        if isinstance(known, NotMeasurable):
            return known
        parts = self._calibrated(known.held_out)
        if isinstance(parts, NotMeasurable):
            return parts
        rows, (codes, groups) = known.held_out.calibration, self._codes(held_out)
        own = known.values[:, rows]
        shown = np.zeros(own.shape)
        for part in range(groups):
            mine = codes[rows] == part
            if mine.any():
                shown[:, mine] = [self.exposure(member[mine], self._miscoverage(held_out)) for member in own]
        return ExposedCalibration(rows, shown)

    def own_scores(
        self, ask: Ask, conformity: Float[Array, "member row label"], held_out: HeldOut
    ) -> OwnScores | NotMeasurable:
        """The scores of the labels that rows have; `conformity` are those of every label of the rows as they are."""
        del ask
        return OwnScores(of_labels(conformity, held_out.labels), held_out)

    def exposure(self, scores: Float[Array, " row"], miscoverage: float) -> Float[Array, " row"]:
        """How far the threshold of these calibration rows lies apart with each of them and without it."""
        return exposure(scores, miscoverage)

    def makers(self, held_out: HeldOut) -> Makers:
        return {**super().makers(held_out), ExposedCalibration: partial(self.exposed, held_out=held_out)}

    def _miscoverage(self, held_out: HeldOut) -> float:
        return held_out.miscoverage if self.miscoverage is None else self.miscoverage

    def division(self, grouping: Grouping | None, classes: Grouping) -> Grouping | None:
        """What divides the calibration rows: the groups, or the rows of each class; None where nothing does."""
        return {"all rows": None, "group": grouping, "class": classes}[self.calibrated_by]

    def _taken_at(self, sizes: Int[Array, " part"], miscoverage: float) -> float | None:
        """That of the largest part, None where it is the promised one."""
        taken = self.taken_at(int(sizes.max()), miscoverage)
        return None if taken == miscoverage else taken

    def _codes(self, held_out: HeldOut) -> tuple[Int[Array, " row"], int]:
        """The part that every row calibrates, and how many there are."""
        division = self.division(held_out.grouping, held_out.classes)
        if division is None:
            return np.zeros(len(held_out.labels), dtype=np.int64), 1
        return division.codes, len(division.names)

    def _calibrated(self, held_out: HeldOut) -> tuple[CalibrationPart, ...] | NotMeasurable:
        """The parts that are calibrated, or why that says nothing."""
        division = self.division(held_out.grouping, held_out.classes)
        if self.calibrated_by == "group" and division is None:
            return NO_GROUP
        calibrating = np.zeros(len(held_out.labels), dtype=bool)
        calibrating[held_out.calibration] = True
        counted = np.asarray(held_out.counted.any(axis=0))
        parts = tuple(self.parts(division, calibrating, counted, held_out.minimum_rows))
        short = [why for part in parts if (why := part.too_few(self, self._miscoverage(held_out)))]
        return NotMeasurable("; ".join(short)) if short else parts

    def parts(
        self,
        division: Grouping | None,
        calibrating: Bool[Array, " row"],
        counted: Bool[Array, " row"],
        minimum_rows: int,
    ) -> Iterator[CalibrationPart]:
        """The parts that are calibrated by themselves, as `division` says.

        A group or class with fewer `counted` rows than a metric needs, and with less than `MINOR` of all of them, has no
        verdict of its own and hardly moves another, so that it is left out.
        """
        if division is None:
            yield CalibrationPart("", int(calibrating.sum()))
            return
        for code, name in enumerate(division.names):
            inside = np.equal(division.codes, code)
            if int((counted & inside).sum()) >= min(minimum_rows, MINOR * counted.sum()):
                yield CalibrationPart(f"{self.calibrated_by} {name!r}", int((calibrating & inside).sum()))

    def conformity(
        self, log_probabilities: Float[Array, "member some label"], uniform: Float[Array, " some"]
    ) -> Float[Array, "member some label"]:
        """The conformity scores of every label."""
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


def _each_label(rows: int, labels: int) -> Int[Array, "row label"]:
    """The part of every label of every row where each label has its own."""
    return np.broadcast_to(np.arange(labels), (rows, labels))


def of_labels(
    conformity: Float[Array, "member some label"], labels: Int[Array, " some"]
) -> Float[Array, "member some"]:
    """The conformity scores of the labels that rows have.

    Example:
        >>> of_labels(np.array([[[0.25, 0.75], [0.9, 0.1]]]), np.array([1, 1])).tolist()
        [[0.75, 0.1]]
    """
    return np.asarray(np.take_along_axis(conformity, labels[None, :, None], axis=2)[..., 0])
