"""Which treatments get more members: those in comparisons that matter, are open, and may still be settled by members."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from interplay.design.treatment import Treatment
from interplay.effects.compare import FUTILE
from interplay.effects.effect import Effect
from interplay.evidence import Memberships
from interplay.metrics import Metric

CONTROL = Treatment()


@dataclass(frozen=True)
class Look:
    """What one look decided, after `members` had been trained at most.

    `matter` counts the comparisons that matter, `undecided` those of them that were open, and `futile` those of the open
    ones on which no more members are spent. `growing` are the trained treatments that get more.
    """

    members: int
    matter: int
    undecided: int
    futile: int
    growing: tuple[Treatment, ...]


@dataclass(frozen=True, eq=False)
class Attention:
    """What is looked at: the metrics by key, those with hard limits by key or name, and the layers of the study."""

    metrics: Mapping[str, Metric]
    limited: Collection[str]
    layers: tuple[str, ...]

    def matters(self, effect: Effect) -> bool:
        """Whether members may be spent on a comparison.

        Re-tuned primary probes, and re-tuned comparisons on a metric with a hard limit. Membership attacks are left out:
        they need the same number of shadow models in every treatment, so that all use the members of the first look.
        """
        metric = self.metrics[effect.metric]
        chosen = effect.primary or bool({metric.key, metric.name} & set(self.limited))
        return chosen and effect.tuning == "tuned" and Memberships not in metric.needs

    def trained(self, effect: Effect) -> set[Treatment]:
        """The trained treatments of both sides of a comparison."""
        sides = (effect.treatment, effect.baseline)
        return {side.without(self.layers) for side in sides if side is not None}


def look(effects: Sequence[Effect], attention: Attention, trainings: Sequence[Treatment], members: int) -> Look:
    """Decide which of the trained treatments get more members.

    Both sides of every comparison that matters, is open because of its error (and not for multiplicity alone), and has
    a chance of `FUTILE` or more to be settled by the members of the last look. The control grows with any other.

    Does not show: whether an open comparison that does not matter would be settled by more members.
    """
    mattering = [effect for effect in effects if attention.matters(effect)]
    undecided = [effect for effect in mattering if effect.cause is not None]
    worthwhile = [effect for effect in undecided if (effect.chance_settled or 0.0) >= FUTILE]
    growing = {side for effect in worthwhile for side in attention.trained(effect)} | (
        {CONTROL} if worthwhile else set()
    )
    futile = len(undecided) - len(worthwhile)
    return Look(members, len(mattering), len(undecided), futile, tuple(one for one in trainings if one in growing))
