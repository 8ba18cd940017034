"""Paired losses between candidates on the headline metrics of an aspect."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from interplay.arrays import Array, Float
from interplay.aspects import Aspect
from interplay.decision.measured import Measured
from interplay.design.treatment import Treatment
from interplay.effects.contrast import Difference, paired_differences
from interplay.effects.tolerance import tolerance_of
from interplay.effects.wording import measured as told
from interplay.effects.wording import plain
from interplay.estimates import Sample


@dataclass(frozen=True)
class Criterion:
    """One headline metric of an aspect, and one contrast of it for a disparity."""

    metric: str
    contrast: str
    tolerance: float

    @property
    def name(self) -> str:
        """How sentences call it."""
        return f"{self.metric} ({self.contrast})" if self.contrast else self.metric


Candidates = Sequence[Treatment]
Pair = tuple[Treatment, Treatment]


@dataclass(frozen=True, eq=False)
class Losses:
    """All paired losses on one criterion: `between[(a, b)]` is how much worse a is than b."""

    criterion: Criterion
    between: Mapping[Pair, Difference]
    paths: Mapping[Pair, Float[Array, " draw"]]
    """The mean loss over members in every row draw, on the scale of the difference."""

    @cached_property
    def _paired(self) -> frozenset[Treatment]:
        return frozenset(first for first, _ in self.between)

    def measured(self, candidates: Candidates) -> list[Treatment]:
        """Those of the candidates that have the criterion and can be paired, in the given order."""
        first = next((candidate for candidate in candidates if candidate in self._paired), None)
        return [one for one in candidates if one == first or (one, first) in self.between]

    def best(self, candidates: Candidates, draw: int) -> Treatment:
        """The candidate that is best on the criterion in one draw; ties go by name."""

        def loses(candidate: Treatment) -> tuple[float, str]:
            first = candidates[0]
            return (0.0 if candidate == first else float(self.paths[candidate, first][draw]), candidate.name)

        return min(candidates, key=loses)

    def shown(self, candidate: Treatment, other: Treatment, draw: int) -> bool:
        """Whether `candidate` is shown worse than `other` by more than the tolerance.

        In draw 0 that is: the lower end of the 90 % interval lies above the tolerance. In another draw the interval
        keeps its width and moves with the estimate.
        """
        if candidate == other:
            return False
        difference, path = self.between[candidate, other], self.paths[candidate, other]
        low = min(case.interval.low for case in difference.cases) + float(path[draw] - path[0])
        return low > difference.scaled(self.criterion.tolerance)

    def sentence(self, candidate: Treatment, other: Treatment) -> str:
        """The loss in words."""
        difference = self.between[candidate, other]
        limit = plain(self.criterion.tolerance, difference.relative)
        return f"{self.criterion.name} is worse than under {other.name} by {told(difference)}, more than {limit}"


def headline_losses(
    aspect: Aspect, candidates: Candidates, measured: Measured, tolerances: Mapping[str, float]
) -> tuple[Losses, ...]:
    """The losses on every headline metric (and contrast) of an aspect that at least two candidates have."""
    found: list[Losses] = []
    for key, metric in measured.measurements.metrics.items():
        if metric.aspect != aspect or not metric.headline:
            continue
        samples = {candidate: measured.sample(candidate, key) for candidate in candidates}
        having = {candidate: sample for candidate, sample in samples.items() if isinstance(sample, Sample)}
        by_contrast: dict[str, dict[Pair, Difference]] = {}
        for first in having:
            for second in having:
                if first != second:
                    for contrast, difference in paired_differences(having[first], having[second], metric).items():
                        if isinstance(difference, Difference):
                            by_contrast.setdefault(contrast, {})[first, second] = difference
        for contrast, between in by_contrast.items():
            criterion = Criterion(key, contrast, tolerance_of(metric, tolerances))
            paths = {pair: difference.values.mean(axis=0) for pair, difference in between.items()}
            found.append(Losses(criterion, between, paths))
    return tuple(found)
