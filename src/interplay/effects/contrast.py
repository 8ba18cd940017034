"""From two samples to paired differences in which a positive value is a change for the worse.

A disparity is tested through the signed gaps of all pairs of groups. The quantity compared is

    |mean gap, treated| - |mean gap, control|

written as s_t g_t - s_0 g_0 with s the sign of the mean gap of each treatment, so that it stays linear in the members
and rows. The absolute gap of every single member is not used: members whose gaps scatter around zero have a large mean
absolute gap without any gap on average, and a recipe that merely scatters more would look harmful.

The sign is itself estimated. Where the 95 % interval of a gap holds zero, both signs are considered, and the interval
of the difference covers all the cases that remain; otherwise a gap that lies on the wrong side by chance would be
reported with a confidence it has not. When neither sign is settled the two cases of equal signs suffice, because
| |a| - |b| | <= |a - b|. A gap whose sign is settled bounds the difference by itself: -|b| <= |a| - |b| <= |a|.

Bounds and p values have to hold in every case. Probabilities need not choose: where a sign is not settled both gaps are
drawn together (see `interplay.statistics.two_gaps`), and so they are for one more member, whose gap may have another sign
than the mean.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from interplay.arrays import Array, Float
from interplay.estimates import Contrast, NotMeasurable, Sample
from interplay.metrics import Metric
from interplay.statistics.crossed_interval import Interval, crossed_interval, crossed_intervals, why_no_interval
from interplay.statistics.two_gaps import TwoGaps, two_gaps
from interplay.statistics.variance_shrinkage import Prior

Values = Float[Array, "member draw"]

ONE_AGAINST_SEVERAL = NotMeasurable("a single given model cannot be held against several members of a recipe")


@dataclass(frozen=True)
class SignCase:
    """The interval of a difference under one assumption about the signs of the gaps, and how likely that one is."""

    interval: Interval
    weight: float


@dataclass(frozen=True, eq=False)
class Difference:
    """A paired difference between two treatments, positive where the treated one is worse.

    `values` are logarithms of ratios when `relative`, and plain differences otherwise; every bound and estimate is
    reported as a ratio minus one or as a difference. `treated` and `control` are the plain values (for a gap: signed).
    `at_least` and `at_most` are intervals of something that the difference cannot fall below or exceed; `gaps` are both
    gaps, where gaps are compared. `bias` says how far the values may on average lie below and above the true difference:
    bounds and p values take the worse end of it, probabilities the mean of both ends.
    """

    values: Values
    cases: tuple[SignCase, ...]
    treated: float
    control: float | None
    support: int
    relative: bool = False
    at_least: Interval | None = None
    at_most: Interval | None = None
    gaps: TwoGaps | None = None
    bias: tuple[float, float] = (0.0, 0.0)

    @property
    def estimate(self) -> float:
        """How much worse the treated one is."""
        return self._reported(float(self.values[:, 0].mean()))

    @property
    def low(self) -> float:
        """The lower bound."""
        found = min(case.interval.low for case in self.cases) - self.bias[1]
        return self._reported(found if self.at_least is None else max(found, self.at_least.low))

    @property
    def high(self) -> float:
        """The upper bound."""
        found = max(case.interval.high for case in self.cases) + self.bias[0]
        return self._reported(found if self.at_most is None else min(found, self.at_most.high))

    @property
    def widest(self) -> Interval:
        """The least certain case, on the scale of `values`."""
        return max((case.interval for case in self.cases), key=lambda interval: interval.variance)

    @property
    def likeliest(self) -> Interval:
        """The most likely case, on the scale of `values`."""
        return max(self.cases, key=lambda case: case.weight).interval

    @property
    def standard_error(self) -> float:
        """The standard error of the most likely case."""
        return self.likeliest.standard_error * ((1 + self.estimate) if self.relative else 1.0)

    @property
    def settled(self) -> bool:
        """Whether the signs of all gaps are known."""
        return len(self.cases) == 1

    @property
    def degrees(self) -> float:
        """The degrees of freedom of `standard_error`."""
        return self.likeliest.degrees

    @property
    def member_spread(self) -> float:
        """The standard deviation of one member's difference, the noise of the evaluated rows taken out."""
        return self.likeliest.member_spread * ((1 + self.estimate) if self.relative else 1.0)

    def p_above(self, tolerance: float) -> float:
        """The p value against "worse by at most `tolerance`"."""
        limit = self.scaled(tolerance) + self.bias[1]
        found = max(case.interval.p_above(limit) for case in self.cases)
        return found if self.at_least is None else min(found, self.at_least.p_above(limit))

    def p_below(self, tolerance: float) -> float:
        """The p value against "worse by at least `tolerance`"."""
        limit = self.scaled(tolerance) - self.bias[0]
        found = max(case.interval.p_below(limit) for case in self.cases)
        return found if self.at_most is None else min(found, self.at_most.p_below(limit))

    def probability_above(self, tolerance: float) -> float:
        """P(worse by more than `tolerance` | data) with a flat prior."""
        if self.gaps is not None and not self.settled:
            return self.gaps.chance_above(tolerance)
        return self._averaged(self.cases[0].interval.chance_above, tolerance)

    def probability_one_above(self, tolerance: float) -> float:
        """P(one deployed model is worse by more than `tolerance` | data) with a flat prior."""
        if self.gaps is not None:
            return self.gaps.chance_one_above(tolerance)
        return self._averaged(self.cases[0].interval.chance_one_above, tolerance)

    def chance_settled(self, tolerance: float, members: int) -> float:
        """The chance that `members` in all settle whether it is worse by more than `tolerance`, in every case."""
        ends = self._ends(tolerance)
        return min(case.interval.chance_settled(limit, members) for case in self.cases for limit in ends)

    def exceedance(self, tolerance: float) -> float:
        """The expected exceedance of `tolerance`, in tolerances; on the scale of `values`, and 0 or more."""
        beyond = self.cases[0].interval if self.gaps is None or self.settled else self.gaps
        return self._averaged(beyond.excess, tolerance) / max(self.scaled(tolerance), 1e-12)

    def moderated(self, prior: Prior | None, error: float) -> "Difference":
        """The same with the spread over members drawn towards a prior, and bounds with this chance of error each.

        The skewness is that of differences whose signs are settled.
        """
        even = prior and prior.even
        own = prior if self.settled else even
        cases = tuple(replace(case, interval=case.interval.moderated(own).at(error)) for case in self.cases)
        at_least, at_most = (one and one.moderated(even).at(error) for one in (self.at_least, self.at_most))
        gaps = self.gaps and self.gaps.moderated(even)
        return replace(self, cases=cases, at_least=at_least, at_most=at_most, gaps=gaps)

    def at(self, error: float) -> "Difference":
        """The same with another chance of error of each bound."""
        cases = tuple(replace(case, interval=case.interval.at(error)) for case in self.cases)
        at_least, at_most = (one and one.at(error) for one in (self.at_least, self.at_most))
        return replace(self, cases=cases, at_least=at_least, at_most=at_most)

    def smallest_detectable(self, tolerance: float) -> float:
        """The effect that is shown to exceed `tolerance` with 80 % power."""
        return self._reported(self.scaled(tolerance) + self.widest.detectable + sum(self.bias))

    def _ends(self, tolerance: float) -> tuple[float, ...]:
        """The tolerance on the scale of `values`, as it is without bias: moved by either end of it."""
        below, above = self.bias
        limit = self.scaled(tolerance)
        return (limit - below, limit + above) if below or above else (limit,)

    def _averaged(self, of: Callable[[float], float], tolerance: float) -> float:
        ends = self._ends(tolerance)
        return sum(map(of, ends)) / len(ends)

    def scaled(self, amount: float) -> float:
        """A reported amount on the scale of `values`."""
        return float(np.log1p(amount)) if self.relative else amount

    def _reported(self, value: float) -> float:
        return float(np.expm1(value)) if self.relative else value


