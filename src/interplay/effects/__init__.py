"""COMPARE: paired differences with intervals and verdicts, and the matrix of the 20 directed pairs."""

from interplay.effects.compare import compare
from interplay.effects.control import Control
from interplay.effects.effect import Effect, Verdict
from interplay.effects.matrix import PairOutcome, PairVerdict, matrix
from interplay.effects.results import Effects

__all__ = ["Control", "Effect", "Effects", "PairOutcome", "PairVerdict", "Verdict", "compare", "matrix"]
