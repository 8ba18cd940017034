"""DP-SGD in Opacus's default mode: per-example gradients by hooks."""

from benchmarks.peers.private import make_private
from benchmarks.work import Work


class OpacusHooks:
    """`make_private` as in the Opacus tutorial: hooks, Poisson loader, Adam. Unit: one model-epoch.

    Fair: the default of the library, and the mode that its documentation shows first.
    """

    def __init__(self, work: Work, batches: int = 40, seed: int = 0) -> None:
        self.share = batches / work.batches
        self.batches = batches
        self.private = make_private(work, "hooks", seed)

    def __call__(self) -> float:
        """Train on the next batches; the model-epochs done."""
        for _ in range(self.batches):
            self.private.step(*next(self.private.stream))
        return self.share
