"""Paired losses between all candidates on one headline metric (and contrast) of an aspect."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from interplay.arrays import Array, Bool, Float, Int
from interplay.aspects import Aspect
from interplay.decision.measured import Measured
from interplay.decision.pairs import Intervals, Paired, Square, paired
from interplay.design.treatment import Treatment
from interplay.effects.tolerance import tolerance_of
from interplay.estimates import NotMeasurable, Sample
from interplay.metrics import Metric
from interplay.quantities import Quantity
from interplay.statistics.crossed_interval import why_no_interval
from interplay.statistics.variance_shrinkage import Prior, fit

Move = Float[Array, "*draw having"]
"""How far the means of the candidates that have a criterion lie from those that were found."""

Lows = tuple[Float[Array, "case having having"], Square | None]
"""The lower bounds of every case, and those of the floor."""


@dataclass(frozen=True)
class Criterion:
    """One headline metric of an aspect, and one contrast of it for a metric over groups; `tolerance` as it is declared,
    `quantity` how its numbers are written, and `gap` whether it is a signed gap, whose size counts.
    """

    metric: str
    contrast: str
    aspect: Aspect
    tolerance: float
    relative: bool
    quantity: Quantity
    gap: bool = False

    @property
    def name(self) -> str:
        """How sentences call it."""
        return f"{self.metric} ({self.contrast})" if self.contrast else self.metric

    def scaled(self, amount: float) -> float:
        """A declared amount on the scale of the losses."""
        return float(np.log1p(amount)) if self.relative else amount

    def reported(self, value: float) -> float:
        """A loss on the scale it is reported on."""
        return float(np.expm1(value) if self.relative else value)


@dataclass(frozen=True, eq=False)
class SignedLosses:
    """All losses under one assumption about the signs of the gaps: first[i, j] * i - second[i, j] * j."""

    intervals: Intervals
    first: Square
    second: Square


@dataclass(frozen=True, eq=False)
class Losses:
    """How much worse every candidate is than every other one: entry (i, j) is positive where i is worse than j.

    `places` are the candidates that have the criterion, and all arrays are over those. `values` are harm-oriented (a
    higher one is worse), logarithms for a relative metric, and signed gaps where `criterion.gap`. A gap is compared as
    `interplay.effects.contrast` does: by its size, under every sign that the data leave open. `floor` bounds the loss
    from below by minus the gap of j, where `settled` (by j) says that its sign is known. `bias` is how far a loss may on
    average lie above the true one: bounds and p values count it.
    """

    criterion: Criterion
    places: Int[Array, " having"]
    values: tuple[Float[Array, "member draw"], ...]
    estimate: Square
    cases: tuple[SignedLosses, ...]
    floor: Intervals | None
    settled: Bool[Array, "having having"]
    bias: Square | float = 0.0
    _lows: dict[float, Lows] = field(default_factory=dict, repr=False)

    def at(self, *candidates: int) -> list[int]:
        """Where these candidates stand in the arrays."""
        return [int(np.flatnonzero(self.places == one)[0]) for one in candidates]

    def p_above(self, one: int, tolerance: float) -> Float[Array, " having"]:
        """The p values against "`one` is worse than each by at most `tolerance`", an amount as it is declared."""
        (row,) = self.at(one)
        limit = self.criterion.scaled(tolerance) + np.broadcast_to(self.bias, self.estimate.shape)[row]
        found = np.max([case.intervals.row(row).p_above(limit) for case in self.cases], axis=0)
        if self.floor is not None:
            found = np.where(self.settled[row], np.minimum(found, self.floor.row(row).p_above(limit)), found)
        found[row] = 1.0
        return np.asarray(found)

    def low(self, error: float, move: Move | None = None) -> Float[Array, "*draw having having"]:
        """The lower bounds with this chance of error each, on the scale of `values`; of means moved by `move`."""
        if error not in self._lows:
            cases = np.stack([case.intervals.low(error) for case in self.cases]) - self.bias
            self._lows[error] = cases, None if self.floor is None else self.floor.low(error)
        found, floor = self._lows[error] if move is None else self._moved(self._lows[error], move)
        least = found.min(axis=0)
        return np.asarray(least if floor is None else np.where(self.settled, np.maximum(least, floor), least))

    def _moved(self, lows: Lows, move: Move) -> Lows:
        ours, theirs = move[..., :, None], move[..., None, :]
        cases, floor = lows
        if floor is None:
            return (cases[0] + ours - theirs)[None], None
        both = zip(cases, self.cases, strict=True)
        moved = np.stack([low + case.first * ours - case.second * theirs for low, case in both])
        # Where the sign of the gap of j is known, all cases have it.
        return moved, floor - self.cases[0].second * theirs

    def bounds(self, one: int, other: int, error: float) -> tuple[float, float, float]:
        """The loss of `one` against `other`, two of `places`: estimate, low and high as they are reported."""
        (i, j), low, tell = self.at(one, other), self.low(error), self.criterion.reported
        return tell(self.estimate[i, j]), tell(low[i, j]), tell(-low[j, i])


def headline_losses(
    aspects: Sequence[Aspect],
    candidates: Sequence[Treatment],
    measured: Measured,
    tolerances: Mapping[str, float],
) -> tuple[Losses, ...]:
    """The losses on every headline metric (and contrast) of these aspects that at least two candidates have.

    A candidate whose values cannot be paired with those of the first one that has the metric is left out.
    """
    found: list[Losses] = []
    for key, metric in measured.measurements.metrics.items():
        if metric.aspect not in aspects or not metric.headline:
            continue
        samples = {place: measured.sample(one, key) for place, one in enumerate(candidates)}
        by_contrast: dict[str, dict[int, CandidateColumn]] = {}
        for place, sample in samples.items():
            if isinstance(sample, Sample):
                for contrast, column in _oriented(sample, metric):
                    by_contrast.setdefault(contrast, {})[place] = column
        for contrast, columns in by_contrast.items():
            first = next(iter(columns.values()))
            alike = {place: one for place, one in columns.items() if one.pairs_with(first)}
            if len(alike) > 1:
                tolerance = tolerance_of(metric, tolerances)
                written = Quantity.of(metric, gap=bool(contrast))
                gap = contrast in _gaps(samples.values())
                criterion = Criterion(key, contrast, metric.aspect, tolerance, written.relative, written, gap)
                found.append(_losses(criterion, alike))
    return tuple(found)


@dataclass(frozen=True, eq=False)
class CandidateColumn:
    """The harm-oriented values of one candidate, with the rows behind them and how far they may lie below and above."""

    values: Float[Array, "member draw"]
    support: int
    bias: tuple[float, float] = (0.0, 0.0)

    def pairs_with(self, other: "CandidateColumn") -> bool:
        """Whether both have the same draws, and both are members of recipes or both given models."""
        (members, draws), (others, there) = self.values.shape, other.values.shape
        return draws == there and (members == 1) == (others == 1)


def _oriented(sample: Sample, metric: Metric) -> list[tuple[str, CandidateColumn]]:
    """The harm-oriented values by contrast, signed ones of gaps, of those that have an interval."""
    sign = 1.0 if metric.direction == "lower_is_better" else -1.0
    if sample.contrasts:
        signed = ((one, one.values if one.kind == "gap" else sign * one.values) for one in sample.contrasts)
        found = [(one.name, CandidateColumn(values, one.support)) for one, values in signed]
    elif metric.relative and (sample.values.min() <= 0 or any(sample.bias)):
        return []
    else:
        values = np.log(sample.values) if metric.relative else sample.values
        bias = sample.bias if sign > 0 else (sample.bias[1], sample.bias[0])
        found = [("", CandidateColumn(sign * values, sample.support, bias))]
    return [(name, one) for name, one in found if not why_no_interval(one.values)]


def _gaps(samples: Iterable[Sample | NotMeasurable]) -> set[str]:
    """The names of the contrasts that are signed gaps."""
    measured = (one for one in samples if isinstance(one, Sample))
    return {contrast.name for one in measured for contrast in one.contrasts if contrast.kind == "gap"}


def _losses(criterion: Criterion, columns: Mapping[int, CandidateColumn]) -> Losses:
    values = tuple(one.values for one in columns.values())
    pairs = paired(values, [one.support for one in columns.values()])
    places = np.array(list(columns))
    if not criterion.gap:
        ones = np.ones_like(pairs.means)
        likeliest = pairs.differences()
        only = SignedLosses(likeliest.moderated(_prior(likeliest)), ones, ones)
        below, above = np.array([one.bias for one in columns.values()]).T
        same = (likeliest.estimate == 0) & (likeliest.standard_error == 0)
        bias = np.where(same, 0.0, np.add.outer(above, below))
        return Losses(criterion, places, values, likeliest.estimate, (only,), None, ones < 0, bias)
    sign = np.where(pairs.means >= 0, 1.0, -1.0)
    likeliest = pairs.differences(sign, sign.T)
    prior = _prior(likeliest)
    alone = pairs.own()
    known = alone.sign_settled
    floor = _mirrored(alone).moderated(prior)
    cases = tuple(_case(pairs, known, sign, open_sign, prior) for open_sign in (1.0, -1.0))
    return Losses(criterion, places, values, likeliest.estimate, cases, floor, known.T)


def _case(
    pairs: Paired, known: Bool[Array, "i j"], sign: Square, open_sign: float, prior: Prior | None
) -> SignedLosses:
    """With the sign of every gap that is not known taken to be this one."""
    first, second = np.where(known, sign, open_sign), np.where(known.T, sign.T, open_sign)
    return SignedLosses(pairs.differences(first, second).moderated(prior), first, second)


def _mirrored(alone: Intervals) -> Intervals:
    """Entry (i, j) is minus the size of the gap of j over the members that both share."""
    return Intervals(
        estimate=-np.abs(alone.estimate.T),
        from_members=alone.from_members.T,
        from_rows=alone.from_rows.T,
        residual=alone.residual.T,
        members=alone.members,
        member_degrees=alone.member_degrees,
        row_degrees=alone.row_degrees,
        third_from_rows=np.where(alone.estimate >= 0, -1, 1).T * alone.third_from_rows.T,
    )


def _prior(found: Intervals) -> Prior | None:
    """From all pairs, with the freedom of the losses against one candidate, which is what they hold together."""
    above = np.triu_indices(len(found.members), 1)
    members = found.members[above]
    prior = fit((members * found.from_members[above]).tolist(), (members - 1.0).tolist())
    return prior and replace(prior, cap=float(members.mean() - 1) * (len(found.members) - 1))
