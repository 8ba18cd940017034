from typing import Any

import pytest

from interplay.report.reading import AuditReading
from interplay.report.sentences import (
    counts_sentence,
    decision_sentence,
    effect_sentence,
    harm_sentences,
    verdict_sentence,
)

Audit = dict[str, Any]


def effect(audit: Audit, **changes: Any) -> str:
    base = next(one for one in audit["effects"] if one["applied"] == ["dp_sgd"] and one["metric"] == "accuracy")
    numbers = {"estimate": 0.061, "low": 0.039, "high": 0.084, "tolerance": 0.02, "verdict": "harm", "reason": ""}
    return effect_sentence(AuditReading(audit), base | numbers | changes)


def test_harm_has_number_interval_and_tolerance(audit: Audit) -> None:
    assert effect(audit) == (
        "DP-SGD harms utility here: it lowers the accuracy by 6.1 points (90\xa0% interval 3.9 to 8.4), "
        "above the tolerance of 2.0."
    ).replace("6.1 points", "6.1\xa0points")


def test_direction_follows_the_metric(audit: Audit) -> None:
    assert "raises the accuracy disparity (race)" in effect(audit, metric="accuracy_disparity/race", target="fairness")
    better = effect(audit, estimate=-0.061, low=-0.084, high=-0.039, verdict="improvement")
    assert "DP-SGD improves utility here: it raises the accuracy by 6.1\xa0points" in better
    assert "interval 3.9 to 8.4), beyond the tolerance" in better


def test_a_group_that_is_harmed_is_named_with_what_it_loses(audit: Audit) -> None:
    harmed = effect(audit, metric="worst_group_accuracy/race", contrast="accuracy of hispanic", target="fairness")
    assert "it lowers the accuracy of hispanic (race) by 6.1\xa0points" in harmed
    wider = effect(audit, metric="accuracy_disparity/race", contrast="black against white", target="fairness")
    assert "it raises the accuracy disparity (race: black against white) by 6.1\xa0points" in wider


@pytest.mark.parametrize(
    ("contrast", "signed"), [("black against white", True), ("accuracy of black", False), ("", False)]
)
def test_only_gaps_have_a_sign(audit: Audit, contrast: str, signed: bool) -> None:
    assert AuditReading(audit).is_gap({"contrast": contrast}) is signed


@pytest.mark.parametrize(
    ("metric", "numbers", "said"),
    [
        ("set_size", (0.078, 0.05, 0.1), "by 7.8\xa0% (90\xa0% interval 5.0 to 10.0)"),
        ("membership_risk", (0.055, 0.046, 0.064), "by .055 (90\xa0% interval .046 to .064)"),
        ("log_loss", (0.136, 0.106, 0.165), "by 0.136\xa0nats (90\xa0% interval 0.106 to 0.165)"),
        ("explanation_fidelity", (0.098, 0.087, 0.109), "by 0.098 (90\xa0% interval 0.087 to 0.109)"),
    ],
)
def test_units(audit: Audit, metric: str, numbers: tuple[float, float, float], said: str) -> None:
    estimate, low, high = numbers
    assert said in effect(audit, metric=metric, estimate=estimate, low=low, high=high)


def test_a_level_without_a_baseline(audit: Audit) -> None:
    said = effect(audit, baseline=None, control=None, metric="coverage_disparity/race", target="fairness")
    assert said.startswith("DP-SGD harms fairness here: its coverage disparity (race) is 6.1\xa0points")


def test_several_interventions_take_the_plural(audit: Audit) -> None:
    both = effect(audit, applied=["reweighing", "dp_sgd"], treatment="reweighing + dp_sgd")
    assert both.startswith("Reweighing and DP-SGD harm utility here: they lower the accuracy")
    layer = effect(audit, applied=["split_conformal"], treatment="split_conformal")
    assert layer.startswith("Prediction sets harm utility here: they lower")
    beside = effect(audit, applied=["dp_sgd"], treatment="reweighing + dp_sgd")
    assert beside.startswith("DP-SGD beside reweighing harms utility")


@pytest.mark.parametrize(
    ("verdict", "said"),
    [
        ("harm_undetermined", "is worse for utility here: it lowers the accuracy by"),
        ("no_material_harm", "a change for the worse beyond the tolerance of 2.0 is ruled out."),
        ("did_nothing_here", "did nothing here: it lowers"),
        ("inconclusive", "inconclusive. In these data it lowers"),
    ],
)
def test_other_verdicts(audit: Audit, verdict: str, said: str) -> None:
    assert said in effect(audit, verdict=verdict)


def test_absent_numbers_give_their_reason(audit: Audit) -> None:
    none = {"estimate": None, "low": None, "high": None}
    said = effect(audit, **none, verdict="not_measurable", reason="no row to average over")
    assert said == "DP-SGD: accuracy is not measured. No row to average over."
    assert "withheld. It collapsed." in effect(audit, verdict="withheld", reason="it collapsed")


def test_verdict_is_about_the_highest_ranked_harmed_aspect(audit: Audit) -> None:
    assert verdict_sentence(audit).startswith("DP-SGD harms fairness here")
    assert harm_sentences(audit)[0] == verdict_sentence(audit)
    for aspect in audit["aspects"]:
        aspect["rank"] = 7 - aspect["rank"]
    assert " harm" in verdict_sentence(audit) and "uncertainty here" in verdict_sentence(audit)


def test_no_harm_is_not_overstated(audit: Audit) -> None:
    for one in audit["effects"]:
        one["verdict"] = "inconclusive"
    for pair in audit["interactions"]:
        pair |= {"verdict": "inconclusive", "primary_verdict": "inconclusive", "harms": []}
    assert verdict_sentence(audit) == (
        "No harm beyond the tolerances was shown for any interaction; 20 of the 20 interactions are undecided "
        "and 0 could not be judged."
    )


def test_counts_and_decision(audit: Audit) -> None:
    assert counts_sentence(audit).startswith("Of the 20 interactions: 4 harm; ")
    assert decision_sentence(audit).endswith("adversarial training; 1 harm remains.")
    audit["decision"] |= {"treatment": None, "unresolved": "nothing_admissible"}
    assert decision_sentence(audit) == "No treatment is admissible under the declared limits."
    audit["decision"]["unresolved"] = "priorities_not_set"
    assert decision_sentence(audit).startswith("Nothing is recommended, because nobody has set the priorities")


def test_harm_that_correction_leaves_open_is_said(audit: Audit) -> None:
    alone = effect(audit, verdict="harm_undetermined")
    assert alone.endswith(
        "taken alone that exceeds the tolerance of 2.0, after correction for many comparisons it may not."
    )
    unclear = effect(audit, verdict="harm_undetermined", low=0.01)
    assert unclear.endswith("whether that exceeds the tolerance of 2.0 is not settled.")


def test_unsettled_harm_leads_where_none_is_settled(audit: Audit) -> None:
    for one in audit["effects"]:
        if one["verdict"] == "harm" and one["tuning"] == "tuned":
            one["verdict"] = "harm_undetermined"
    for pair in audit["interactions"]:
        pair["harms"] = []
    said = verdict_sentence(audit)
    assert said.startswith("DP-SGD is worse for fairness here") and "taken alone" in said


def test_catalogue_names_are_spoken(audit: Audit) -> None:
    reading = AuditReading(audit)
    text = "fairness -> privacy: dp_sgd on accuracy_disparity/race, membership_risk, my_dp_sgd_column"
    assert reading.spoken(text) == (
        "fairness \N{RIGHTWARDS ARROW} privacy: DP-SGD on accuracy disparity (race), membership risk, my_dp_sgd_column"
    )
