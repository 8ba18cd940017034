"""What an intervention says of itself to people who write a study: why `init` proposes it, and against which harms to try it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Proposal:
    """Why a new study lists an intervention, in sentences; with which `parameters`, as TOML; and whether it needs a group."""

    why: str
    parameters: str = ""
    by_group: bool = False


@dataclass(frozen=True)
class Mitigates:
    """A way of using an intervention that is worth trying against a harm.

    `harm` is a directed pair by its letters, as in "P->F": interventions for privacy harm fairness. Nothing is promised: it
    is one more treatment, to be declared and measured.
    """

    harm: str
    text: str
    reference: str
