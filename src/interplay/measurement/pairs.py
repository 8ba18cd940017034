"""Metrics of two treatments on the rows that both decide rightly."""

from collections.abc import Iterator, Sequence

from interplay.design.treatment import Treatment
from interplay.estimates import NotMeasurable, Sample
from interplay.evidence import Evidence, RightlyDecided
from interplay.exhibits import EvaluationSetting
from interplay.measurement.measurements import Cell
from interplay.measurement.measurements import Tuning as Arm
from interplay.metrics import Metric


class Pairs:
    """Keeps of every measured treatment what paired metrics read, and measures them for the planned comparisons."""

    def __init__(self, setting: EvaluationSetting) -> None:
        self.setting = setting
        self._metrics = {key: one for key, one in setting.design.metrics.items() if one.paired}
        self._kept: dict[tuple[Treatment, Arm], Evidence] = {}

    def keep(self, treatment: Treatment, arms: Sequence[Arm], evidence: Evidence) -> None:
        """Keep a treatment's exhibits for paired metrics."""
        asked = [c for c in self.setting.design.comparisons if c.metric in self._metrics]
        if any(treatment in (one.treatment, one.baseline) for one in asked):
            needs = {kind for metric in self._metrics.values() for kind in metric.needs}
            light = evidence.only(needs)
            for arm in arms:
                self._kept[treatment, arm] = light

    def samples(self) -> dict[Cell, Sample | NotMeasurable]:
        """Every planned comparison of a paired metric: the treatment's sample and its baseline's, on the same rows."""
        return {cell: sample for arm in ("tuned", "as_applied") for cell, sample in self._of(arm)}

    def _of(self, arm: Arm) -> Iterator[tuple[Cell, Sample | NotMeasurable]]:
        for one in self.setting.design.comparisons:
            metric, treated = self._metrics.get(one.metric), self._kept.get((one.treatment, arm))
            if metric is None or treated is None or one.baseline is None:
                continue
            # A baseline that was not re-tuned serves both tunings.
            control = self._kept.get((one.baseline, arm), self._kept.get((one.baseline, "tuned")))
            if control is not None:
                yield Cell(one.treatment, arm, one.metric, one.baseline), on_common_rows(metric, treated, control)
                yield Cell(one.baseline, arm, one.metric, one.treatment), on_common_rows(metric, control, treated)


def on_common_rows(metric: Metric, mine: Evidence, other: Evidence) -> Sample | NotMeasurable:
    """A metric of one treatment on the rows that another one decides rightly too."""
    ours, theirs = mine.ask(RightlyDecided), other.ask(RightlyDecided)
    if isinstance(ours, NotMeasurable):
        return ours
    if isinstance(theirs, NotMeasurable):
        return theirs
    return metric.measure(mine.instead(RightlyDecided(ours.right & theirs.right)))
