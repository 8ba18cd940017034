"""What a metric is: a frozen description of one response, and one method that measures it on evidence."""

import abc
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import ClassVar, Literal, final

import numpy as np

from interplay.arrays import Array, Bool, Float, Int
from interplay.aspects import Aspect
from interplay.discovery import name_of
from interplay.drawn import Drawn
from interplay.estimates import Contrast, NotMeasurable, Sample
from interplay.evidence import Evidence, Exhibit, Grouping, RetrainedControl, rests_on

Direction = Literal["higher_is_better", "lower_is_better"]


@dataclass(frozen=True)
class Metric(abc.ABC):
    """One response of one aspect.

    Class attributes: `aspect`; `title`, how people call it; `direction`; `unit`; `bounds`; `tolerance`, the smallest
    change of practical importance (in the unit, or as a ratio when `relative`); `needs`, the exhibits it reads;
    `headline`, whether it stands for its aspect in a decision; `paired`, whether two treatments are compared on the
    rows that both decide rightly (it then reads `RightlyDecided`); `descriptive`, whether neither direction is good by
    itself, so that it is shown and never compared; `exact`, whether it is worked out without any sampling,
    so that there are no error rates to keep; `least_support`, the fewest rows behind a value (of a gap: in its
    smaller group) with which its error rates were kept in simulated audits (docs/statistics.md), so that it has no
    verdict with fewer; `fewest_classes`, without which it has no value; `reference`, author and year. Instances may
    have parameters (a grouping); `key` names metric and
    parameters.
    """

    aspect: ClassVar[Aspect]
    title: ClassVar[str]
    direction: ClassVar[Direction]
    unit: ClassVar[str]
    bounds: ClassVar[tuple[float, float]]
    tolerance: ClassVar[float]
    needs: ClassVar[tuple[type[Exhibit], ...]]
    reference: ClassVar[str]
    relative: ClassVar[bool] = False
    headline: ClassVar[bool] = False
    paired: ClassVar[bool] = False
    descriptive: ClassVar[bool] = False
    exact: ClassVar[bool] = False
    least_support: ClassVar[int] = 0
    fewest_classes: ClassVar[int] = 2

    @property
    def name(self) -> str:
        """The catalogue name: the stem of the file that defines the metric, after "package/" outside interplay."""
        return name_of(type(self))

    @property
    def shows_collapse(self) -> bool:
        """Whether it is judged of a collapsed treatment too: it is there to show that one is of no use."""
        return self.aspect == Aspect.UTILITY or self.name == "collapse"

    @property
    def needs_shadows(self) -> bool:
        """Whether it takes members that did not see a row, as many in every treatment."""
        return any(kind.needs_shadows for kind in self.needs)

    @property
    def keeps_first_members(self) -> bool:
        """Whether later looks add no members to it: attacks with shadow models need as many in every treatment, what asks
        for explanations of many more rows takes too long, and the control from another start gets no more members.
        """
        held = rests_on(self.needs, RetrainedControl)
        return self.needs_shadows or held or any(kind.released_with for kind in self.needs)

    @property
    def depends_on_members(self) -> bool:
        """Whether its true value depends on how many members there are: with more shadow models an attack finds more."""
        return self.needs_shadows

    @property
    def pools_members(self) -> bool:
        """Whether the value of one member depends on the other members."""
        return self.depends_on_members or self.aspect is Aspect.REPRODUCIBILITY

    @property
    def key(self) -> str:
        """Name and parameters, as in results: `accuracy_disparity/race`."""
        return self.name

    @abc.abstractmethod
    def measure(self, evidence: Evidence) -> Sample | NotMeasurable:
        """The value for every member and draw, or why there is none."""

    @final
    def too_few(self, rows: int) -> NotMeasurable | None:
        """Why a value that rests on so many rows has no verdict; None where there are enough."""
        if rows >= self.least_support:
            return None
        missed = "with fewer its stated error rates were missed in simulated audits"
        return NotMeasurable(f"{rows} rows, {self.least_support} needed: {missed}")


@dataclass(frozen=True, eq=False)
class Rate:
    """Row values whose mean is compared between groups; `where` and `rows` as in `Evidence.mean`."""

    values: Float[Array, "member some"] | Drawn
    where: Bool[Array, "*any some"] | None = None
    rows: Int[Array, " some"] | None = None


@dataclass(frozen=True)
class GroupMetric(Metric):
    """A metric over the groups of one grouping."""

    grouping: str = "group"

    @property
    def key(self) -> str:
        return f"{self.name}/{self.grouping}"

    @abc.abstractmethod
    def rates(self, evidence: Evidence) -> Mapping[str, Rate] | NotMeasurable:
        """The rates compared between groups, by name (one, or several for equalized odds)."""


@dataclass(frozen=True, eq=False)
class GroupRates:
    """One rate in every group that has enough rows, and the groups that have not."""

    means: Mapping[int, Float[Array, "member draw"]]
    supports: Mapping[int, int]
    excluded: tuple[NotMeasurable, ...]


