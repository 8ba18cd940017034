"""Which learning rate every model of a fleet has."""

import dataclasses

import jax
import numpy as np
import pytest
from tests.audit.worlds import SMALL

import interplay as ip
from interplay.auditing.prepare import prepare
from interplay.auditing.storage import fleet_files, read_fleet
from interplay.design.treatment import Treatment
from interplay.families.network.fleet import train_all
from interplay.families.network.recipes import job, recipe, table
from interplay.training.train import train, tune
from interplay.training.tuning import Tuning

CONTROL, WEIGHED = Treatment(), Treatment(("reweighing",))


def _study(**model):
    return ip.Study(
        name="two treatments",
        members=3,
        draws=50,
        data=ip.DataSection(source="mortgage"),
        groups=ip.GroupsSection(attributes={"race": ip.GroupSection()}),
        model=ip.ModelSection(**{**SMALL, "steps": 15, **model}),
        interventions=(ip.InterventionSection(name="reweighing"),),
    )


@pytest.fixture(scope="module")
def ready():
    return prepare(_study())


def _with_rate(ready, rate):
    model = ready.study.model.model_copy(update={"learning_rate": rate})
    study = ready.study.model_copy(update={"model": model})
    return dataclasses.replace(ready, study=study, design=dataclasses.replace(ready.design, study=study))


def _chosen(control, weighed):
    return {
        one: Tuning((0.1, 0.3), (0.0, 0.0), (), rate, "", False)
        for one, rate in ((CONTROL, control), (WEIGHED, weighed))
    }


def _by_hand(ready, treatment, rate):
    shop, halves = ready.training_setting(), ready.design.halves
    jobs = [job(shop, treatment, half, number, rate, "member") for number, half in enumerate(halves)]
    return train_all(recipe(shop, shop.family.network), table(shop), jobs)


def _same(one, other):
    return all(np.array_equal(a, b) for a, b in zip(jax.tree.leaves(one), jax.tree.leaves(other), strict=True))


def test_models_as_applied_have_the_declared_rate_and_so_has_the_control(ready):
    declared = _with_rate(ready, 0.05)
    fleet = train(declared.training_setting(), _chosen(0.1, 0.3))
    for treatment, own in ((CONTROL, 0.1), (WEIGHED, 0.3)):
        assert _same(fleet.as_applied[treatment], _by_hand(ready, treatment, 0.05))
        assert _same(fleet.tuned[treatment], _by_hand(ready, treatment, own))
        assert not _same(fleet.as_applied[treatment], fleet.tuned[treatment])


def test_without_a_declared_rate_they_have_the_controls(ready):
    fleet = train(ready.training_setting(), _chosen(0.1, 0.3))
    assert fleet.as_applied[CONTROL] is fleet.tuned[CONTROL]
    assert _same(fleet.as_applied[WEIGHED], _by_hand(ready, WEIGHED, 0.1))


def test_a_declared_rate_that_was_also_chosen_is_trained_once(ready):
    fleet = train(_with_rate(ready, 0.3).training_setting(), _chosen(0.1, 0.3))
    assert fleet.as_applied[WEIGHED] is fleet.tuned[WEIGHED]
    assert _same(fleet.as_applied[CONTROL], _by_hand(ready, CONTROL, 0.3))


def test_a_fleet_with_a_control_as_applied_is_read_back(ready):
    declared, tuning = _with_rate(ready, 0.05), _chosen(0.1, 0.3)
    fleet = train(declared.training_setting(), tuning)
    files = fleet_files(ready.family, fleet)
    found = read_fleet(declared.design, ready.family, tuning, files["fleet.safetensors"], files["fleet.json"])
    for one in (CONTROL, WEIGHED):
        assert _same(found.as_applied[one], fleet.as_applied[one]) and _same(found.tuned[one], fleet.tuned[one])


def test_one_listed_rate_is_tried_alone():
    alone = prepare(_study(learning_rates=(0.2,)))
    tuning = tune(alone.training_setting(), alone.tuning_rows())
    assert {(how.rates, how.chosen) for how in tuning.values()} == {((0.2,), 0.2)}


def test_effects_as_applied_are_held_against_the_control_as_applied(tmp_path):
    audit = ip.run(_study(learning_rate=0.001), tmp_path).content

    def level(treatment, tuning):
        effects = [one for one in audit["effects"] if (one["metric"], one["tuning"]) == ("accuracy", tuning)]
        return {one[treatment] for one in effects if one["treatment"] == "reweighing"}

    assert level("control", "as_applied") != level("control", "tuned")
    told = [one for one in audit["methods"]["statements"] if "As applied" in one]
    assert told and "0.001" in told[0]
