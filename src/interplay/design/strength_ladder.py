"""The strengths of one parameter of one intervention, and the treatment of each."""

from collections.abc import Mapping
from dataclasses import dataclass

from interplay.design.factors import Factors
from interplay.design.treatment import Treatment


@dataclass(frozen=True)
class Ladder:
    """One parameter of an intervention with its strengths in increasing order, each with its treatment.

    The strength that the study sets for the intervention is among them, where it is a number.
    """

    intervention: str
    parameter: str
    treatments: Mapping[float, Treatment]


def ladders(built: Factors) -> tuple[Ladder, ...]:
    """Every parameter that a study lists strengths of.

    Example:
        >>> from interplay.design.strength import Strength
        >>> from interplay.interventions.dp_sgd import DpSgd
        >>> one = Strength("dp_sgd", "privacy_epsilon", 1.0, DpSgd(privacy_epsilon=1.0))
        >>> found = ladders(Factors({"dp_sgd": DpSgd(privacy_epsilon=8.0)}, {}, {one.name: one}))
        >>> [(strength, treatment.name) for strength, treatment in found[0].treatments.items()]
        [(1.0, 'dp_sgd privacy_epsilon=1'), (8.0, 'dp_sgd')]
    """
    known: dict[tuple[str, str], dict[float, Treatment]] = {}
    for name, one in built.strengths.items():
        known.setdefault((one.of, one.parameter), {})[one.value] = Treatment((name,))
    for (of, parameter), found in known.items():
        declared = getattr(built.training[of], parameter)
        if declared is not None:
            found[float(declared)] = Treatment((of,))
    return tuple(Ladder(*place, dict(sorted(found.items()))) for place, found in known.items())
