"""Strengths: one training intervention at several values of one of its numbers, each alone in a treatment."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from interplay.interventions import Intervention
from interplay.study.model import InterventionSection
from interplay.study.strengths import as_given


@dataclass(frozen=True)
class Strength:
    """An intervention at another value of one parameter.

    Example:
        >>> from interplay.interventions.dp_sgd import DpSgd
        >>> Strength("dp_sgd", "privacy_epsilon", 3.0, DpSgd(privacy_epsilon=3.0)).name
        'dp_sgd privacy_epsilon=3'
    """

    of: str
    parameter: str
    value: float
    intervention: Intervention

    @property
    def name(self) -> str:
        """How treatments name it; no intervention of a catalogue has a space in its name."""
        return f"{self.of} {self.parameter}={self.value:.12g}"


def strengths_of(section: InterventionSection, declared: Intervention) -> Iterator[Strength]:
    """The other strengths that a section of the study lists; the declared value is no other one.

    Example:
        >>> from interplay.interventions.dp_sgd import DpSgd
        >>> section = InterventionSection(name="dp_sgd", strengths={"privacy_epsilon": (1.0, 8.0)})
        >>> [one.name for one in strengths_of(section, DpSgd(privacy_epsilon=8.0))]
        ['dp_sgd privacy_epsilon=1']
    """
    for parameter, values in section.strengths.items():
        for value in values:
            if getattr(declared, parameter) != value:
                changed = replace(declared, **{parameter: as_given(type(declared), parameter, value)})
                yield Strength(section.name, parameter, value, changed)
