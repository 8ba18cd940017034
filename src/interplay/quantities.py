"""Numbers as people read them: points for shares, per cent for ratios, the unit otherwise.

Effects are oriented, positive is worse. People read a change in the metric's own direction, and in words: "6.1 points
larger" of a disparity is worse, "6.1 points higher" of an accuracy is better.
"""

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


_SIZES = ("disparity", "difference", "gap", "size", "distance")


@dataclass(frozen=True)
class Quantity:
    """What one metric measures, as far as writing its changes needs it. Of a gap the size counts, and its changes are
    plain differences.

    Example:
        >>> gap = Quantity("accuracy disparity", "share of rows", "lower_is_better", relative=False)
        >>> gap.changed(-0.14), gap.between(-0.205, -0.1), gap.between(-0.01, 0.032)
        ('14.0\\xa0points smaller', '10.0 to 20.5', '1.0 smaller to 3.2 larger')
        >>> Quantity("robust accuracy", "share of rows", "higher_is_better", relative=False).changed(-0.192)
        '19.2\\xa0points higher'
    """

    title: str
    unit: str
    direction: str
    relative: bool

    @classmethod
    def of(cls, metric: object, gap: bool = False) -> "Quantity":
        """Of a metric: an object with these attributes, or a mapping with these keys."""
        if isinstance(metric, Mapping):
            found = [metric[name] for name in ("title", "unit", "direction", "relative")]
        else:
            found = [getattr(metric, name) for name in ("title", "unit", "direction", "relative")]
        title, unit, direction, relative = found
        return cls(str(title), str(unit), str(direction), bool(relative) and not gap)

    @property
    def scale(self) -> Scale:
        """How a change is written."""
        return change_scale({"unit": self.unit, "relative": self.relative})

    def own(self, worse: float) -> float:
        """A change in the metric's own direction, from how much worse it is.

        own = worse where lower is better, and -worse where higher is; of a ratio minus one, 1 / (1 + worse) - 1

        Example:
            >>> distance = Quantity("boundary distance", "standard deviations", "higher_is_better", relative=True)
            >>> distance.own(0.25), distance.own(-0.5)
            (-0.2, 1.0)
        """
        if self.direction == "lower_is_better":
            return worse
        return round(1 / max(1 + worse, 1e-12) - 1, 12) if self.relative else -worse

    def signed(self, worse: float | None) -> float | None:
        """The same, where there may be no number."""
        return None if worse is None else self.own(worse)

    def ends(self, low: float | None, high: float | None) -> tuple[float | None, float | None]:
        """The ends of an interval in the metric's own direction, the lower one first."""
        if low is None or high is None:
            return None, None
        return (
            (self.own(low), self.own(high)) if self.direction == "lower_is_better" else (self.own(high), self.own(low))
        )

    def changed(self, worse: float | None) -> str:
        """The size of a change and its direction in words: 6.1 points larger; without one where it rounds to nothing."""
        own, scale = self.signed(worse), self.scale
        if own is None or not _shows(scale.number(own)):
            return scale.amount(own)
        return f"{scale.amount(abs(own))} {self._direction(own)}"

    def between(self, low: float | None, high: float | None) -> str:
        """An interval: the two sizes where both ends lie on one side, and the direction of each otherwise."""
        first, last = self.ends(low, high)
        if first is None or last is None:
            return MISSING
        scale = self.scale
        if first >= 0 or last <= 0:
            near, far = sorted((abs(first), abs(last)))
            return f"{scale.number(near)} to {scale.number(far)}"
        return f"{scale.number(-first)} {self._direction(first)} to {scale.number(last)} {self._direction(last)}"

    def measured(self, worse: float, low: float, high: float) -> str:
        """A change with its interval: 6.1 points larger (3.9 to 8.4)."""
        return f"{self.changed(worse)} ({self.between(low, high)})"

    def tolerated(self, tolerance: float) -> str:
        """A tolerance; of a ratio for which higher is better, as the fall that it allows and as the factor.

        Example:
            >>> Quantity("boundary distance", "standard deviations", "higher_is_better", relative=True).tolerated(0.1)
            '9.1\\xa0% (a factor of 1.10)'
        """
        size = self.scale.amount(abs(self.own(tolerance)))
        factor = self.relative and self.direction != "lower_is_better"
        return f"{size} (a factor of {1 + tolerance:.2f})" if factor else size

    def _direction(self, own: float) -> str:
        words = ("smaller", "larger") if any(word in self.title for word in _SIZES) else ("lower", "higher")
        return words[own > 0]


def _shows(number: str) -> bool:
    return any(digit in number for digit in "123456789")


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
