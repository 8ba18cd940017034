"""What an intervention says of itself to people who write a study: why `init` proposes it, and against which harms to try it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Proposal:
    """Why a new study lists an intervention, in sentences, and with which `parameters`, as TOML.

    `by_group`: it needs a sensitive attribute. `without_steps`: it is listed only where models are not trained in steps that
    an intervention can change, in place of one that acts there.
    """

    why: str
    parameters: str = ""
    by_group: bool = False
    without_steps: bool = False


@dataclass(frozen=True)
class Mitigates:
    """A way of using an intervention that is worth trying against a harm.

    `harm` is a directed pair by its letters, as in "P->F": interventions for privacy harm fairness. Nothing is promised: it
    is one more treatment, to be declared and measured.
    """

    harm: str
    text: str
    reference: str
