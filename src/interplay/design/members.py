"""How many members a treatment starts with, and the numbers at which it may get more."""

from collections.abc import Iterator, Mapping

from interplay.aspects import Aspect
from interplay.design.factors import Factors
from interplay.metrics import Metric
from interplay.study import Study
from interplay.study.faults import Fault

SCHEDULE = (5, 8, 12, 16, 20, 24, 32, 48, 64)
"""The numbers of members at which a study looks, as far as they lie between its first and its last."""

FEW, FLEET, MOST = 5, 16, 20
"""The first look without a privacy fleet, with one, and the last look, where the study does not say."""


def planned_members(study: Study, built: Factors, metrics: Mapping[str, Metric]) -> tuple[int, ...]:
    """The planned looks, as increasing numbers of members: the first is what every treatment has.

    A study that declares `members` starts with them, and adds none unless it declares `most_members` too. Otherwise the
    first look is at 16 members where the study acts for privacy or limits it, since a membership attack needs the other
    members as shadows, and at 5 elsewhere.
    """
    first = study.members or (FLEET if _attacked(study, built, metrics) else FEW)
    most = study.most_members or (first if study.members else max(first, MOST))
    return between(first, most)


def between(first: int, most: int) -> tuple[int, ...]:
    """Both, and what the schedule has in between.

    Example:
        >>> between(5, 20), between(16, 16)
        ((5, 8, 12, 16, 20), (16,))
    """
    return (first, *(count for count in SCHEDULE if first < count < most), *((most,) if most > first else ()))


def member_faults(study: Study, first: int) -> Iterator[Fault]:
    """A last look before the `first` one, in a study that does not say where it starts."""
    most = study.most_members
    if study.members is None and most is not None and most < first:
        step = "raise most_members, or declare members too"
        yield Fault(("most_members",), f"at least the {first} members that this study starts with", str(most), step)


def _attacked(study: Study, built: Factors, metrics: Mapping[str, Metric]) -> bool:
    acted = any(Aspect.PRIVACY in one.aspects for one in built.all.values())
    limited = {limit.metric for limit in study.limits}
    return acted or any(one.aspect == Aspect.PRIVACY and limited & {key, one.name} for key, one in metrics.items())
