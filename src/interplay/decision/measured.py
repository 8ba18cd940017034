"""Where the numbers of a candidate come from."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from interplay.decision.bound import Bound, is_relative
from interplay.decision.prediction import Prediction, predict
from interplay.decision.relative import ITSELF, beyond_control
from interplay.design.treatment import Treatment
from interplay.estimates import NotMeasurable, Sample
from interplay.measurement.measurements import Measurements
from interplay.statistics.crossed_interval import why_no_interval

CONTROL = Treatment()


@dataclass(frozen=True, eq=False)
class Measured:
    """Re-tuned samples by candidate and metric.

    `places` tells on which treatment a candidate's metric was measured (a set size on the candidate with conformal sets
    on top); a pair that is not listed was measured on the candidate itself.
    """

    measurements: Measurements
    places: Mapping[tuple[Treatment, str], Treatment] = field(default_factory=dict)
    _known: dict[tuple[Treatment, str, str], Prediction | NotMeasurable] = field(default_factory=dict)

    def place(self, candidate: Treatment, metric: str) -> Treatment:
        """The treatment that stands for `candidate` under `metric`."""
        return self.places.get((candidate, metric), candidate)

    def sample(self, candidate: Treatment, metric: str) -> Sample | NotMeasurable:
        """The sample of a candidate, or why there is none."""
        return self.measurements.sample(self.place(candidate, metric), "tuned", metric)

    def limited(self, candidate: Treatment, metric: str, bound: Bound) -> Sample | NotMeasurable:
        """The sample that a limit is on: the candidate's own, or its distance from the control (see `beyond_control`)."""
        if not is_relative(bound):
            return self.sample(candidate, metric)
        if candidate == CONTROL:
            return ITSELF
        return beyond_control(self.sample(candidate, metric), self.sample(CONTROL, metric), bound)

    def expected(self, candidate: Treatment, metric: str, bound: Bound) -> Prediction | NotMeasurable:
        """What one deployed model of a candidate is expected to have, or why nothing is known; worked out once."""
        key = self.place(candidate, metric), metric, bound if is_relative(bound) else ""
        if key not in self._known:
            self._known[key] = _expected(self.limited(candidate, metric, bound))
        return self._known[key]


def _expected(sample: Sample | NotMeasurable) -> Prediction | NotMeasurable:
    if isinstance(sample, NotMeasurable):
        return sample
    parts = [sample.values, *(one.values for one in sample.contrasts)]
    why = next(filter(None, map(why_no_interval, parts)), "")
    return NotMeasurable(why) if why else predict(sample)
