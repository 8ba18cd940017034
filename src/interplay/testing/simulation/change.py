"""How a simulated treatment differs from its control."""

from dataclasses import dataclass

LARGEST = {
    "overconfidence": 2.0,
    "mistakes": 1.5,
    "mistakes in a group": 2.0,
    "refusals in a group": 3.0,
    "vagueness in a group": 4.0,
    "approvals": 3.0,
    "weakness under attack": 2.0,
    "weakness of a group under attack": 2.0,
    "nearness": 1.0,
    "leak": 2.0,
    "drift": 1.5,
    "drift in a group": 1.5,
    "later refusals in a group": 3.0,
    "unlike members": 2.0,
    "worse explanations": 2.0,
    "worse explanations in a group": 2.0,
    "budget": 4.0,
    "sharpness": 2.0,
    "leak in a group": 2.0,
    "fewer calibration rows": 0.95,
    "misplaced importance": 2.0,
    "moved representation": 1.5,
    "mistakes in hard classes": 1.5,
}
"""What a treatment can do, and the largest amount of it that is tried; the unit is that of the latent scores."""

IN_GROUPS = tuple(kind for kind in LARGEST if "group" in kind)
IN_CLASSES = tuple(kind for kind in LARGEST if "class" in kind)


@dataclass(frozen=True)
class Change:
    """A treatment does so much of one thing, where it concerns a group to the second group of a grouping."""

    kind: str = ""
    amount: float = 0.0
    grouping: str = ""

    def of(self, kind: str) -> float:
        """How much of this it does."""
        return self.amount if self.kind == kind else 0.0
