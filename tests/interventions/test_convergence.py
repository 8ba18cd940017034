"""Treatments with a schedule of their own: they are what a study with that schedule trains, and nobody else is changed."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.acme_trust.base_rates import BaseRates
from tests.measurement.worlds import bank, study

import interplay as ip
from interplay.accounting import epsilon
from interplay.auditing.outline import outline
from interplay.auditing.prepare import Prepared, prepare
from interplay.design.cost import cost
from interplay.design.guarantees import NOT_FOR_RELEASE, no_budget
from interplay.design.settings import Settings, settle
from interplay.design.treatment import Treatment
from interplay.errors import StudyError
from interplay.families import Order, budget
from interplay.interventions.longer_dp_sgd import LongerDpSgd
from interplay.interventions.shorter_training import ShorterTraining
from interplay.report.validation import validate
from interplay.training.train import tuned_with

CONTROL, PRIVATE, LONGER, SHORTER = (
    Treatment(names) for names in ((), ("dp_sgd",), ("longer_dp_sgd",), ("shorter_training",))
)
LISTED = ("dp_sgd", "longer_dp_sgd", "shorter_training")
BUDGET = {"privacy_epsilon": 3.0, "max_grad_norm": 0.5}


def ready(*names: str, steps: int = 20, members: int = 3, **parameters: object) -> Prepared:
    declared = study(*names, members=members, model={"steps": steps, "batch_size": 50})
    sections = [ip.InterventionSection(name=name, parameters=parameters if name == "dp_sgd" else {}) for name in names]
    return prepare(declared.model_copy(update={"interventions": tuple(sections)}), bank(400))


def scores(made: Prepared, treatment: Treatment) -> np.ndarray:
    orders = [Order(treatment, 0.3, half, at, "member") for at, half in enumerate(made.design.halves)]
    return made.family.scores(made.family.train(made.training_setting(), orders), made.encoded.matrix[:60])


@pytest.fixture(scope="module")
def made() -> Prepared:
    return ready(*LISTED, **BUDGET)


def test_they_are_what_a_study_of_so_many_steps_trains(made: Prepared) -> None:
    np.testing.assert_array_equal(scores(made, SHORTER), scores(ready("dp_sgd", steps=5), CONTROL))
    np.testing.assert_array_equal(scores(made, LONGER), scores(ready("dp_sgd", steps=80, **BUDGET), PRIVATE))


def test_all_others_are_trained_as_without_them(made: Prepared) -> None:
    alone = ready("dp_sgd", **BUDGET)
    for treatment in (CONTROL, PRIVATE):
        np.testing.assert_array_equal(scores(made, treatment), scores(alone, treatment))
        assert made.design.schedule_of(treatment) == alone.design.schedule


def test_learning_rates_are_chosen_with_their_own_steps(made: Prepared) -> None:
    long = ready("dp_sgd", steps=80, **BUDGET)
    here = tuned_with(made.training_setting(), LONGER, made.tuning_rows())
    assert here == tuned_with(long.training_setting(), PRIVATE, long.tuning_rows())


def test_more_steps_have_more_noise_and_the_same_budget(made: Prepared) -> None:
    plain, longer = budget(made.design, PRIVATE), budget(made.design, LONGER)
    assert plain is not None
    assert longer is not None
    assert longer.noise_multiplier > 1.3 * plain.noise_multiplier
    for spent in (plain, longer):
        assert spent.privacy_epsilon == pytest.approx(3.0, rel=0.02)
    schedule = made.design.schedule_of(LONGER)
    assert schedule.steps == 80
    by_hand = epsilon(longer.noise_multiplier, schedule.rate, 80, longer.privacy_delta)
    assert longer.privacy_epsilon == by_hand
    assert no_budget(made.design.factors, LONGER) == ""


def test_a_plan_says_what_they_cost_and_spend(made: Prepared) -> None:
    lines = outline(made, Path("runs")).splitlines()
    longer = next(line for line in lines if line.startswith("           - longer_dp_sgd  "))
    assert "[80 steps]" in longer
    assert "epsilon at most 3.00" in longer
    assert "never chosen: a diagnostic: it is DP-SGD for 4 times as many steps" in longer
    shorter = next(line for line in lines if line.startswith("           - shorter_training"))
    assert "[5 steps]" in shorter
    assert "25 % of its steps" in shorter
    assert any("for 4 times as many steps" in line for line in lines if "longer_dp_sgd: " in line)
    assert any(line.endswith("- control") for line in lines)
    alone = outline(ready("longer_dp_sgd"), Path("runs"))
    assert NOT_FOR_RELEASE in alone, "it spends a budget, chosen or not"


def test_a_longer_schedule_costs_so_many_times_as_much() -> None:
    design = ready(*LISTED, steps=10_000_000_000).design
    control, private, longer, shorter = (
        cost(replace(design, trainings=(one,)), 20, 2).seconds for one in (CONTROL, PRIVATE, LONGER, SHORTER)
    )
    assert longer / private == pytest.approx(4.0, rel=0.05)
    assert shorter / control == pytest.approx(0.25, rel=0.05)


def test_it_has_the_parameters_of_what_it_follows_unless_declared(made: Prepared) -> None:
    longer = made.design.factors.training["longer_dp_sgd"]
    assert (longer.privacy_epsilon, longer.max_grad_norm) == (3.0, 0.5)
    found = settle(ready(*LISTED).design, Settings(parameters={"dp_sgd": {"max_grad_norm": 0.3}}))
    assert found.factors.training["longer_dp_sgd"].max_grad_norm == 0.3
    sections = [{"name": "dp_sgd"}, {"name": "longer_dp_sgd", "parameters": {"privacy_epsilon": 1.0, "times": 2}}]
    own = study().model_copy(update={"interventions": tuple(map(ip.InterventionSection.model_validate, sections))})
    one = prepare(own, bank(400)).design.factors.training["longer_dp_sgd"]
    assert (one.privacy_epsilon, one.times) == (1.0, 2.0)


def test_declared_noise_has_no_budget_to_stay_within() -> None:
    with pytest.raises(StudyError, match="within which the noise of the longer schedule is solved for"):
        ready(*LISTED, noise_multiplier=1.0)
    assert ready(*LISTED, noise_multiplier=0.0).design.schedule_of(LONGER).steps == 80


def test_without_noise_longer_training_promises_nothing() -> None:
    clipped = LongerDpSgd(noise_multiplier=0.0)
    assert clipped.no_guarantee == clipped.diagnostic
    assert "no guarantee" in clipped.diagnostic
    assert LongerDpSgd().no_guarantee == ""


def test_models_that_are_not_trained_in_steps_refuse_them() -> None:
    family = BaseRates(2)
    reason = family.refuses(ShorterTraining())
    assert reason is not None
    assert "not trained in steps" in reason


def test_a_run_compares_both_and_chooses_neither(tmp_path: Path) -> None:
    declared = study(*LISTED, model={"steps": 20, "learning_rates": (0.3,)})
    made = ip.run(declared, tmp_path, bank(400))
    validate(made.content)
    pair = next(
        one for one in made.content["interactions"] if (one["source"], one["target"]) == ("privacy", "robustness")
    )
    probes = {one["name"]: [made.content["effects"][at] for at in one["effects"]] for one in pair["probes"]}
    stopped, longer = probes["convergence as the cause"], probes["longer training within the budget"]
    assert {(one["treatment"], one["baseline"]) for one in stopped} == {("shorter_training", "control")}
    assert {(one["treatment"], one["baseline"]) for one in longer} == {("longer_dp_sgd", "dp_sgd")}
    known = {one["name"]: one for one in made.content["treatments"]}
    assert known["longer_dp_sgd"]["privacy"]["epsilon"] == pytest.approx(8.0, rel=0.02)
    assert known["shorter_training"]["no_privacy"]
    assert all(known[name]["never_chosen"] for name in ("longer_dp_sgd", "shorter_training"))
    assert {one["name"] for one in made.content["origins"]["diagnostics"]} == {"longer_dp_sgd", "shorter_training"}
    assert "Where harms come from" in made.report.read_text()
