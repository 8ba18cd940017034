"""Whether the planned rows and members can decide the declared tolerances, known before anything is trained.

Two treatments decide most rows alike. Where a share p of paired decisions differ, a difference of shares over m rows has,
from the rows alone, a standard error of about sqrt(p / m). A change for the worse as large as the tolerance can only be
ruled out where 1.645 standard errors lie below the tolerance.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import ceil, sqrt

from scipy import special

from interplay.design.denominators import denominators
from interplay.estimates import NotMeasurable
from interplay.evidence import Planned
from interplay.metrics import Metric
from interplay.study.faults import Fault
from interplay.study.wording import quoted

ONE_SIDED = 1.645
"""The standard normal quantile of a one-sided bound at 95 %."""

USUAL = 0.10
"""The share of paired decisions that usually differ where a treatment matters."""

MILD = 0.02
"""The share that differ between treatments that hardly differ: below it a tolerance is beyond reach (ADR 12)."""


TOO_FINE = (
    "Tolerances too fine for the rows in the smallest denominator, where one paired decision in ten differs and before the "
    "spread over members is counted"
)


def smallest_decidable(rows: int, discordance: float = USUAL) -> float:
    """The smallest tolerance that `rows` can decide, from rows alone: 1.645 * sqrt(discordance / rows).

    Example:
        >>> round(smallest_decidable(41), 3), round(smallest_decidable(41, MILD), 3)
        (0.081, 0.036)

    Does not show: the spread over members, which comes on top.
    """
    return ONE_SIDED * sqrt(discordance / max(rows, 1))


def rows_needed(tolerance: float, discordance: float = USUAL) -> int:
    """The rows in the smallest denominator that can decide a tolerance: discordance * (1.645 / tolerance) ** 2.

    Example:
        >>> rows_needed(0.02)
        677
    """
    return ceil(discordance * (ONE_SIDED / tolerance) ** 2)


def half_width(members: int) -> float:
    """Half the 90 % interval of a mean over members, in standard deviations of one member: t / sqrt(members).

    Example:
        >>> [round(half_width(members), 2) for members in (3, 4, 5, 8, 16)]
        [1.69, 1.18, 0.95, 0.67, 0.44]
    """
    return float(special.stdtrit(members - 1, 0.95)) / sqrt(members)


@dataclass(frozen=True)
class Resolution:
    """One tolerance and the rows it rests on; `declared` is the key under which the study declares it, if it does."""

    metric: str
    tolerance: float
    declared: str | None
    rows: int

    @property
    def usually_open(self) -> bool:
        """Whether these rows cannot decide the tolerance where the usual share of decisions differs."""
        return smallest_decidable(self.rows) > self.tolerance

    @property
    def out_of_reach(self) -> bool:
        """Whether they cannot even where hardly any decision differs."""
        return smallest_decidable(self.rows, MILD) > self.tolerance

    @property
    def said(self) -> str:
        """What the rows can decide, in a few words."""
        decided = _upwards(smallest_decidable(self.rows))
        needed = rows_needed(self.tolerance)
        return f"{self.metric}: {self.rows:,} rows decide {decided}; {self.tolerance:g} takes about {needed:,}"


def resolutions(
    metrics: Mapping[str, Metric], tolerances: Mapping[str, float], plan: Planned
) -> tuple[Resolution, ...]:
    """The resolution of every metric that is a share of rows and can be measured."""
    found = []
    for key, rows in denominators(metrics, plan).items():
        name = metrics[key].name
        declared = next((one for one in (key, name) if one in tolerances), None)
        if not isinstance(rows, NotMeasurable):
            tolerance = metrics[key].tolerance if declared is None else tolerances[declared]
            found.append(Resolution(key, tolerance, declared, rows))
    return tuple(found)


def resolution_faults(found: tuple[Resolution, ...]) -> Iterator[Fault]:
    """The declared tolerances that no verdict of "no material harm" can ever meet on these rows."""
    for one in found:
        if one.declared is None or not one.out_of_reach:
            continue
        mild, usual = (_upwards(smallest_decidable(one.rows, share)) for share in (MILD, USUAL))
        yield Fault(
            ("tolerances", one.declared),
            f"a tolerance that the rows can decide: at least {mild} for {quoted(one.metric)}, and {usual} where one paired "
            "decision in ten differs",
            f"{one.tolerance:g}, with {one.rows} rows in the smallest denominator",
            f"declare {quoted(one.metric)} = {usual}, or bring about {rows_needed(one.tolerance):,} rows into that denominator",
        )


def too_fine(found: tuple[Resolution, ...]) -> tuple[str, ...]:
    """The tolerances, declared or not, that usually stay open at this size; `TOO_FINE` is their heading."""
    return tuple(one.said for one in found if one.usually_open)


def few_members(members: int) -> tuple[str, ...]:
    """A warning, with its figure, where so few members decide little; nothing where there are enough."""
    wide = half_width(members)
    if wide <= 1:
        return ()
    enough = next(count for count in range(members, 100) if half_width(count) <= 1)
    return (
        f"{members} members: where the paired differences of members vary by one tolerance (standard deviation), an "
        f"interval reaches {wide:.2f} tolerances to each side, so that little is decided; {enough} members bring it to "
        f"{half_width(enough):.2f}",
    )


def _upwards(tolerance: float) -> str:
    """Rounded up to three decimals, so that what is written is enough."""
    return f"{ceil(1000 * tolerance - 1e-9) / 1000:g}"
