"""Weighted sums of treatments, member by member, on a scale where positive is a change for the worse.

Of a disparity the magnitude of the mean gap counts, as in `interplay.effects.contrast`: s * gap, with s the sign of the
mean gap of each treatment. Where the 95 % interval of a gap holds zero its sign is not settled, and an interval of the
sum has to hold under both signs.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from itertools import product

import numpy as np

from interplay.arrays import Array, Float
from interplay.design.treatment import Treatment
from interplay.estimates import Contrast, NotMeasurable, Sample
from interplay.metrics import Metric
from interplay.statistics.crossed_interval import Interval, crossed_interval, why_no_interval
from interplay.statistics.variance_shrinkage import Prior

ENUMERATED = 3
"""Up to so many signs that are not settled, every choice of them is looked at."""


@dataclass(frozen=True, eq=False)
class Response:
    """One treatment's values (member, draw), positive is worse: logarithms of a relative metric, magnitudes of a gap.

    `bias` says how far they may on average lie below and above the truth.
    """

    values: Float[Array, "member draw"]
    support: int
    settled: bool
    relative: bool
    bias: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True, eq=False)
class Combination:
    """A weighted sum of treatments over the members that all of them have.

    `cases` are its intervals under the choices of signs that were looked at, the estimated signs first. `unsettled` are
    the treatments whose sign is not settled, and `enumerated` says whether every choice of theirs was looked at. `bias`
    says how far the sum may on average lie below and above the true one.
    """

    cases: tuple[Interval, ...]
    unsettled: tuple[Treatment, ...]
    enumerated: bool
    relative: bool
    bias: tuple[float, float] = (0.0, 0.0)

    @property
    def estimate(self) -> float:
        """The sum, as reported: a ratio minus one where `relative`."""
        return self._reported(self.cases[0].estimate)

    @property
    def low(self) -> float:
        """The lower bound over all cases."""
        return self._reported(min(case.low for case in self.cases) - self.bias[1])

    @property
    def high(self) -> float:
        """The upper bound over all cases."""
        return self._reported(max(case.high for case in self.cases) + self.bias[0])

    @property
    def widest(self) -> Interval:
        """The least certain case, on the scale of analysis."""
        return max(self.cases, key=lambda case: case.variance)

    @property
    def standard_error(self) -> float:
        """The standard error of the least certain case, as reported."""
        return self.widest.standard_error * ((1 + self.estimate) if self.relative else 1.0)

    def p_beyond(self, amount: float) -> float:
        """The p value against "within `amount`, either way"; of a ratio, within a factor of 1 + `amount` either way.

        p = P(|t| is as far beyond the amount as the estimate, where the truth is the amount), the largest over all
        cases, and 1 where they do not agree in direction or not every choice of signs was looked at.

        Reference: Hodges and Lehmann (1954), "Testing the approximate validity of statistical hypotheses".
        """
        limit = (float(np.log1p(amount)) if self.relative else amount) + max(self.bias)
        agreed = len({case.estimate > 0 for case in self.cases}) == 1
        return max(two_sided(case, limit) for case in self.cases) if agreed and self.enumerated else 1.0

    def moderated(self, prior: Prior | None, error: float) -> "Combination":
        """The same with the spread over members drawn towards a prior, and bounds with this chance of error each."""
        own = prior if len(self.cases) == 1 else prior and prior.even
        return replace(self, cases=tuple(case.moderated(own).at(error) for case in self.cases))

    def _reported(self, value: float) -> float:
        return float(np.expm1(value)) if self.relative else value


def two_sided(interval: Interval, limit: float) -> float:
    """The p value against "between -limit and limit", `limit` not below zero.

    p = P(t > (|estimate| - limit) / s) + P(t > (|estimate| + limit) / s), at most 1

    With a limit of zero this is the usual two-sided p.

    Example:
        >>> found = Interval(0.5, 0.01, 0.0, 0.0, members=9, member_degrees=8.0, row_degrees=100.0)
        >>> round(two_sided(found, 0.3), 3), round(two_sided(found, 0.0), 4)
        (0.04, 0.0011)
    """
    if interval.estimate >= 0:
        return min(1.0, interval.p_above(limit) + interval.p_above(-limit))
    return min(1.0, interval.p_below(-limit) + interval.p_below(limit))


def responses(sample: Sample, metric: Metric) -> Mapping[str, Response | NotMeasurable]:
    """What a treatment contributes to a sum, by the name of the contrast ("" for metrics without).

    Contrasts are plain differences even of a relative metric. What rests on fewer rows than the metric asks for is left
    out.
    """
    return {
        name: metric.too_few(found.support) or found if isinstance(found, Response) else found
        for name, found in _responses(sample, metric).items()
    }


def _responses(sample: Sample, metric: Metric) -> Mapping[str, Response | NotMeasurable]:
    if reason := why_no_interval(sample.values):
        return {"": NotMeasurable(reason)}
    sign = 1.0 if metric.direction == "lower_is_better" else -1.0
    if sample.contrasts:
        return {one.name: _of_contrast(one, sign) for one in sample.contrasts}
    if not metric.relative:
        bias = sample.bias if sign > 0 else (sample.bias[1], sample.bias[0])
        return {"": Response(sign * sample.values, sample.support, settled=True, relative=False, bias=bias)}
    if sample.values.min() <= 0:
        return {"": NotMeasurable("a ratio needs positive values")}
    return {"": Response(sign * np.log(sample.values), sample.support, settled=True, relative=True)}


def combine(found: Mapping[Treatment, Response], weights: Mapping[Treatment, float]) -> Combination | NotMeasurable:
    """The sum over treatments of weight * response; treatments of weight zero do not count.

    Members are paired by number: those that the treatment with the fewest has. Every treatment that counts must be
    among `found`.

    Example:
        >>> ladder = np.array([[1.0, 1.0, 1.0], [3.0, 3.0, 3.0]])
        >>> made = {Treatment(): Response(ladder, 50, True, False), Treatment(("a",)): Response(3 * ladder, 50, True, False)}
        >>> combine(made, {Treatment(("a",)): 1.0, Treatment(): -1.0}).estimate
        4.0
    """
    used = {treatment: weight for treatment, weight in weights.items() if weight != 0}
    own = [found[treatment] for treatment in used]
    members, draws = min(len(one.values) for one in own), {one.values.shape[1] for one in own}
    if len(draws) > 1:
        return NotMeasurable("draws cannot be paired: " + " against ".join(map(str, sorted(draws))))
    parts = {one: weight * found[one].values[:members] for one, weight in used.items()}
    whole = np.asarray(reduce(np.add, parts.values()))
    if reason := why_no_interval(whole):
        return NotMeasurable(reason)
    unsettled = tuple(one for one in used if not found[one].settled)
    support = min(one.support for one in own)
    turned = (reduce(np.add, (2 * parts[one] for one in those), np.zeros(())) for those in _turns(unsettled))
    return Combination(
        cases=tuple(crossed_interval(whole - part, support) for part in turned),
        unsettled=unsettled,
        enumerated=len(unsettled) <= ENUMERATED,
        relative=any(one.relative for one in own),
        bias=_bias([(weight, found[one].bias) for one, weight in used.items()]) if whole.any() else (0.0, 0.0),
    )


def _bias(parts: Sequence[tuple[float, tuple[float, float]]]) -> tuple[float, float]:
    """That of the weighted sum: what lies below the truth moves the sum up where its weight is negative."""
    below = sum(weight * (low if weight > 0 else -high) for weight, (low, high) in parts)
    above = sum(weight * (high if weight > 0 else -low) for weight, (low, high) in parts)
    return below, above


def _of_contrast(contrast: Contrast, sign: float) -> Response:
    if contrast.kind != "gap":
        return Response(sign * contrast.values, contrast.support, settled=True, relative=False)
    interval = crossed_interval(contrast.values, contrast.support)
    size = contrast.values if interval.estimate >= 0 else -contrast.values
    return Response(size, contrast.support, interval.sign_settled, relative=False)


def _turns(unsettled: tuple[Treatment, ...]) -> Iterator[tuple[Treatment, ...]]:
    """Which signs are turned in each case: none first; every choice of few, and none or all of many."""
    if len(unsettled) > ENUMERATED:
        yield from ((), unsettled)
        return
    for choice in product((False, True), repeat=len(unsettled)):
        yield tuple(one for one, turned in zip(unsettled, choice, strict=True) if turned)
