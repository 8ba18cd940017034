"""Risks from hand-made effects: words at their edges, floors, breaches, weights, and which effects enter the register."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interplay.aspects import Aspect
from interplay.decision.decision import LimitFinding
from interplay.decision.measured import Measured
from interplay.decision.register import identity, pair_of, register
from interplay.decision.risk import (
    LIKELIHOODS,
    SEVERITIES,
    RiskContext,
    appraise,
    likelihood_word,
    severity_word,
    stakes,
)
from interplay.design.treatment import Treatment
from interplay.effects.effect import Effect
from interplay.evidence import PrivacyGuarantee
from interplay.study.model import PrioritiesSection

PRIVATE = Treatment(("dp_sgd",))
OPPORTUNITY = "equal_opportunity_difference/sex"
FAIRNESS_FIRST = PrioritiesSection(
    ranking=tuple(map(Aspect, ("fairness", "privacy", "robustness", "explainability", "uncertainty", "utility"))),
    set_by="the board",
)
_KNOWN: dict[str, Any] = {
    "source": (Aspect.PRIVACY,),
    "target": Aspect.FAIRNESS,
    "metric": OPPORTUNITY,
    "contrast": "woman against man",
    "treatment": PRIVATE,
    "baseline": Treatment(),
    "baseline_metric": OPPORTUNITY,
    "tuning": "tuned",
    "applied": ("dp_sgd",),
    "probe": "privacy_to_fairness/equal opportunity",
    "primary": True,
    "family": "confirmatory",
    "tolerance": 0.02,
    "treated": 0.18,
    "control": 0.03,
    "estimate": 0.13,
    "low": 0.11,
    "high": 0.15,
    "standard_error": 0.01,
    "degrees": 15.0,
    "member_spread": 0.018,
    "smallest_detectable": 0.04,
    "probability_of_harm": 0.999,
    "probability_deployed": 0.97,
    "exceedance": 5.5,
    "clear_p": 1.0,
    "equivalent": False,
    "adjusted_p": 0.001,
    "holm_p": 0.001,
    "verdict": "harm",
    "reason": "worse",
}
EFFECT = Effect(**(dict.fromkeys(Effect.__dataclass_fields__) | _KNOWN))  # type: ignore[arg-type]
NO_STAKES = RiskContext({}, {}, frozenset(), {})


def attacked(epsilon: float | None) -> RiskContext:
    """What is at stake where membership exposure rests on an attack, and DP-SGD spent a budget or none."""
    spent = {} if epsilon is None else {PRIVATE: PrivacyGuarantee(epsilon, 1e-5, epsilon / 2, 1.0)}
    return RiskContext({}, {}, frozenset({"membership_exposure", "robust_accuracy"}), spent)


def null(metric: str, target: Aspect) -> Effect:
    """A result in which an attack found nothing."""
    numbers = {"probability_of_harm": 0.001, "probability_deployed": 0.002, "exceedance": 0.0}
    return replace(EFFECT, metric=metric, contrast="", target=target, verdict="no_material_harm", **numbers)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("probability", "word"),
    [(0, 0), (0.0499, 0), (0.05, 1), (0.3299, 1), (0.33, 2), (0.6699, 2), (0.67, 3), (0.9499, 3), (0.95, 4), (1, 4)],
)
def test_likelihood_changes_its_word_at_the_edges(probability: float, word: int) -> None:
    assert likelihood_word(probability) == LIKELIHOODS[word]


@pytest.mark.parametrize(
    ("exceedance", "word"),
    [(0, 0), (0.1, 0), (0.11, 1), (1, 1), (1.01, 2), (3, 2), (3.01, 3), (7, 3), (7.01, 4), (1e9, 4)],
)
def test_severity_changes_its_word_at_the_edges(exceedance: float, word: int) -> None:
    assert severity_word(exceedance) == SEVERITIES[word]


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 20), st.floats(0, 20))
def test_more_likely_or_more_severe_never_scores_less(one: float, other: float, small: float, large: float) -> None:
    (less, more), (small, large) = sorted((one, other)), sorted((small, large))
    low = appraise(replace(EFFECT, probability_deployed=less, exceedance=small), NO_STAKES)
    high = appraise(replace(EFFECT, probability_deployed=more, exceedance=large), NO_STAKES)
    assert low.score is not None and high.score is not None
    assert low.score <= high.score


def test_an_exceedance_of_five_and_a_half_is_major_by_its_size() -> None:
    risk = appraise(EFFECT, NO_STAKES)
    assert (risk.claim, risk.deployed, risk.severity) == ("near-certain", "near-certain", "major")


def test_a_broken_limit_on_the_metric_by_the_treatment_is_critical(kit: Any) -> None:
    measured = Measured(kit.measurements({}))
    finding = LimitFinding(PRIVATE, OPPORTUNITY, "at_most", 0.05, "inadmissible", 0.01, 0.2, "at most 0.05 is broken")
    risk = appraise(EFFECT, stakes(FAIRNESS_FIRST, [finding], measured))
    assert (risk.severity, risk.breach, risk.score) == ("critical", "at most 0.05 is broken", 25.0)
    for other in (
        replace(finding, status="undecided"),
        replace(finding, metric="balanced_accuracy"),
        replace(finding, treatment=Treatment()),
    ):
        assert appraise(EFFECT, stakes(FAIRNESS_FIRST, [other], measured)).severity == "major"


def test_a_limit_counts_where_the_metric_of_the_candidate_was_measured(kit: Any) -> None:
    sets = Treatment(("dp_sgd", "split_conformal"))
    measured = Measured(kit.measurements({}), {(PRIVATE, "set_size"): sets})
    finding = LimitFinding(PRIVATE, "set_size", "at_most", 1.2, "inadmissible", 0.01, 2.0, "broken")
    effect = replace(EFFECT, metric="set_size", contrast="", treatment=sets)
    assert appraise(effect, stakes(FAIRNESS_FIRST, [finding], measured)).severity == "critical"


def test_weights_follow_the_rank_unless_the_study_gives_them(kit: Any) -> None:
    measured = Measured(kit.measurements({}))
    by_rank = stakes(FAIRNESS_FIRST, (), measured).weights
    assert list(by_rank.values()) == [1.0, 0.8, 0.6, 0.4, 0.2, 0.2]
    own = FAIRNESS_FIRST.model_copy(update={"weights": {Aspect.UTILITY: 0.9, Aspect.FAIRNESS: 0.0}})
    at_stake = stakes(own, (), measured)
    assert (at_stake.weights[Aspect.UTILITY], at_stake.weights[Aspect.PRIVACY]) == (0.9, 0.8)
    assert appraise(EFFECT, at_stake).score == 0.0
    assert appraise(replace(EFFECT, target=Aspect.UTILITY), at_stake).score == pytest.approx(5 * 4 * 0.9)
    assert appraise(replace(EFFECT, target=Aspect.REPRODUCIBILITY), at_stake).weight == 0.2


def test_the_likelihood_of_one_deployed_model_orders_and_the_claim_is_shown() -> None:
    risk = appraise(replace(EFFECT, probability_of_harm=0.99, probability_deployed=0.5), NO_STAKES)
    assert (risk.claim, risk.deployed, risk.score) == ("near-certain", "possible", pytest.approx(3 * 4 * 0.2))


def test_a_result_that_rests_on_an_attack_is_never_remote() -> None:
    risk = appraise(null("membership_exposure", Aspect.PRIVACY), attacked(None))
    assert (risk.claim, risk.deployed, risk.severity) == ("unlikely", "unlikely", "negligible")
    assert "another one may find more" in risk.floor
    likely = replace(null("membership_exposure", Aspect.PRIVACY), probability_of_harm=0.5, probability_deployed=0.5)
    assert appraise(likely, attacked(None)).floor == ""


@pytest.mark.parametrize(("epsilon", "word"), [(0.5, "remote"), (4.5, "remote"), (4.7, "unlikely"), (8.0, "unlikely")])
def test_a_privacy_budget_that_bounds_something_lifts_the_floor(epsilon: float, word: str) -> None:
    assert appraise(null("membership_exposure", Aspect.PRIVACY), attacked(epsilon)).deployed == word


def test_a_privacy_budget_says_nothing_about_adversarial_rows() -> None:
    assert appraise(null("robust_accuracy", Aspect.ROBUSTNESS), attacked(0.5)).deployed == "unlikely"


def test_a_budget_of_another_treatment_covers_nothing() -> None:
    elsewhere = replace(null("membership_exposure", Aspect.PRIVACY), treatment=Treatment(("reweighing",)))
    assert appraise(elsewhere, attacked(0.5)).deployed == "unlikely"


def test_the_register_leaves_out_what_is_shown_absent_and_nothing_else() -> None:
    kept = [replace(EFFECT, contrast=word, verdict=word) for word in ("harm", "harm_undetermined", "inconclusive")]  # type: ignore[arg-type]
    gone = [replace(EFFECT, verdict=word) for word in ("no_material_harm", "improvement", "did_nothing_here")]  # type: ignore[arg-type]
    attack = [
        null("membership_exposure", Aspect.PRIVACY),
        replace(null("robust_accuracy", Aspect.ROBUSTNESS), verdict="improvement"),
    ]
    settled_outside = replace(EFFECT, primary=False, probe="", contrast="not asked")
    other = [replace(EFFECT, tuning="as_applied"), replace(settled_outside, contrast="", verdict="inconclusive")]
    found = register([*kept, *gone, *attack, *other, settled_outside], (), attacked(None))
    assert {risk.effect.contrast for risk in found} == {"harm", "harm_undetermined", "inconclusive", "", "not asked"}
    assert len(found) == 6


def test_the_largest_risk_comes_first_and_the_unassessed_last() -> None:
    none = {"probability_of_harm": None, "probability_deployed": None, "exceedance": None}
    effects = [
        replace(EFFECT, contrast="absent", verdict="not_measurable", **none),  # type: ignore[arg-type]
        replace(EFFECT, contrast="small", exceedance=0.5),
        replace(EFFECT, contrast="collapsed", verdict="withheld"),
        replace(EFFECT, contrast="large", exceedance=9.0),
        replace(EFFECT, contrast="same word", exceedance=6.0),
        replace(EFFECT, contrast="middle", exceedance=5.0),
    ]
    found = register(effects, (), NO_STAKES)
    assert [risk.effect.contrast for risk in found][:4] == ["large", "same word", "middle", "small"]
    assert [risk.score for risk in found][4:] == [None, None]


def test_residual_harms_are_added_once() -> None:
    whole = replace(EFFECT, probe="", primary=False, source=(), contrast="whole")
    found = register([EFFECT], [EFFECT, whole], NO_STAKES)
    assert sorted(pair_of(risk.effect) for risk in found) == ["privacy_to_fairness", "treatment_to_fairness"]


def test_an_identity_is_stable_and_names_the_place_alone() -> None:
    assert identity(EFFECT) == "R-df2e356bfe8d"
    assert identity(replace(EFFECT, estimate=1.0, verdict="inconclusive", tolerance=0.5)) == identity(EFFECT)
    places = [
        replace(EFFECT, probe="privacy_to_fairness/worst group"),
        replace(EFFECT, probe=""),
        replace(EFFECT, treatment=Treatment()),
        replace(EFFECT, metric="balanced_accuracy"),
        replace(EFFECT, contrast="man against woman"),
        replace(EFFECT, contrast="\ud800"),
    ]
    assert len({identity(one) for one in (EFFECT, *places)}) == 7
