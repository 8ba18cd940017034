"""Whether an attack that follows gradients is strong enough for its numbers to be used."""

from dataclasses import dataclass

MASKED = 0.01
"""What another attack may find more of the checked rows."""
FLAT = 0.05
"""The share of rows without a slope from which gradients say little."""


@dataclass(frozen=True)
class MaskingChecks:
    """Checks of the evaluation attack on some rows of one model, as shares of these rows that stay rightly decided.

    `by_gradient` under the attack, `by_search` under a search without gradients of `queries` queries a row, and `wide_by_search`
    under a shorter search within the radius `wide`, which is larger. `flat` is the share of rows whose score has no slope.

    Where the search finds more than `MASKED` more rows, it is added to the attack on all rows (`masked`). Where a larger radius
    leaves more rows standing, numbers are withheld. Flat rows alone say nothing: a constant model is flat, and nothing can move
    it.

    Reference: Carlini et al. (2019), "On evaluating adversarial robustness", section 3; Athalye et al. (2018), "Obfuscated
    gradients give a false sense of security", section 3.1.

    Example:
        >>> good = MaskingChecks(200, 400, 4.0, 0.7, 0.7, 0.0, 0.0)
        >>> good.masked, good.reason
        (False, '')
        >>> MaskingChecks(200, 400, 4.0, 0.9, 0.6, 0.1, 0.3).masked
        True

    Does not show: that no other attack finds more.
    """

    rows: int
    queries: int
    wide: float
    by_gradient: float
    by_search: float
    wide_by_search: float
    flat: float

    @property
    def masked(self) -> bool:
        """Whether gradients hide what a search without them finds."""
        return self.by_search < self.by_gradient - MASKED

    @property
    def where_flat(self) -> str:
        """How many rows have no slope, in brackets; empty where these are few."""
        return f" ({self.flat:.0%} of the rows have no slope)" if self.flat >= FLAT else ""

    @property
    def reason(self) -> str:
        """Why the numbers of the attack, with the search where that is added, are not used; empty where they are."""
        found = min(self.by_gradient, self.by_search) if self.masked else self.by_gradient
        if self.wide_by_search <= found + MASKED:
            return ""
        return (
            f"within a radius of {self.wide:g} a search leaves {self.wide_by_search:.1%} of {self.rows} rows of one model "
            f"rightly decided, attacks within the smaller one {found:.1%}; a robust accuracy would be an upper bound only"
        )
