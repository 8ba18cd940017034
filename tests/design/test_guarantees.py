"""DP-SGD at its edges: what promises nothing is said so or refused, before anything runs."""

import time
from dataclasses import replace

import pytest
from tests.audit.worlds import SMALL

import interplay as ip
from interplay.accounting import epsilon, noise_for, seconds, smallest_noise
from interplay.auditing.outline import outline
from interplay.auditing.prepare import prepare
from interplay.design.candidates import candidates
from interplay.design.factors import Factors, trained
from interplay.design.guarantees import NOT_FOR_RELEASE, ROWS_ARE_PUBLIC, guarantee_faults, never_chosen
from interplay.design.strength import Strength
from interplay.design.treatment import Treatment
from interplay.errors import StudyError
from interplay.families import budget
from interplay.interventions.adversarial_training import AdversarialTraining
from interplay.interventions.dp_sgd import DpSgd
from interplay.interventions.group_conformal import GroupConformal
from interplay.interventions.parity_penalty import ParityPenalty
from interplay.interventions.release_explanations import ReleaseExplanations
from interplay.interventions.reweighing import Reweighing
from interplay.interventions.split_conformal import SplitConformal
from interplay.study.model import LimitSection

PRIVATE, WEIGHED = Treatment(("dp_sgd",)), Treatment(("reweighing",))
NAN, INFINITE = float("nan"), float("inf")


def _study(strengths=None, model=None, **parameters):
    sections = [
        ip.InterventionSection(name="reweighing"),
        ip.InterventionSection(name="dp_sgd", parameters=parameters, strengths=strengths or {}),
    ]
    return ip.Study(
        name="edges",
        members=3,
        draws=50,
        data=ip.DataSection(source="mortgage", radius=0.3),
        groups=ip.GroupsSection(attributes={"race": ip.GroupSection()}),
        model=ip.ModelSection(**{**SMALL, "steps": 20, "learning_rates": (0.1,), **(model or {})}),
        interventions=tuple(sections),
    )


@pytest.mark.parametrize(
    ("kind", "parameters"),
    [
        *((DpSgd, {"privacy_epsilon": value}) for value in (0.0, -1.0, NAN, INFINITE)),
        *((DpSgd, {"max_grad_norm": value}) for value in (0.0, -1.0, NAN, INFINITE)),
        *((DpSgd, {"privacy_delta": value}) for value in (0.0, -0.1, 1.0, NAN)),
        *((DpSgd, {"noise_multiplier": value}) for value in (-0.1, NAN, INFINITE)),
        *((AdversarialTraining, bad) for bad in ({"radius": -0.1}, {"attack_steps": 0}, {"copies": 0})),
        *((Reweighing, {"strength": value}) for value in (-0.1, 1.1)),
        (ParityPenalty, {"strength": -1.0}),
        *((kind, {"miscoverage": value}) for kind in (SplitConformal, GroupConformal) for value in (0.0, 1.0)),
        *((ReleaseExplanations, {name: 0}) for name in ("samples", "features", "explained_rows")),
    ],
)
def test_a_number_that_makes_no_sense_is_refused(kind, parameters):
    ((name, value),) = parameters.items()
    with pytest.raises(StudyError) as caught:
        kind(**parameters)
    assert caught.value.expected.startswith(f"a {name} ") and caught.value.found == f"{value:g}"
    assert caught.value.where.endswith(name) and caught.value.remedy


def test_the_study_says_which_of_several_parameters_is_wrong():
    with pytest.raises(StudyError) as caught:
        prepare(_study(privacy_epsilon=3.0, max_grad_norm=-1.0))
    assert caught.value.where == "the study, interventions[1].parameters.max_grad_norm"
    assert (caught.value.expected, caught.value.found) == ("a max_grad_norm above 0", "-1")


@pytest.mark.parametrize("noise", [1e-8, 0.0001, 0.05, 0.1])
@pytest.mark.parametrize("batch", ["full", 64])
def test_too_little_noise_to_account_for_is_refused_at_once_and_the_smallest_is_named(noise, batch):
    study = _study(noise_multiplier=noise, model={"batch_size": batch})
    began = time.monotonic()
    with pytest.raises(StudyError) as caught:
        prepare(study)
    assert time.monotonic() - began < 20
    assert caught.value.where == "the study, interventions[1].parameters.noise_multiplier"
    least = float(caught.value.expected.removeprefix("a noise multiplier of at least ").split(",")[0])
    assert noise < least
    prepare(_study(noise_multiplier=least, model={"batch_size": batch}))


