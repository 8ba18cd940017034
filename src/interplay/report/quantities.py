"""Numbers as people read them: points for shares, per cent for ratios, the unit otherwise."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

SPACE = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"
MISSING = "\N{EN DASH}"

_LONG = 8
_UNITLESS = ("", "1", "none", "ratio", "r2", "squared probability", "epsilon")


@dataclass(frozen=True)
class Scale:
    """How a number of one metric is written: multiplied, rounded, with a unit after it."""

    factor: float
    decimals: int
    unit: str
    leading_zero: bool = True

    def number(self, value: float | None, signed: bool = False) -> str:
        """The number without its unit; a dash when there is none.

        Example:
            >>> Scale(100, 1, "points").number(0.0614, signed=True)
            '+6.1'
            >>> Scale(1, 3, "", leading_zero=False).number(0.5768)
            '.577'
        """
        if value is None:
            return MISSING
        text = f"{abs(value) * self.factor:,.{self.decimals}f}"
        if not self.leading_zero:
            text = text.removeprefix("0") if text.startswith("0.") else text
        if not any(digit in text for digit in "123456789"):
            return text
        return (MINUS if value < 0 else "+" if signed else "") + text

    def amount(self, value: float | None, signed: bool = False) -> str:
        """The number with its unit.

        Example:
            >>> Scale(100, 1, "points").amount(0.02)
            '2.0\\xa0points'
        """
        text = self.number(value, signed)
        return f"{text}{SPACE}{self.unit}" if self.unit and value is not None else text

    def brief(self, value: float | None, signed: bool = False) -> str:
        """The number for a table: a long unit is left to the list of metrics."""
        return self.number(value, signed) if len(self.unit) > _LONG else self.amount(value, signed)

    def interval(self, low: float | None, high: float | None, signed: bool = False) -> str:
        """The two ends in words.

        Example:
            >>> Scale(100, 1, "points").interval(0.039, 0.084)
            '3.9 to 8.4'
        """
        if low is None or high is None:
            return MISSING
        return f"{self.number(low, signed)} to {self.number(high, signed)}"


def _plain(metric: Mapping[str, Any]) -> Scale:
    unit = str(metric["unit"])
    lowered = unit.lower()
    if "auc" in lowered or "area under" in lowered:
        return Scale(1, 3, "", leading_zero=False)
    return Scale(1, 3, "" if lowered in _UNITLESS or "correlation" in lowered else unit)


def _is_share(metric: Mapping[str, Any]) -> bool:
    return str(metric["unit"]).lower().startswith(("share", "fraction", "proportion", "probability"))


def level_scale(metric: Mapping[str, Any]) -> Scale:
    """How a value of the metric is written: a share in per cent, a difference of shares in points.

    Example:
        >>> level_scale({"title": "accuracy", "unit": "share of rows", "relative": False}).amount(0.914)
        '91.4\\xa0%'
        >>> level_scale({"title": "accuracy disparity", "unit": "share of rows", "relative": False}).amount(0.078)
        '7.8\\xa0points'
    """
    if not _is_share(metric):
        return _plain(metric)
    apart = any(word in metric["title"] for word in ("disparity", "difference", "gap"))
    return Scale(100, 1, "points" if apart else "%")


def change_scale(metric: Mapping[str, Any]) -> Scale:
    """How a change of the metric is written.

    Example:
        >>> change_scale({"unit": "share of rows", "relative": False}).amount(0.0614)
        '6.1\\xa0points'
        >>> change_scale({"unit": "labels", "relative": True}).amount(0.078)
        '7.8\\xa0%'
        >>> change_scale({"unit": "AUC", "relative": False}).amount(-0.055)
        '−.055'
    """
    if metric["relative"]:
        return Scale(100, 1, "%")
    return Scale(100, 1, "points") if _is_share(metric) else _plain(metric)


def probability(value: float | None) -> str:
    """A p value or probability.

    Example:
        >>> probability(0.00004), probability(0.0312), probability(None)
        ('<.001', '.031', '–')
    """
    if value is None:
        return MISSING
    if value < 0.001:
        return "<.001"
    return f"{value:.3f}".removeprefix("0")


def count(value: int | None) -> str:
    """A whole number with thousands separated; a dash when there is none."""
    return MISSING if value is None else f"{value:,}"


def plural(number: int, one: str, many: str = "") -> str:
    """A counted noun.

    Example:
        >>> plural(1, "treatment"), plural(3, "treatment"), plural(2, "adds", "add")
        ('1 treatment', '3 treatments', '2 add')
    """
    return f"{number:,} {one if number == 1 else many or one + 's'}"
