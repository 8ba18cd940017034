"""Risk-controlled sets: prediction sets whose coverage holds with a declared confidence, and not on average only."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar

from interplay.arrays import Array, Float
from interplay.aspects import Aspect
from interplay.conformal.assured import assured_miscoverage
from interplay.interventions._layer import HeldOut
from interplay.interventions._parameters import Range
from interplay.interventions._purpose import Service
from interplay.interventions._sets import SetIntervention


@dataclass(frozen=True)
class RiskControlledSets(SetIntervention):
    """Release prediction sets whose coverage is at least the promised one with a declared confidence.

    set(x) = labels y with conformity_score(x, y) <= q, the k-th smallest of the n scores of the calibration rows, k the smallest
    rank with P(B >= 1 - miscoverage) >= confidence, B ~ Beta(k, n + 1 - k)

    The coverage of split conformal sets varies with the calibration rows around what is promised: about half of all draws of rows
    cover less. Here P(coverage >= 1 - miscoverage) >= confidence over draws of calibration rows, which costs larger sets.
    `confidence` lies in (0, 1); with too few rows for it the sets hold every label, which is said before anything is trained.
    Other parameters as in split_conformal.

    Reference: Vovk (2012), "Conditional validity of inductive conformal predictors"; Bates et al. (2021), "Distribution-free,
    risk-controlling prediction sets"; Angelopoulos et al. (2025), "Learn then test", of which this is the case of one risk, the
    share of labels missed.

    Example:
        >>> RiskControlledSets().confidence
        0.9

    Does not show: coverage within a group, under an attack, or of rows unlike those that calibrated.
    """

    aspects: ClassVar[tuple[Aspect, ...]] = (Aspect.UNCERTAINTY,)
    title: ClassVar[str] = "risk-controlled sets"
    serves: ClassVar[tuple[Service, ...]] = (Service("coverage_shortfall", replaces=("split_conformal",)),)
    reference: ClassVar[str] = "Bates et al., 2021"
    ranges: ClassVar[Mapping[str, Range]] = MappingProxyType(
        {**SetIntervention.ranges, "confidence": Range(0.0, 1.0, open=True)}
    )

    confidence: float = 0.9

    def too_few_rows(self, rows: int, miscoverage: float) -> str:
        if short := super().too_few_rows(rows, miscoverage):
            return short
        if self.taken_at(rows, miscoverage) > 0:
            return ""
        return (
            f"{rows} calibration rows at a miscoverage of {miscoverage:.3g} and a confidence of {self.confidence:.0%}: not even "
            "the largest score is enough, so that the sets hold every label by construction"
        )

    def taken_at(self, rows: int, miscoverage: float) -> float:
        return assured_miscoverage(rows, miscoverage, self.confidence)

    def exposure(self, scores: Float[Array, " row"], miscoverage: float) -> Float[Array, " row"]:
        return super().exposure(scores, self.taken_at(len(scores), miscoverage))

    def limits(
        self, own: Float[Array, "member row"], codes: Array, groups: int, miscoverage: float, held_out: HeldOut
    ) -> Float[Array, "member draw part"]:
        stricter = self.taken_at(len(held_out.calibration), miscoverage)
        return super().limits(own, codes, groups, stricter, held_out)
