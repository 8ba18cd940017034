"""How much of what can be broken a search finds, where an exact method tells what can be."""

from dataclasses import dataclass

ENOUGH = 0.85
"""The share of breakable rows that a search has to find for its numbers to stand for more than a bound."""


@dataclass(frozen=True)
class ExactCheck:
    """How many of `rows` of one model, all rightly decided, are `breakable` within the radius, and how many a search breaks.

    Reference: Kantchelian et al. (2016), "Evasion and hardening of tree ensemble classifiers", for exact worst cases of trees;
    Carlini et al. (2019), section 3, for holding an attack against a stronger one.

    Example:
        >>> ExactCheck(rows=100, breakable=41, searched=38).bound_only, ExactCheck(100, 41, 20).bound_only
        (False, True)

    Does not show: what the search finds on other rows, or on other models of the treatment.
    """

    rows: int
    breakable: int
    searched: int

    @property
    def bound_only(self) -> bool:
        """Whether a robust accuracy by this search is an upper bound and no more."""
        return self.searched < ENOUGH * self.breakable