def test_another_strength_without_enough_noise_is_refused_where_it_stands():
    with pytest.raises(StudyError) as caught:
        prepare(_study({"noise_multiplier": (2.0, 0.01)}, noise_multiplier=1.0))
    assert caught.value.where == "the study, interventions[1].strengths.noise_multiplier[1]"


def test_the_smallest_noise_can_be_accounted_for_and_less_is_refused_by_the_accountant():
    for rate, steps in ((1.0, 400), (0.5, 10_000), (0.004, 1)):
        least = smallest_noise(rate, steps, 1e-4)
        assert rate == 1.0 or seconds(least, rate, steps) <= 10.0
        with pytest.raises(StudyError, match="the smallest that can be accounted for"):
            epsilon(0.99 * least, rate, steps, 1e-4)
    assert epsilon(smallest_noise(1.0, 400, 1e-4), 1.0, 400, 1e-4) == pytest.approx(500, abs=0.01)


def test_a_target_beyond_what_is_accounted_for_gets_the_smallest_noise():
    for target in (500.0, 1e6):
        assert noise_for(target, 1.0, 400, 1e-4) == pytest.approx(smallest_noise(1.0, 400, 1e-4))


def test_a_delta_that_lets_a_whole_row_be_published_is_refused():
    pool = len(prepare(_study()).design.pool)
    with pytest.raises(StudyError) as caught:
        prepare(_study(privacy_delta=1.0 / pool))
    assert f"1/{pool}" in caught.value.expected
    assert caught.value.where == "the study, interventions[1].parameters.privacy_delta"
    assert not list(guarantee_faults(prepare(_study(privacy_delta=0.9 / pool)).design))
    assert not list(guarantee_faults(prepare(_study()).design)), "the default always lies below"


def test_clipping_alone_is_trained_and_never_a_candidate():
    built = Factors({"reweighing": Reweighing(), "dp_sgd": DpSgd(noise_multiplier=0.0)}, {})
    assert trained(built) == (Treatment(), WEIGHED, PRIVATE), "a diagnostic is trained alone"
    assert candidates(built) == (Treatment(), WEIGHED)
    with_noise = replace(built, training={**built.training, "dp_sgd": DpSgd()})
    assert len(candidates(with_noise)) == 4
    other = Strength("dp_sgd", "noise_multiplier", 0.0, DpSgd(noise_multiplier=0.0))
    named = Factors(with_noise.training, {}, {other.name: other})
    assert "without noise" in never_chosen(named, Treatment((other.name,)))
    assert never_chosen(named, PRIVATE) == ""


@pytest.fixture(scope="module")
def clipped(tmp_path_factory):
    study = _study(noise_multiplier=0.0, model={"hidden": ()})
    limited = study.model_copy(update={"limits": (LimitSection(metric="privacy_budget", at_most=1000.0),)})
    return ip.run(limited, tmp_path_factory.mktemp("runs")).content


def test_clipping_alone_has_no_budget_and_the_reason(clipped):
    treatments = {one["name"]: one for one in clipped["treatments"]}
    assert "reweighing + dp_sgd" not in treatments
    for name in ("dp_sgd",):
        assert treatments[name]["privacy"] is None
        assert "without noise" in treatments[name]["no_privacy"] and "no guarantee" in treatments[name]["no_privacy"]
        assert "diagnostic" in treatments[name]["never_chosen"]
    assert treatments["control"]["never_chosen"] is None
    assert any(one["treatment"] == "dp_sgd" and one["estimate"] is not None for one in clipped["effects"])
    rejected = {one["treatment"]: one["reason"] for one in clipped["decision"]["rejected"]}
    assert set(rejected) == {"control", "reweighing"}, "what is never chosen is not among the candidates"
    assert clipped["decision"]["treatment"] is None
    assert not any(ROWS_ARE_PUBLIC in said for said in clipped["methods"]["statements"]), "nothing is promised here"


def test_the_plan_says_what_budgets_mean(tmp_path):
    full, sampled = (outline(prepare(_study(model={"batch_size": size})), tmp_path) for size in ("full", 128))
    assert NOT_FOR_RELEASE in full and NOT_FOR_RELEASE in sampled
    assert ROWS_ARE_PUBLIC in full and ROWS_ARE_PUBLIC not in sampled
    clipping = outline(prepare(_study(noise_multiplier=0.0)), tmp_path)
    assert "never chosen: a diagnostic" in clipping and NOT_FOR_RELEASE not in clipping


def test_no_noise_is_no_budget_and_some_is_one():
    design = prepare(_study(noise_multiplier=0.0)).design
    assert budget(design, PRIVATE) is None
    spent = budget(prepare(_study(noise_multiplier=2.0)).design, PRIVATE)
    assert spent.privacy_epsilon == pytest.approx(epsilon(2.0, 1.0, 20, spent.privacy_delta))