def paired_differences(
    treated: Sample, control: Sample | None, metric: Metric
) -> Mapping[str, Difference | NotMeasurable]:
    """The harm-oriented paired differences of two samples, by the name of the contrast ("" without contrasts).

    `control` None stands for zero by definition. A sample with contrasts is compared contrast by contrast, gaps as the
    module's text says and values of one group as those of a metric without contrasts; both are always plain differences,
    even of a relative metric. Other samples are compared directly: treated - control, or the logarithm of treated /
    control for a relative metric, with the sign turned when higher is better. A contrast that only one of the two has is
    `NotMeasurable`. Where one of them has more members, the members that both have are paired.
    """
    if control is not None:
        if (len(treated.values) == 1) != (len(control.values) == 1):
            return {"": ONE_AGAINST_SEVERAL}
        common = min(len(treated.values), len(control.values))
        treated, control = treated.first(common), control.first(common)
    if reason := _unpairable(treated, control):
        return {"": NotMeasurable(reason)}
    if not treated.contrasts and not (control and control.contrasts):
        return {"": _plain(treated, control, metric)}
    ours = {contrast.name: contrast for contrast in treated.contrasts}
    theirs = {contrast.name: contrast for contrast in control.contrasts} if control else {}
    names = dict.fromkeys([*ours, *theirs])
    return {name: _matched(name, ours.get(name), theirs.get(name), control is None, metric) for name in names}


