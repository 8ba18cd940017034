"""Long tables made short: effects by treatment, and reasons said once and referred to by number."""

from collections.abc import Iterable
from dataclasses import dataclass

from interplay.report.reading import AuditReading, Effect

_UNSETTLED = {"harm_undetermined", "inconclusive", "withheld", "not_measurable"}


def told(effect: Effect) -> str:
    """The reason of an effect where its numbers do not tell it: it is unsettled, or there are none."""
    return str(effect["reason"]) if effect["verdict"] in _UNSETTLED else ""


@dataclass(frozen=True, eq=False)
class Notes:
    """Reasons in the order they first appear, each with its number."""

    numbers: dict[str, int]

    def of(self, reason: str) -> int | None:
        """The number of a reason; None when there is none."""
        return self.numbers.get(reason)


def notes(effects: Iterable[Effect]) -> Notes:
    """The distinct reasons of these effects that are worth telling.

    Example:
        >>> few = {"verdict": "inconclusive", "reason": "few rows"}
        >>> notes([few, {"verdict": "harm", "reason": "worse"}, few]).numbers
        {'few rows': 1}
    """
    reasons = dict.fromkeys(filter(None, map(told, effects)))
    return Notes({reason: number for number, reason in enumerate(reasons, start=1)})


def by_treatment(reading: AuditReading) -> list[tuple[str, list[Effect]]]:
    """The treatments that have effects, with them."""
    return [(treatment, effects) for treatment, effects in reading.by_treatment.items() if effects]
