"""DP-SGD in Opacus's faster mode: ghost clipping, two backward passes and no stored per-example gradients."""

from benchmarks.peers.private import make_private
from benchmarks.work import Work


class OpacusGhost:
    """`make_private(grad_sample_mode="ghost")`, Poisson loader, Adam. Unit: one model-epoch.

    Fair: the fastest mode that Opacus has for dense layers of this size.
    """

    def __init__(self, work: Work, batches: int = 40, seed: int = 0) -> None:
        self.share = batches / work.batches
        self.batches = batches
        self.private = make_private(work, "ghost", seed)

    def __call__(self) -> float:
        """Train on the next batches; the model-epochs done."""
        for _ in range(self.batches):
            self.private.step(*next(self.private.stream))
        return self.share
