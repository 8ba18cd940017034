"""Conformal prediction calibrated under attack: sets that keep their promise for rows that such an attacker moves."""

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from interplay.arrays import Array, Float
from interplay.aspects import Aspect
from interplay.estimates import NotMeasurable
from interplay.evidence import AdversarialScores, AttackedCalibration
from interplay.interventions._advice import Mitigates
from interplay.interventions._layer import Ask, HeldOut
from interplay.interventions._purpose import Service
from interplay.interventions._sets import OwnScores, SetIntervention, of_labels


@dataclass(frozen=True)
class RobustConformal(SetIntervention):
    """Release prediction sets whose threshold is calibrated on rows that an attacker has moved.

    set(x) = labels y with conformity_score(x, y) <= q, where q is the ceil((n + 1) * (1 - miscoverage))-th smallest of
    max(conformity_score(x, label), conformity_score(x', label)) over the n calibration rows

    x' is the worst row that the evaluation attack finds within the study's radius of x, by PGD and APGD against the row's
    own label. P(true label in set(x) and in set(x')) >= 1 - miscoverage for a new row that the same attacker moves, where
    sets calibrated on unchanged rows lose the labels whose scores the attack raises. The price is the size of the sets.
    Of more than 2,000 calibration rows as many are attacked, drawn by lot. Where nothing can be moved, or models cannot be
    attacked, there are no such sets. Parameters as in split_conformal.

    Reference: Gendler et al. (2022) and Ghosh et al. (2023), on coverage under attack and in its probability; Angelopoulos
    and Bates (2023), section 1, for thresholds. They bound scores or smooth them; here the attack itself calibrates.

    Example:
        >>> RobustConformal(miscoverage=0.1).score
        'lac'

    Does not show: a certificate. The promise is about this attack at this radius: a stronger attacker, a larger radius, or a
    switched category may still take the label out of the set.
    """

    aspects: ClassVar[tuple[Aspect, ...]] = (Aspect.ROBUSTNESS, Aspect.UNCERTAINTY)
    title: ClassVar[str] = "sets calibrated under attack"
    serves: ClassVar[tuple[Service, ...]] = (Service("attacked_coverage", replaces=("split_conformal",)),)
    reference: ClassVar[str] = "Gendler et al., 2022"
    mitigates: ClassVar[tuple[Mitigates, ...]] = (
        Mitigates("UQ->R", "a threshold calibrated on attacked rows", "Gendler et al., 2022"),
    )
    attacks_calibration: ClassVar[bool] = True

    def own_scores(
        self, ask: Ask, conformity: Float[Array, "member row label"], held_out: HeldOut
    ) -> OwnScores | NotMeasurable:
        """The larger of both scores, of the calibration rows that were attacked and of the evaluated ones."""
        calibrating, evaluated = ask(AttackedCalibration), ask(AdversarialScores)
        if isinstance(calibrating, NotMeasurable):
            return calibrating
        if isinstance(evaluated, NotMeasurable):
            return evaluated
        values, uniform = of_labels(conformity, held_out.labels), held_out.uniform("set ties")
        for moved in (calibrating, evaluated):
            attacked = self.conformity(moved.log_probabilities, uniform[moved.rows])
            own = of_labels(attacked, held_out.labels[moved.rows])
            values[:, moved.rows] = np.maximum(values[:, moved.rows], own)
        known = np.zeros(len(held_out.labels), dtype=bool)
        known[evaluated.rows] = True
        return OwnScores(values, replace(held_out, calibration=calibrating.rows, counted=held_out.counted & known))
