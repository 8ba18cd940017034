"""Private conformal prediction: prediction sets whose threshold protects the calibration rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar

import numpy as np

from interplay import streams
from interplay.arrays import Array, Float
from interplay.aspects import Aspect
from interplay.conformal.exposure import private_exposure
from interplay.conformal.private_quantile import noisy_rank, private_threshold
from interplay.interventions._advice import Mitigates
from interplay.interventions._layer import HeldOut
from interplay.interventions._parameters import Range
from interplay.interventions._purpose import Service
from interplay.interventions._sets import SetIntervention


@dataclass(frozen=True)
class PrivateConformal(SetIntervention):
    """Release prediction sets whose threshold is (epsilon, 0)-differentially private for the calibration rows.

    set(x) = labels y with conformity_score(x, y) <= edge, where edge is drawn from `bins` equal steps of [0, 1] with
    chance ~ exp(-epsilon / 2 * |number of calibration scores <= edge - rank|)

    The rank lies above that of `split_conformal` by what the noise may cost, so that the coverage holds all the same. Where
    it exceeds the calibration rows the sets hold every label, which is said before anything is trained. The budget is for the
    calibration rows alone: those that the model trains on are protected by `dp_sgd`, or not at all. One threshold is
    released for each model.

    Reference: Angelopoulos et al. (2022), "Private prediction sets"; Cresswell (2025), section 3.7.

    Example:
        >>> PrivateConformal().epsilon
        3.0

    Does not show: what the sets tell about the rows that the model was trained on.
    """

    aspects: ClassVar[tuple[Aspect, ...]] = (Aspect.PRIVACY, Aspect.UNCERTAINTY)
    title: ClassVar[str] = "private conformal sets"
    serves: ClassVar[tuple[Service, ...]] = (
        Service("coverage", "same", baseline_metric="accuracy"),
        Service("calibration_exposure", replaces=("split_conformal",)),
    )
    reference: ClassVar[str] = "Angelopoulos et al., 2022"
    mitigates: ClassVar[tuple[Mitigates, ...]] = (
        Mitigates("P->UQ", "a larger budget for the calibration rows, or more of them", "Angelopoulos et al., 2022"),
        Mitigates("UQ->P", "a private threshold, for the calibration rows", "Angelopoulos et al., 2022"),
    )
    ranges: ClassVar[Mapping[str, Range]] = MappingProxyType(
        {**SetIntervention.ranges, "epsilon": Range(0.0, open=True), "bins": Range(2)}
    )

    epsilon: float = 3.0
    bins: int = 50

    def too_few_rows(self, rows: int, miscoverage: float) -> str:
        if short := super().too_few_rows(rows, miscoverage):
            return short
        rank = noisy_rank(rows, miscoverage, self.epsilon, self.bins)
        if rank <= rows:
            return ""
        return (
            f"{rows} calibration rows at epsilon {self.epsilon:g} and a miscoverage of {miscoverage:.3g}: the noise asks for "
            f"{rank:.0f}, so that the sets hold every label by construction"
        )

    def exposure(self, scores: Float[Array, " row"], miscoverage: float) -> Float[Array, " row"]:
        return private_exposure(scores, miscoverage, self.epsilon, self.bins)

    def limits(
        self, own: Float[Array, "member row"], codes: Array, groups: int, miscoverage: float, held_out: HeldOut
    ) -> Float[Array, "member draw part"]:
        del codes, groups
        at = held_out.calibration
        weights = held_out.weights[:, at]
        found = []
        for member, scores in enumerate(own):
            uniform = float(streams.generator(held_out.seed, "private threshold", member=member).random())
            found.append(private_threshold(scores[at], miscoverage, self.epsilon, self.bins, weights, uniform))
        everyone = np.stack(found)
        return np.stack([everyone, np.full(everyone.shape, np.inf)], axis=2)
