"""Which treatments get more members: those in comparisons that matter, are open, and may still be settled by members."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from interplay.design.treatment import Treatment
from interplay.effects.compare import FUTILE
from interplay.effects.effect import Effect
from interplay.metrics import Metric

CONTROL = Treatment()


@dataclass(frozen=True)
class Resting:
    """A trained treatment that gets no more members: its comparisons that matter, and those of them that are open.

    Members would hardly settle the open ones.
    """

    treatment: Treatment
    matter: int
    undecided: int


@dataclass(frozen=True)
class Look:
    """What one look decided, after `members` had been trained at most.

    `matter` counts the comparisons that matter, `undecided` those of them that were open, and `futile` those of the open
    ones on which no more members are spent. `growing` are the trained treatments that get more, `resting` the others.
    """

    members: int
    matter: int
    undecided: int
    futile: int
    growing: tuple[Treatment, ...]
    resting: tuple[Resting, ...]


@dataclass(frozen=True, eq=False)
class Attention:
    """What is looked at: the metrics by key, those with hard limits by key or name, and the layers of the study.

    `alone` are the interventions that are trained alone, for comparison, and are no candidates of the decision.
    """

    metrics: Mapping[str, Metric]
    limited: Collection[str]
    layers: tuple[str, ...]
    alone: Collection[str] = ()

    def matters(self, effect: Effect) -> bool:
        """Whether members may be spent on a comparison.

        Re-tuned primary probes, and what the decision weighs: re-tuned comparisons of its candidates on a headline metric
        or one with a hard limit. Membership attacks are left out, as they need the same number of shadow models in every
        treatment, and what asks for explanations of many more rows: they keep the members of the first look.
        """
        metric = self.metrics[effect.metric]
        decides = metric.headline or bool({metric.key, metric.name} & set(self.limited))
        weighed = decides and not set(effect.applied) & set(self.alone)
        return (effect.primary or weighed) and effect.tuning == "tuned" and not metric.keeps_first_members

    def trained(self, effect: Effect) -> set[Treatment]:
        """The trained treatments of both sides of a comparison."""
        sides = (effect.treatment, effect.baseline)
        return {side.without(self.layers) for side in sides if side is not None}

    def count(self, treatment: Treatment, effects: Sequence[Effect]) -> int:
        """How many comparisons have the trained treatment on one side."""
        return sum(treatment in self.trained(effect) for effect in effects)


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
    return Look(
        members=members,
        matter=len(mattering),
        undecided=len(undecided),
        futile=len(undecided) - len(worthwhile),
        growing=tuple(one for one in trainings if one in growing),
        resting=tuple(
            Resting(one, attention.count(one, mattering), attention.count(one, undecided))
            for one in trainings
            if one not in growing
        ),
    )
