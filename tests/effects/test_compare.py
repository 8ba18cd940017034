from typing import Any

import numpy as np
import pytest
from tests.contrasts import contrast

from interplay.aspects import Aspect
from interplay.design.treatment import Treatment
from interplay.effects.compare import compare
from interplay.effects.effect import Effect
from interplay.effects.families import family_of
from interplay.effects.results import Effects
from interplay.estimates import Sample
from interplay.measurement.measurements import Cell, Measurements
from interplay.metrics.accuracy import Accuracy
from interplay.metrics.accuracy_disparity import AccuracyDisparity
from interplay.statistics.group_sequential import Looks


def retuned(kit: Any, tuned: float, applied: float) -> tuple[Effect, ...]:
    """Accuracy lost by the re-tuned and by the as-applied treatment."""
    cells = {
        (kit.treated, "tuned", "accuracy"): kit.plain(0.8 - tuned, 0.001, 0.001),
        (kit.treated, "as_applied", "accuracy"): kit.plain(0.8 - applied, 0.001, 0.001),
        (kit.control, "tuned", "accuracy"): kit.plain(0.8),
    }
    return compare(kit.measurements(cells), [kit.comparison()], {}).effects


def test_both_tunings_are_judged(kit: Any) -> None:
    tuned, applied = retuned(kit, 0.0, 0.05)
    assert (tuned.tuning, tuned.verdict) == ("tuned", "no_material_harm")
    assert (applied.tuning, applied.verdict) == ("as_applied", "harm")
    assert "; harm before re-tuning (5.0 points lower (4.7 to 5.3): worse by more" in tuned.reason


def test_harm_that_stays_and_harm_that_comes_with_tuning(kit: Any) -> None:
    assert retuned(kit, 0.05, 0.06)[0].reason.endswith("; harm also as applied")
    assert retuned(kit, 0.05, 0.0)[0].reason.endswith("; not harm before re-tuning (no material harm)")
    assert "re-tuning" not in retuned(kit, 0.0, 0.0)[0].reason


def test_as_applied_prefers_its_own_baseline(kit: Any) -> None:
    cells = {
        (kit.treated, "tuned", "accuracy"): kit.plain(0.8, 0.001),
        (kit.treated, "as_applied", "accuracy"): kit.plain(0.7, 0.001),
        (kit.control, "tuned", "accuracy"): kit.plain(0.8),
        (kit.control, "as_applied", "accuracy"): kit.plain(0.7),
    }
    _, applied = compare(kit.measurements(cells), [kit.comparison()], {}).effects
    assert applied.estimate == pytest.approx(0.0)
    assert applied.control == pytest.approx(0.7)


def test_tolerances_by_key_then_by_name_then_of_the_metric(kit: Any) -> None:
    metric = "accuracy_disparity/race"
    measured = kit.pair(kit.gap(0.1, 0.001, 0.001), kit.gap(0.1), metric)
    asked = [kit.comparison(metric, Aspect.FAIRNESS)]
    given = ({}, {"accuracy_disparity": 0.05}, {"accuracy_disparity": 0.05, metric: 0.07})
    assert [compare(measured, asked, one).effects[0].tolerance for one in given] == [0.02, 0.05, 0.07]


def test_families_are_corrected_apart(kit: Any) -> None:
    measured = kit.pair(kit.plain(0.775, 0.001, 0.002), kit.plain(0.8))
    primary = kit.comparison(probe="privacy_to_fairness/x", primary=True)
    found = compare(measured, [primary, kit.comparison(), kit.comparison()], {}).effects
    assert [effect.family for effect in found] == ["confirmatory", "secondary", "secondary"]
    single, first, _ = (effect.holm_p or 0 for effect in found)
    assert first == pytest.approx(2 * single)
    assert family_of(kit.comparison(primary=True), "tuned") == "secondary"


def test_withheld_and_absent_comparisons_are_in_no_family(kit: Any) -> None:
    cells = {
        (kit.treated, "tuned", "accuracy"): kit.plain(0.75, 0.001, 0.002),
        (kit.control, "tuned", "accuracy"): kit.plain(0.8),
    }
    absent = [kit.comparison("membership_risk", Aspect.PRIVACY)] * 50
    found = compare(kit.measurements(cells), [kit.comparison(), *absent], {}).effects
    alone = compare(kit.measurements(cells), [kit.comparison()], {}).effects
    assert found[0] == alone[0]
    assert {effect.verdict for effect in found[1:]} == {"not_measurable"}


