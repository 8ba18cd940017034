"""The choice among the admissible candidates, with what is needed to ask what would have changed it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property

from interplay.aspects import Aspect
from interplay.decision.choose import LexicographicRule, Path
from interplay.decision.comparisons import standings
from interplay.decision.losses import Losses
from interplay.design.treatment import Treatment


@dataclass(frozen=True, eq=False)
class Selection:
    """All candidates that did not collapse, their losses, the ranking, and the places of the admissible ones."""

    candidates: Sequence[Treatment]
    losses: Sequence[Losses]
    ranking: Sequence[Aspect]
    admissible: tuple[int, ...]

    @cached_property
    def race(self) -> LexicographicRule:
        """The race of all of them; candidates that are not admissible take part where somebody asks."""
        return LexicographicRule(self.candidates, standings(self.losses, len(self.candidates)))

    @cached_property
    def path(self) -> Path:
        """The choice; only where a candidate is admissible."""
        return self.race.run(self.ranking, self.admissible)

    @property
    def winner(self) -> Treatment | None:
        """The chosen one, None where nobody is admissible."""
        return self.wins(self.admissible)

    def wins(self, among: Collection[int]) -> Treatment | None:
        """Who would be chosen if these were the admissible ones."""
        if not among:
            return None
        return self.candidates[self.race.run(self.ranking, sorted(among)).winner]

    def place(self, candidate: Treatment) -> int:
        """The place of a candidate."""
        return list(self.candidates).index(candidate)