def _unpairable(treated: Sample, control: Sample | None) -> str:
    members, draws = treated.values.shape
    if control is not None and control.values.shape != treated.values.shape:
        there = " members and ".join(str(count) for count in control.values.shape)
        return f"members or draws cannot be paired: {members} members and {draws} draws against {there} draws"
    return why_no_interval(treated.values) or ("" if control is None else why_no_interval(control.values))


def _plain(treated: Sample, control: Sample | None, metric: Metric) -> Difference | NotMeasurable:
    ours, theirs = treated.values, np.zeros_like(treated.values) if control is None else control.values
    if not metric.relative:
        found = _oriented(treated, control, metric)
        there = (0.0, 0.0) if control is None else control.bias
        # Values that are all the same are biased by the same.
        return replace(found, bias=_bias(treated.bias, there, metric)) if found.values.any() else found
    if control is None or min(ours.min(), theirs.min()) <= 0:
        return NotMeasurable("a ratio needs two positive values")
    if any(treated.bias) or any(control.bias):
        return NotMeasurable("a ratio of values that may be biased has no interval")
    found = _oriented(replace(treated, values=np.log(ours)), replace(control, values=np.log(theirs)), metric)
    return replace(found, treated=treated.mean, control=control.mean, relative=True)


def _bias(ours: tuple[float, float], theirs: tuple[float, float], metric: Metric) -> tuple[float, float]:
    """How far the difference, positive where ours is worse, may lie below and above the true one."""
    below, above = ours[0] + theirs[1], ours[1] + theirs[0]
    return (below, above) if metric.direction == "lower_is_better" else (above, below)


def _oriented(treated: Sample | Contrast, control: Sample | Contrast | None, metric: Metric) -> Difference:
    """The difference of two values, positive where the treated one is worse."""
    sign = 1.0 if metric.direction == "lower_is_better" else -1.0
    support = treated.support if control is None else min(treated.support, control.support)
    values = sign * (treated.values - (0.0 if control is None else control.values))
    return Difference(
        values=values,
        cases=(SignCase(crossed_interval(values, support), 1.0),),
        treated=float(treated.values[:, 0].mean()),
        control=None if control is None else float(control.values[:, 0].mean()),
        support=support,
    )


def _matched(
    name: str, treated: Contrast | None, control: Contrast | None, against_zero: bool, metric: Metric
) -> Difference | NotMeasurable:
    if treated is None:
        return NotMeasurable(f"the treated model has no contrast {name!r}")
    if control is None and not against_zero:
        return NotMeasurable(f"the baseline has no contrast {name!r}")
    return _of_gaps(treated, control) if treated.kind == "gap" else _oriented(treated, control, metric)


def _of_gaps(treated: Contrast, control: Contrast | None) -> Difference:
    support = treated.support if control is None else min(treated.support, control.support)
    gaps = two_gaps(treated.values, None if control is None else control.values, support)
    ours: Interval = crossed_interval(treated.values, support)
    theirs: Interval | None = None
    if control is not None:
        ours, theirs = crossed_intervals(np.stack([treated.values, control.values]), support)
    sign, sign_there = _sign(ours), 1.0 if theirs is None else _sign(theirs)
    values = sign * treated.values - (0.0 if control is None else sign_there * control.values)
    return Difference(
        values=values,
        cases=_sign_cases(ours, theirs, gaps),
        treated=ours.estimate,
        control=None if theirs is None else theirs.estimate,
        support=support,
        at_least=theirs.turned(-sign_there) if theirs is not None and theirs.sign_settled else None,
        at_most=ours.turned(sign) if ours.sign_settled else None,
        gaps=gaps,
    )


def _sign(gap: Interval) -> float:
    return 1.0 if gap.estimate >= 0 else -1.0


def _sign_cases(treated: Interval, control: Interval | None, gaps: TwoGaps) -> tuple[SignCase, ...]:
    theirs = 1.0 if control is None else _sign(control)
    sure, sure_there = treated.sign_settled, control is None or control.sign_settled
    if sure and sure_there:
        return (_case(gaps, _sign(treated), theirs, 1.0),)
    if sure_there:
        positive = treated.chance_above(0.0)
        return _case(gaps, 1.0, theirs, positive), _case(gaps, -1.0, theirs, 1 - positive)
    if sure and control is not None:
        positive = control.chance_above(0.0)
        return _case(gaps, _sign(treated), 1.0, positive), _case(gaps, _sign(treated), -1.0, 1 - positive)
    positive = gaps.total.chance_above(0.0)
    return _case(gaps, 1.0, 1.0, positive), _case(gaps, -1.0, -1.0, 1 - positive)


def _case(gaps: TwoGaps, sign: float, sign_there: float, weight: float) -> SignCase:
    """The interval of sign * a - sign_there * b: the difference or the sum of both gaps, or minus one of these."""
    return SignCase((gaps.difference if sign == sign_there else gaps.total).turned(sign), weight)