def test_a_baseline_that_is_zero_by_definition(kit: Any) -> None:
    metric = "accuracy_disparity/race"
    measured = kit.measurements({(kit.treated, "tuned", metric): kit.gap(0.1, 0.001, 0.001)})
    effect = compare(measured, [kit.comparison(metric, Aspect.FAIRNESS, baseline=None)], {}).effects[0]
    assert effect.verdict == "harm"
    assert effect.control is None
    assert effect.treated == pytest.approx(0.1)


def test_another_metric_of_the_baseline(kit: Any) -> None:
    cells = {
        (kit.treated, "tuned", "membership_risk"): kit.plain(0.6, 0.001),
        (kit.control, "tuned", "collapse"): kit.plain(0.5),
    }
    asked = kit.comparison("membership_risk", Aspect.PRIVACY, baseline_metric="collapse")
    assert compare(kit.measurements(cells), [asked], {}).effects[0].estimate == pytest.approx(0.1)


def test_probability_of_harm_and_power(kit: Any) -> None:
    effect = compare(kit.pair(kit.plain(0.78, 0.0, 0.005), kit.plain(0.8)), [kit.comparison()], {}).effects[0]
    assert effect.probability_of_harm == pytest.approx(0.5)
    # 60 draws and 400 rows: about 51 degrees of freedom, so 1.675 + 0.849 standard errors beyond the tolerance
    assert effect.smallest_detectable == pytest.approx(0.02 + (1.675 + 0.849) * 0.005, abs=1e-4)
    assert effect.standard_error == pytest.approx(0.005)


def test_json_round_trip_and_frame(kit: Any) -> None:
    cells = {
        (kit.treated, "tuned", "accuracy"): kit.plain(0.8 - 1 / 30, 0.001, 0.002),
        (kit.control, "tuned", "accuracy"): kit.plain(0.8),
    }
    asked = [kit.comparison(control_of="dp_sgd"), kit.comparison("set_size", Aspect.UNCERTAINTY, baseline=None)]
    found = compare(kit.measurements(cells), asked, {})
    assert Effects.from_json(found.to_json()) == found
    frame = found.frame()
    assert list(frame["verdict"]) == ["harm", "not_measurable"]
    assert list(frame["source"]) == ["privacy", "privacy"]
    assert list(frame["treatment"]) == ["dp_sgd", "dp_sgd"]
    assert list(frame["baseline"]) == ["control", "zero"]
    assert frame["estimate"][0] == found.effects[0].estimate


def test_an_empty_plan(kit: Any) -> None:
    found = compare(kit.measurements({}), [], {})
    assert found.effects == ()
    assert "verdict" in found.frame().columns


def fleet(random: np.random.Generator, shift: float, members: int = 8, rows: int = 300) -> Measurements:
    """Two treatments of members that decide rows rightly or not; `shift` of right decisions turn wrong in group b."""
    group = np.arange(rows) % 3 == 0
    weights = np.vstack([np.ones(rows), random.exponential(size=(80, rows))])
    difficulty = random.normal(1.3, 1.0, rows)
    cells = {}
    for treatment, lost in ((Treatment(("dp_sgd",)), shift), (Treatment(), 0.0)):
        right = (difficulty + random.normal(0, 0.7, (members, rows)) > 0) & ~(
            group & (random.uniform(size=(members, rows)) < lost)
        )
        rate = [(right[:, some] @ weights[:, some].T) / weights[:, some].sum(axis=1) for some in (~group, group)]
        by_race = contrast("b against a", rate[0] - rate[1], int(group.sum()))
        overall = Sample((right @ weights.T) / weights.sum(axis=1), rows)
        cells[Cell(treatment, "tuned", "accuracy")] = overall
        cells[Cell(treatment, "tuned", "accuracy_disparity/race")] = Sample(
            np.abs(by_race.values), by_race.support, (by_race,)
        )
    metrics = {one.key: one for one in (Accuracy(), AccuracyDisparity("race"))}
    return Measurements(cells, metrics, {}, {})


