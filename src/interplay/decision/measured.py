"""Where the numbers of a candidate come from."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from interplay.design.treatment import Treatment
from interplay.estimates import NotMeasurable, Sample
from interplay.measurement.measurements import Measurements


@dataclass(frozen=True, eq=False)
class Measured:
    """Re-tuned samples by candidate and metric.

    `places` tells on which treatment a candidate's metric was measured (a set size on the candidate with conformal sets
    on top); a pair that is not listed was measured on the candidate itself.
    """

    measurements: Measurements
    places: Mapping[tuple[Treatment, str], Treatment] = field(default_factory=dict)

    def place(self, candidate: Treatment, metric: str) -> Treatment:
        """The treatment that stands for `candidate` under `metric`."""
        return self.places.get((candidate, metric), candidate)

    def sample(self, candidate: Treatment, metric: str) -> Sample | NotMeasurable:
        """The sample of a candidate, or why there is none."""
        return self.measurements.sample(self.place(candidate, metric), "tuned", metric)
