"""Who attacks modules: along the gradient of their scores, and by trying every switch of a category."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from interplay.arrays import Array, Float, Int
from interplay.attacks.reach import Reach
from interplay.attacks.thresholded import Favourable
from interplay.families._family import ATTACK_RESTARTS, ATTACK_STEPS
from interplay.families.estimator.adversary import FARTHEST_CUT, SearchAdversary, Target
from interplay.models.optional import needed

if TYPE_CHECKING:
    from interplay.families.torch.members import TorchMembers

RESTARTS, DISTANCE_STEPS = 8, 10
"""With two starts the ascent misses up to one row in a hundred that a search finds; eight take as long as that and miss few."""


@dataclass(frozen=True, eq=False)
class AutogradAdversary(SearchAdversary):
    """Projected gradient ascent of how far another label is ahead, by PyTorch's gradients, on every member of a stack."""

    members: TorchMembers

    def _moved(
        self,
        target: Target,
        labels: Int[Array, " row"],
        radius: float | Float[Array, " row"],
        chance: np.random.Generator,
        thorough: bool,
    ) -> Float[Array, "row column"]:
        torch = needed("torch", "torch")
        own = torch.tensor(labels, dtype=torch.int64)
        cuts = None if target.cuts is None else torch.tensor(np.clip(target.cuts, -FARTHEST_CUT, FARTHEST_CUT))
        favourable = self.setting.favourable

        def ahead(moved: Float[Array, "row column"]) -> tuple[Float[Array, " row"], Float[Array, "row column"]]:
            def excess(scores: Any) -> Any:
                return _excess(scores if cuts is None else _at_cuts(scores, favourable, cuts), own)

            return self.members.sloped(target.member, moved, excess)

        reach = Reach(target.inputs, self.setting.threat, radius)
        steps, restarts = (ATTACK_STEPS, RESTARTS) if thorough else (DISTANCE_STEPS, ATTACK_RESTARTS)
        return reach.climbed(ahead, chance, steps, restarts)


def _excess(scores: Any, labels: Any) -> Any:
    """How far the likeliest other label is ahead of the row's own."""
    own = scores.gather(1, labels[:, None])
    others = scores.scatter(1, labels[:, None], -float("inf"))
    return others.max(dim=1).values - own[:, 0]


def _at_cuts(scores: Any, favourable: Favourable, cuts: Any) -> Any:
    """Scores whose largest is the decision at a cut for each row; see `interplay.attacks.thresholded`."""
    torch = needed("torch", "torch")
    is_favourable = torch.arange(favourable.of) == favourable.label
    others = scores[:, ~is_favourable]
    odds = scores[:, favourable.label] - others.logsumexp(dim=1) - cuts
    return torch.where(is_favourable, odds[:, None], scores - others.max(dim=1, keepdim=True).values)
