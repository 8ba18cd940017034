"""The 20 directed interactions of the paper: one file per ordered pair, its probes as data."""

from interplay.interactions._interaction import Interaction, Probe, Unmeasured

__all__ = ["Interaction", "Probe", "Unmeasured"]
