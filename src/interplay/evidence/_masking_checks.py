"""Whether an attack that follows gradients is strong enough for its numbers to be used."""

from dataclasses import dataclass

MASKED = 0.01
"""What another attack may find more of the checked rows before the number is withheld."""
FLAT = 0.05
"""The share of rows without a slope from which gradients say little."""


@dataclass(frozen=True)
class MaskingChecks:
    """Checks of the evaluation attack on some rows of one model, as shares of these rows that stay rightly decided.

    `by_gradient` under the attack, `by_search` under a search without gradients of `queries` queries a row, `by_both_starts`
    under the attack from other random starts as well; `wide_by_gradient` and `wide_by_search` within the radius `wide`, which
    is larger. `flat` is the share of rows whose score has no slope.

    A number is withheld where a search or other starts find more than `MASKED` more rows, or where a larger radius leaves more
    rows standing. Flat rows alone withhold nothing: a constant model is flat, and nothing can move it.

    Reference: Carlini et al. (2019), "On evaluating adversarial robustness", section 3; Athalye et al. (2018), "Obfuscated
    gradients give a false sense of security", section 3.1.

    Example:
        >>> good = MaskingChecks(200, 400, 4.0, 0.7, 0.7, 0.7, 0.0, 0.0, 0.0)
        >>> good.reason
        ''
        >>> MaskingChecks(200, 400, 4.0, 0.9, 0.6, 0.9, 0.8, 0.1, 0.3).reason[:44]
        'a search without gradients leaves 60.0% of 2'

    Does not show: that no other attack finds more.
    """

    rows: int
    queries: int
    wide: float
    by_gradient: float
    by_search: float
    by_both_starts: float
    wide_by_gradient: float
    wide_by_search: float
    flat: float

    @property
    def reason(self) -> str:
        """Why the numbers of the attack are not used; empty where every check passes."""
        of = f"of {self.rows} rows of one model rightly decided, the attack with gradients"
        so = "; a robust accuracy would be an upper bound only"
        if self.by_search < self.by_gradient - MASKED:
            found = f"a search without gradients leaves {self.by_search:.1%} {of} {self.by_gradient:.1%}"
            return f"{found}: gradients are masked{self._where_flat}{so}"
        if self.by_both_starts < self.by_gradient - MASKED:
            found = f"other random starts leave {self.by_both_starts:.1%} {of} {self.by_gradient:.1%}"
            return f"{found}: the attack has not converged{so}"
        if self.wide_by_gradient > self.by_gradient + MASKED:
            wider = f"within a radius of {self.wide:g} the attack leaves {self.wide_by_gradient:.1%}"
            return f"{wider} of {self.rows} rows of one model rightly decided, within the smaller one {self.by_gradient:.1%}{so}"
        return ""

    @property
    def _where_flat(self) -> str:
        return f" ({self.flat:.0%} of the rows have no slope)" if self.flat >= FLAT else ""