def group_rates(evidence: Evidence, grouping: str, rate: Rate, label: str = "") -> GroupRates:
    """The mean of `rate` in each group; a group below the minimum support is excluded with the reason."""
    found_means = evidence.mean_by_group(grouping, rate.values, rate.where, rate.rows)
    found_supports = evidence.support_by_group(grouping, rate.where, rate.rows)
    means: dict[int, Float[Array, "member draw"]] = {}
    supports: dict[int, int] = {}
    excluded: list[NotMeasurable] = []
    for code, (mean, support) in enumerate(zip(found_means, found_supports, strict=True)):
        if support < evidence.rows.minimum_support or isinstance(mean, NotMeasurable):
            excluded.append(too_small(evidence, grouping, code, support, label))
        else:
            means[code], supports[code] = mean, support
    return GroupRates(means, supports, tuple(excluded))


def extreme_group(
    evidence: Evidence, metric: GroupMetric, kind: Literal["lowest", "highest"]
) -> Sample | NotMeasurable:
    """The rate of the group for which it is lowest or highest, with one contrast for every group.

    The group is chosen once, by the mean over members at unit weights; of groups alike the first, whatever the rows' order.
    """
    if metric.grouping not in evidence.rows.groupings:
        return NotMeasurable(f"the data have no grouping {metric.grouping!r}")
    rates = metric.rates(evidence)
    if isinstance(rates, NotMeasurable):
        return rates
    ((name, rate),) = rates.items()
    found = group_rates(evidence, metric.grouping, rate)
    if len(found.means) < 2:
        reasons = "; ".join(reason.reason for reason in found.excluded)
        return NotMeasurable(f"fewer than two groups can be compared: {reasons}")
    names = evidence.rows.groupings[metric.grouping].names
    choose = min if kind == "lowest" else max
    chosen = choose(found.means, key=lambda code: round(float(found.means[code][:, 0].mean()), 12))
    contrasts = (
        Contrast(names[code], mean, found.supports[code], rate=name, kind=kind) for code, mean in found.means.items()
    )
    return Sample(found.means[chosen], found.supports[chosen], tuple(contrasts), found.excluded)


def too_small(evidence: Evidence, grouping: str, code: int, support: int, rate: str = "") -> NotMeasurable:
    """Why a group is left out that has so many rows, of this rate where there are several."""
    least, counted_in = evidence.rows.minimum_support, evidence.rows.counted_in
    found = f"{support} of at least {least} {counted_in}" if support else "no row"
    of_rate = f" for {rate}" if rate else ""
    return NotMeasurable(
        f"group {evidence.rows.groupings[grouping].names[code]!r} of {grouping!r} has {found}{of_rate}"
    )


@dataclass(frozen=True)
class DisparityMetric(GroupMetric):
    """The largest difference of a rate between any two groups, with a signed contrast for every pair of groups.

    max over rates of (max over groups - min over groups); the contrast "a against b" is rate(b) - rate(a). Pairs with
    the reference group come first and have it as b.
    """

    @final
    def measure(self, evidence: Evidence) -> Sample | NotMeasurable:
        if self.grouping not in evidence.rows.groupings:
            return NotMeasurable(f"the data have no grouping {self.grouping!r}")
        rates = self.rates(evidence)
        if isinstance(rates, NotMeasurable):
            return rates
        groups = evidence.rows.groupings[self.grouping]
        spreads: list[Float[Array, "member draw"]] = []
        contrasts: list[Contrast] = []
        excluded: list[NotMeasurable] = []
        for label, rate in rates.items():
            found = group_rates(evidence, self.grouping, rate, label if len(rates) > 1 else "")
            excluded.extend(found.excluded)
            if len(found.means) < 2:
                continue
            stacked = np.stack(list(found.means.values()))
            spreads.append(stacked.max(axis=0) - stacked.min(axis=0))
            contrasts.extend(_pairs(found, groups, label if len(rates) > 1 else ""))
        if not spreads:
            reasons = "; ".join(dict.fromkeys(reason.reason for reason in excluded))
            return NotMeasurable(f"fewer than two groups can be compared: {reasons}")
        return Sample(
            values=np.max(np.stack(spreads), axis=0),
            support=min(contrast.support for contrast in contrasts),
            contrasts=tuple(contrasts),
            excluded=tuple(dict.fromkeys(excluded)),
        )


def _pairs(found: GroupRates, groups: Grouping, rate: str) -> Iterator[Contrast]:
    """Every pair of groups, those with the reference (or, without it, with the largest group) first."""
    largest = max(found.supports, key=lambda code: found.supports[code])
    reference = groups.reference if groups.reference in found.means else largest
    for second, first in combinations([reference, *(code for code in found.means if code != reference)], 2):
        gap, support = found.means[second] - found.means[first], min(found.supports[first], found.supports[second])
        yield Contrast(groups.names[first], gap, support, groups.names[second], rate)
