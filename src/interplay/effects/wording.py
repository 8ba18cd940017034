"""Numbers in sentences: one way to write an amount, an interval and a count."""

from interplay.effects.contrast import Difference
from interplay.quantities import SPACE, Quantity


def amount(value: float, relative: bool) -> str:
    """A signed amount: percent for a ratio minus one, three decimals otherwise.

    Example:
        >>> amount(0.0316, relative=False), amount(0.0316, relative=True)
        ('+0.032', '+3.2 %')
    """
    return f"{100 * value:+.1f} %" if relative else f"{value:+.{_decimals(value)}f}"


def plain(value: float, relative: bool) -> str:
    """An amount without its sign.

    Example:
        >>> plain(-0.02, relative=False)
        '0.020'
    """
    return amount(abs(value), relative).removeprefix("+")


def measured(difference: Difference, quantity: Quantity) -> str:
    """An estimate with its interval, in the metric's own direction.

    It reads "3.2 points larger (2.0 to 4.4)".
    """
    return written(quantity.measured(difference.estimate, difference.low, difference.high))


def tolerated(tolerance: float, quantity: Quantity) -> str:
    """A tolerance as sentences write it: 2.0 points."""
    return written(quantity.tolerated(tolerance))


def written(text: str) -> str:
    """A text for files, in which every space is an ordinary one."""
    return text.replace(SPACE, " ")


def p_text(p_value: float) -> str:
    """A p value to three decimals.

    Example:
        >>> p_text(0.00002), p_text(0.0312)
        ('< 0.001', '0.031')
    """
    return "< 0.001" if p_value < 0.001 else f"{p_value:.3f}"


def count(number: float) -> str:
    """A needed count, rounded up to two digits so that it does not pretend to be exact.

    Example:
        >>> count(1234), count(18)
        ('1,300', '18')
    """
    unit = 10 ** max(len(str(int(number))) - 2, 0)
    return f"{-int(-number // unit) * unit:,}"


def _decimals(value: float) -> int:
    return 3 if abs(value) < 10 else 1
