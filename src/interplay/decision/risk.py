"""One effect as a risk: how likely, how severe, and how much that counts under the declared priorities."""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from math import exp
from typing import Literal

from interplay.aspects import Aspect
from interplay.decision.decision import LimitFinding
from interplay.decision.measured import Measured
from interplay.design.treatment import Treatment
from interplay.effects.effect import Effect
from interplay.effects.verdict import rests_on_attack
from interplay.evidence import PrivacyGuarantee
from interplay.study.model import PrioritiesSection

Likelihood = Literal["remote", "unlikely", "possible", "likely", "near-certain"]
Severity = Literal["negligible", "minor", "moderate", "major", "critical"]

LIKELIHOODS: tuple[Likelihood, ...] = ("remote", "unlikely", "possible", "likely", "near-certain")
LIKELIHOOD_EDGES = (0.05, 0.33, 0.67, 0.95)
"""Where the next word begins; each edge belongs to the more likely word."""

SEVERITIES: tuple[Severity, ...] = ("negligible", "minor", "moderate", "major", "critical")
SEVERITY_EDGES = (0.1, 1.0, 3.0, 7.0)
"""Where a word ends, in tolerances; each edge belongs to the less severe word."""

RANK_WEIGHTS = (1.0, 0.8, 0.6, 0.4, 0.2, 0.2)
"""How much severity counts for the aspect on each rank, where the study gives no weight; all count fully
where nobody ranked them."""

CONFIDENT_RATE = 0.01
"""The false positive rate at which a privacy budget must leave some member of the training data unnamed."""


def likelihood_word(probability: float) -> Likelihood:
    """The word for a probability.

    Example:
        >>> [likelihood_word(value) for value in (0.01, 0.05, 0.5, 0.7, 0.95)]
        ['remote', 'unlikely', 'possible', 'likely', 'near-certain']
    """
    return LIKELIHOODS[bisect_right(LIKELIHOOD_EDGES, probability)]


def severity_word(exceedance: float) -> Severity:
    """The word for an expected exceedance of the tolerance, in tolerances.

    Example:
        >>> [severity_word(value) for value in (0.0, 0.5, 2.0, 5.5, 7.5)]
        ['negligible', 'minor', 'moderate', 'major', 'critical']
    """
    return SEVERITIES[bisect_left(SEVERITY_EDGES, exceedance)]


@dataclass(frozen=True)
class Risk:
    """One effect with its likelihood, its severity and its weight; None where it could not be assessed.

    `claim` is the likelihood that the recipe harms on average over members, `deployed` that the one model to be
    deployed is harmed. `floor` says why these words are not lower, and `breach` which hard limit makes the severity
    critical; both are empty otherwise. `weight` is that of the harmed aspect.
    """

    effect: Effect
    claim: Likelihood | None
    deployed: Likelihood | None
    floor: str
    severity: Severity | None
    breach: str
    weight: float

    @property
    def score(self) -> float | None:
        """What risks are ordered by, between 0 and 25.

        score = likelihood of the deployed model (1 to 5) * severity (1 to 5) * weight
        """
        if self.deployed is None or self.severity is None:
            return None
        steps = (LIKELIHOODS.index(self.deployed) + 1) * (SEVERITIES.index(self.severity) + 1)
        return round(steps * self.weight, 6)


@dataclass(frozen=True, eq=False)
class RiskContext:
    """What effects are appraised with.

    `weights` are by aspect; `breaches` says, for a treatment and a metric key, which hard limit one deployed model is
    shown to break; `attacked` are the keys of metrics whose null results rest on an attack; `budgets` are the privacy
    budgets spent.
    """

    weights: Mapping[Aspect, float]
    breaches: Mapping[tuple[Treatment, str], str]
    attacked: frozenset[str]
    budgets: Mapping[Treatment, PrivacyGuarantee]

    def unproven(self, effect: Effect) -> bool:
        """Whether a null result of this effect only says that one attack found nothing.

        A privacy budget covers attacks on the training data where it keeps any attack at a false positive rate of 1 %
        from naming every member: exp(epsilon) * 0.01 + delta < 1, at the size trained on.
        """
        if effect.metric not in self.attacked:
            return False
        spent = [
            one for bare, one in self.budgets.items() if set(bare.interventions) <= set(effect.treatment.interventions)
        ]
        return effect.target != Aspect.PRIVACY or not any(map(_bounds, spent))


def stakes(priorities: PrioritiesSection, findings: Sequence[LimitFinding], measured: Measured) -> RiskContext:
    """What the declared priorities and limits, and the way things were measured, say about risks."""
    by_rank = dict(zip(priorities.ranking, RANK_WEIGHTS if priorities.signed else repeat(1.0), strict=False))
    broken = {
        (measured.place(one.treatment, one.metric), one.metric): one.reason
        for one in findings
        if one.status == "inadmissible"
    }
    metrics = measured.measurements.metrics
    attacked = frozenset(key for key, metric in metrics.items() if rests_on_attack(metric))
    return RiskContext(by_rank | priorities.weights, broken, attacked, measured.measurements.budgets)


def appraise(effect: Effect, at_stake: RiskContext) -> Risk:
    """The risk that an effect poses.

    likelihood: P(effect > tolerance | data), in words at .05, .33, .67 and .95; a result that rests on an attack is
    never below "unlikely", unless a privacy budget covers it.
    severity: the expected exceedance of the tolerance, in tolerances, in words at .1, 1, 3 and 7; critical whatever its
    size where one deployed model of the treatment breaks a hard limit on the metric.

    The share of people in the harmed group does not enter: a harm to few is not a smaller harm.

    Reference: Cresswell, 2025, section 4, step 4.

    Does not show: whether anyone acts on the risk, nor harms that no metric here measures.
    """
    weight = at_stake.weights.get(effect.target, RANK_WEIGHTS[-1])
    breach = at_stake.breaches.get((effect.treatment, effect.metric), "")
    claimed, deployed, excess = effect.probability_of_harm, effect.probability_deployed, effect.exceedance
    if claimed is None or deployed is None or excess is None or effect.verdict == "withheld":
        return Risk(effect, None, None, "", None, breach, weight)
    floored = at_stake.unproven(effect) and min(claimed, deployed) < LIKELIHOOD_EDGES[0]
    floor = "an attack found little at this sample size; another one may find more" if floored else ""
    least = LIKELIHOOD_EDGES[0] if floored else 0.0
    return Risk(
        effect=effect,
        claim=likelihood_word(max(claimed, least)),
        deployed=likelihood_word(max(deployed, least)),
        floor=floor,
        severity=SEVERITIES[-1] if breach else severity_word(excess),
        breach=breach,
        weight=weight,
    )


def _bounds(budget: PrivacyGuarantee) -> bool:
    return exp(min(budget.privacy_epsilon, 700.0)) * CONFIDENT_RATE + budget.privacy_delta < 1
