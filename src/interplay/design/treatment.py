"""A treatment: the set of interventions that are on."""

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Treatment:
    """The names of the interventions that are on, in the order they act; the empty one is the control.

    Example:
        >>> Treatment(("reweighing", "dp_sgd")).name
        'reweighing + dp_sgd'
        >>> Treatment().name
        'control'
    """

    interventions: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """How results call it."""
        return " + ".join(self.interventions) or "control"

    def without(self, names: tuple[str, ...]) -> "Treatment":
        """The treatment less these interventions."""
        return Treatment(tuple(name for name in self.interventions if name not in names))
