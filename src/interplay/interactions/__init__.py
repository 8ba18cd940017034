"""The 20 directed interactions of the paper: one file per ordered pair, its probes as data."""

from interplay.interactions._interaction import Expectation, Idea, Interaction, Probe, Unmeasured

__all__ = ["Expectation", "Idea", "Interaction", "Probe", "Unmeasured"]