def verdicts(kit: Any, shift: float, audits: int) -> list[str]:
    random = np.random.default_rng(17)
    asked = [kit.comparison(), kit.comparison("accuracy_disparity/race", Aspect.FAIRNESS)]
    return [
        effect.verdict
        for _ in range(audits)
        for effect in compare(fleet(random, shift), asked, {}).effects
        if shift == 0 or effect.contrast
    ]


def test_two_controls_do_not_harm_each_other(kit: Any) -> None:
    found = verdicts(kit, 0.0, 150)
    assert found.count("harm") + found.count("improvement") <= 0.05 * len(found)
    assert found.count("no_material_harm") > 0.3 * len(found)


def test_a_planted_disparity_is_found(kit: Any) -> None:
    found = verdicts(kit, 0.25, 40)
    assert found.count("harm") >= 0.8 * len(found)


def test_a_limited_metric_is_held_to_holm(kit: Any) -> None:
    """Harm by Benjamini-Hochberg, not by Holm: it stands unless the metric has a hard limit."""
    others = [Treatment((f"one{place}",)) for place in range(10)]
    cells = {(kit.control, "tuned", "accuracy"): kit.plain(0.8)}
    cells |= {(one, "tuned", "accuracy"): kit.plain(0.755, 0.004, 0.011, 8) for one in others}
    planned = [kit.comparison(treatment=one, applied=one.interventions) for one in others]
    measured = kit.measurements(cells)
    free = compare(measured, planned, {}).effects
    limited = compare(measured, planned, {}, limited=("accuracy",)).effects
    assert {effect.verdict for effect in free} == {"harm"}
    assert all(effect.adjusted_p <= 0.05 < effect.holm_p for effect in limited)
    assert {effect.verdict for effect in limited} == {"harm_undetermined"}
    assert "hard limits" in limited[0].reason


def test_looks_make_every_bound_stricter(kit: Any) -> None:
    measured = kit.pair(kit.plain(0.77, 0.002, 0.004), kit.plain(0.8))
    once = compare(measured, [kit.comparison()], {}).effects[0]
    often = compare(measured, [kit.comparison()], {}, Looks((5, 8, 12))).effects[0]
    assert often.estimate == once.estimate and often.standard_error == once.standard_error
    assert often.low < once.low and often.high > once.high
    assert often.adjusted_p > once.adjusted_p


def test_both_one_sided_tests_make_an_equivalence(kit: Any) -> None:
    level = compare(kit.pair(kit.plain(0.8, 0.001, 0.002), kit.plain(0.8)), [kit.comparison()], {}).effects[0]
    better = compare(kit.pair(kit.plain(0.9, 0.001, 0.002), kit.plain(0.8)), [kit.comparison()], {}).effects[0]
    assert level.equivalent and level.clear_p < 0.05
    assert not better.equivalent and better.clear_p < 0.05


def test_the_deployed_model_is_less_certain_than_the_claim(kit: Any) -> None:
    effect = compare(kit.pair(kit.plain(0.77, 0.002, 0.001), kit.plain(0.8)), [kit.comparison()], {}).effects[0]
    assert 0.5 < effect.probability_deployed < effect.probability_of_harm
    assert effect.exceedance == pytest.approx(0.5, abs=0.05)


def test_all_members_equal_is_a_point(kit: Any) -> None:
    effect = compare(kit.pair(kit.plain(0.75), kit.plain(0.8)), [kit.comparison()], {}).effects[0]
    assert (effect.low, effect.high) == (pytest.approx(0.05), pytest.approx(0.05))
    assert effect.verdict == "harm" and effect.member_spread == 0
    assert effect.probability_deployed == 1.0 and effect.exceedance == pytest.approx(1.5)


def test_a_metric_has_no_verdict_with_fewer_rows_than_its_error_rates_ask_for(
    kit: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    measured = kit.pair(kit.plain(0.6, 0.001, 0.001), kit.plain(0.8))
    (harm,) = compare(measured, [kit.comparison()], {}).effects
    support = kit.plain(0.8).support
    monkeypatch.setattr(Accuracy, "least_support", support + 1)
    (few,) = compare(measured, [kit.comparison()], {}).effects
    assert (harm.verdict, few.verdict) == ("harm", "not_measurable")
    assert few.reason.startswith(f"{support} rows, {support + 1} needed: with fewer its stated error rates were missed")
