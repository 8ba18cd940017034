"""DECIDE: hard limits, then lexicographic priorities with tolerances."""

from interplay.decision.decide import decide
from interplay.decision.decision import Decision, Flip, LimitFinding, Rejected, Relaxation

__all__ = ["Decision", "Flip", "LimitFinding", "Rejected", "Relaxation", "decide"]
