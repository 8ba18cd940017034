"""Members are added where comparisons stay open, and nowhere else; a finished run goes on and is not done over."""

import json
import os
import signal
import subprocess
import sys
import textwrap
from dataclasses import replace

import numpy as np
import pytest

import interplay as ip
from interplay.auditing import looks
from interplay.auditing.prepare import prepare
from interplay.auditing.samples import FIRST, MORE, read_measurements
from interplay.design.contexts import metrics_for
from interplay.design.treatment import Treatment
from interplay.effects.adaptive_members import Attention, look
from interplay.effects.compare import compare
from interplay.engine import jax
from interplay.errors import StudyError
from interplay.estimates import NotMeasurable, Sample
from interplay.exhibits import Explainer, refitted
from interplay.exhibits import _explaining as module
from interplay.measurement.measurements import Cell, Measurements
from interplay.report.validation import validate
from interplay.statistics.group_sequential import Looks
from interplay.study.load import load
from tests.audit.worlds import silobank

CONTROL, PRIVATE = "control", "dp_sgd"


def study(most, **more):
    small = silobank(placebo=False, rows=1500, members=4)
    quick = small.model.model_copy(update={"hidden": (8,), "steps": 40, "learning_rates": (0.1, 0.3)})
    data = small.data.model_copy(update={"radius": 1.0})
    changed = {"most_members": most, "model": quick, "draws": 60, "data": data, **more}
    return small.model_copy(update=changed)


@pytest.fixture
def trained(monkeypatch):
    """The numbers of the members that are trained after the first look, by treatment."""
    found, real = [], looks.more_members

    def counted(shop, treatment, rate, members, *rest):
        found.extend((treatment.name, member) for member in members)
        return real(shop, treatment, rate, members, *rest)

    monkeypatch.setattr(looks, "more_members", counted)
    return found


def members_of(audit):
    return {one["name"]: one["members"] for one in audit.content["treatments"]}


@pytest.fixture(scope="module")
def once(tmp_path_factory):
    """A run with as many members as declared."""
    return ip.run(study(None), tmp_path_factory.mktemp("once"))


@pytest.fixture(scope="module")
def grown(tmp_path_factory):
    """A run to which a member was added."""
    return ip.run(study(5), tmp_path_factory.mktemp("grown"))


def test_a_declared_number_of_members_is_kept(once):
    assert once.content["methods"]["looks"] is None
    assert set(members_of(once).values()) == {4}


def test_open_comparisons_get_members_and_a_finished_run_goes_on(trained, tmp_path):
    first = ip.run(study(5), tmp_path / "goes on")
    looked = first.content["methods"]["looks"]
    assert looked["planned"] == [4, 5] and looked["taken"][0]["growing"] == [CONTROL, PRIVATE]
    assert sorted(trained) == [(CONTROL, 4), (PRIVATE, 4)]
    assert members_of(first) == dict.fromkeys(members_of(first), 5)
    trained.clear()

    later = ip.run(study(7), tmp_path / "goes on")
    assert later.path == first.path
    assert later.content["methods"]["looks"]["planned"] == [4, 5, 7]
    assert {member for _, member in trained} == {5, 6}, "members 0 to 4 were there"
    trained.clear()

    again = ip.run(study(7), tmp_path / "goes on")
    assert trained == [] and again.content == later.content
    anew = ip.run(study(7), tmp_path / "anew")
    assert (anew.path / "audit.json").read_bytes() == (later.path / "audit.json").read_bytes()


BAD = ip.InterventionSection(name="dp_sgd", parameters={"privacy_epsilon": 0.05, "max_grad_norm": 0.01})
ROBUST = ip.InterventionSection(name="adversarial_training", parameters={"radius": 1.0})


@pytest.fixture(scope="module")
def several(tmp_path_factory):
    """Both together collapse, so that nothing stays open."""
    return ip.run(study(7, interventions=(BAD, ROBUST)), tmp_path_factory.mktemp("several"))


def samples(audit):
    """The samples of a finished run, before and after members were added."""
    metrics = metrics_for(("sex",))
    first, more = (read_measurements(metrics, {}, audit.path / stem) for stem in (FIRST, MORE))
    return first.samples, first.overlaid(more).samples


def test_the_decided_get_no_members_and_the_open_do(several):
    validate(several.content)
    assert members_of(several) == {
        "control": 7,
        "adversarial_training": 7,
        "dp_sgd": 7,
        "adversarial_training + dp_sgd": 4,
    }
    first, second = several.content["methods"]["looks"]["taken"]
    assert first["growing"] == second["growing"] == ["control", "adversarial_training", "dp_sgd"]
    for decided in (*first["resting"], *second["resting"]):
        assert decided["treatment"] == "adversarial_training + dp_sgd" and decided["matter"] > 0 == decided["undecided"]
    told = " ".join(several.content["methods"]["statements"])
    assert "nothing that matters is open about adversarial_training + dp_sgd" in told


def test_treatments_of_different_numbers_are_compared_on_the_members_that_both_have(several):
    effects = several.effects.query("metric == 'accuracy' and tuning == 'tuned'").set_index("treatment")
    _, last = samples(several)
    control = last[Cell(Treatment(), "tuned", "accuracy")].values[:, 0]
    for name, members in (("adversarial_training + dp_sgd", 4), ("adversarial_training", 7)):
        treated = last[Cell(Treatment(tuple(name.split(" + "))), "tuned", "accuracy")].values[:, 0]
        assert effects.loc[name, "members"] == len(treated) == members
        assert effects.loc[name, "estimate"] == pytest.approx((control[:members] - treated).mean(), abs=1e-12)
    assert len(control) == 7


@pytest.mark.slow
def test_added_members_are_those_that_would_have_been_there_from_the_start(several, tmp_path):
    whole, _ = samples(ip.run(study(None, members=7, interventions=(BAD, ROBUST)), tmp_path))
    first, last = samples(several)
    checked = 0
    for cell, sample in last.items():
        if sample is not first[cell] and not isinstance(sample, NotMeasurable) and cell.metric != "disagreement":
            count = len(sample.values)
            np.testing.assert_allclose(
                sample.values, whole[cell].values[:count], rtol=0, atol=1e-12
            )  # sums of 5 or 7 rows
            for ours, theirs in zip(sample.contrasts, whole[cell].contrasts, strict=True):
                np.testing.assert_allclose(ours.values, theirs.values[:count], rtol=0, atol=1e-12)
            checked += 1
    assert checked > 60


def test_explanations_do_not_depend_on_when_and_with_whom_a_member_is_explained():
    release = ip.InterventionSection(name="release_explanations", parameters={"explained_rows": 20, "samples": 500})
    ready = prepare(study(7, interventions=(BAD, release)))
    shop = replace(ready.training_setting(), design=ready.design.with_members(7))
    stacks = {place: looks.more_members(shop, one, 0.1, range(7)) for place, one in enumerate(shop.design.trainings)}
    first = {place: jax.tree.map(lambda leaf: leaf[:4], one) for place, one in stacks.items()}
    few, many = ready.setting(), ready.setting_of(shop.design)
    together, stepwise = Explainer(2), Explainer(2)
    stepwise(few, {1: refitted(few, first[1])})
    members = {place: refitted(many, stack) for place, stack in stacks.items()}
    whole, later = together(many, members), stepwise(many, {1: members[1]})
    assert set(later) == {1}
    for field in ("rows", "importances", "fidelity", "reference", "repeat", "top_changed"):
        np.testing.assert_array_equal(getattr(later[1], field), getattr(whole[1], field))


def test_no_member_is_explained_twice(monkeypatch):
    release = ip.InterventionSection(name="release_explanations", parameters={"explained_rows": 20, "samples": 500})
    ready, explained, real = prepare(study(7, interventions=(release,))), [], module._member

    def counted(*arguments):
        explained.append(arguments[-1])
        return real(*arguments)

    monkeypatch.setattr(module, "_member", counted)
    shop, explainer = ready.training_setting(), Explainer(1)
    for members in (4, 5, 5, 7):
        design = ready.design.with_members(members)
        stack = looks.more_members(replace(shop, design=design), Treatment(), 0.1, range(members))
        setting = ready.setting_of(design)
        explainer(setting, {0: refitted(setting, stack)})
    assert explained == list(range(7))


def test_bounds_are_stricter_where_looks_are_planned(once, grown):
    assert once.content["methods"]["interval_level"] == pytest.approx(0.9)
    assert 0.9 < grown.content["methods"]["interval_level"] < 0.97
    assert any("Looks were planned at 4, 5 members" in said for said in grown.content["methods"]["statements"])


def test_membership_attacks_keep_the_first_members(grown):
    effects = grown.effects.query("treatment == @PRIVATE and tuning == 'tuned'").set_index("metric")
    assert effects.loc["membership_risk", "members"] == 4
    assert effects.loc["accuracy", "members"] == 5


@pytest.mark.slow
def test_a_killed_look_goes_on_where_it_stopped(trained, tmp_path, monkeypatch):
    train, measure = looks.more_members, looks.measured_with

    def killed(*_, **__):
        raise KeyboardInterrupt

    def killed_at_private(shop, treatment, *rest):
        return train(shop, treatment, *rest) if treatment == Treatment() else killed()

    for verb, kills in (("more_members", killed_at_private), ("measured_with", killed)):
        with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
            patched.setattr(looks, verb, kills)
            ip.run(study(5), tmp_path / "killed")
    assert (looks.more_members, looks.measured_with) == (train, measure)
    audit = ip.run(study(5), tmp_path / "killed")
    assert trained == [(CONTROL, 4), (PRIVATE, 4)], "what was trained was kept"
    whole = ip.run(study(5), tmp_path / "whole")
    assert (audit.path / "audit.json").read_bytes() == (whole.path / "audit.json").read_bytes()


def test_later_members_do_not_depend_on_when_they_are_trained():
    ready = prepare(study(7))
    shop = replace(ready.training_setting(), design=ready.design.with_members(7))
    apart = [looks.more_members(shop, Treatment(), 0.1, [member]) for member in (4, 6)]
    together = looks.more_members(shop, Treatment(), 0.1, [4, 5, 6])
    for place, one in zip((0, 2), apart, strict=True):
        for layer, other in zip(one, together, strict=True):
            for leaf, also in zip(layer, other, strict=True):
                np.testing.assert_array_equal(leaf[0], also[place])


def test_the_looks_are_no_part_of_the_digest_and_the_first_members_are(tmp_path):
    digests = [prepare(study(most)).digest for most in (None, 5, 20)]
    assert len(set(digests)) == 1
    assert prepare(study(None, members=5)).digest != digests[0]


@pytest.mark.parametrize(
    ("members", "most", "expected"),
    [
        (4, 3, "at least the 4 members of the first look"),
        (None, 12, "at least the 16 members that this study starts with"),  # it acts for privacy
    ],
)
def test_fewer_at_most_than_at_first_is_refused(members, most, expected):
    with pytest.raises(StudyError) as refused:
        prepare(study(most, members=members))
    error = refused.value
    assert (error.expected, error.found, error.where) == (expected, str(most), "the study, most_members")
    assert error.remedy.startswith("raise most_members")


@pytest.mark.parametrize("key", ["members", "most_members"])
def test_fewer_than_three_are_refused_at_their_line(key, tmp_path):
    path = tmp_path / "study.toml"
    path.write_text(f'name = "x"\n{key} = 2\n[data]\nsource = "mortgage"\n')
    with pytest.raises(StudyError) as refused:
        load(path)
    error = refused.value
    assert "3" in error.expected and "2" in error.found and "study.toml:2:1" in error.where and error.remedy


def test_all_members_alike_add_none():
    """A spread of exactly zero is no reason to train more."""
    alike = Sample(np.full((5, 61), 0.8), 400)
    cells = {Cell(one, "tuned", "balanced_accuracy"): alike for one in (Treatment(), Treatment(("dp_sgd",)))}
    design = prepare(study(20)).design
    planned = [one for one in design.comparisons if one.metric == "balanced_accuracy"]
    effects = compare(Measurements(cells, design.metrics, {}, {}), planned, {}, Looks((5, 20))).effects
    found = look(effects, Attention(design.metrics, (), ()), design.trainings, 5)
    assert found.growing == () and found.matter > 0


KILLED = """
    import os, signal, sys
    from pathlib import Path
    from interplay.auditing import folder
    from interplay.auditing.run import run
    from tests.audit.test_looks import study

    real = folder.RunFolder.finish
    def finish(self, stage, files):
        real(self, stage, files)
        if stage == sys.argv[2]:
            os.kill(os.getpid(), signal.SIGKILL)
    folder.RunFolder.finish = finish
    run(study(7), Path(sys.argv[1]))
"""


@pytest.mark.slow
def test_killed_within_looks_the_same_bytes_come_out(tmp_path):
    whole = ip.run(study(7), tmp_path / "whole")
    rate = chosen_rate(whole)
    for stage in (f"members/0-{rate}-4", "measured/0-5", "measured/1-5", f"members/0-{rate}-6", "measured/1-7", "look"):
        done = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(KILLED), str(tmp_path / "killed"), stage],
            env={**os.environ, "PYTHONPATH": os.getcwd()},
            capture_output=True,
            check=False,
        )
        assert done.returncode == -signal.SIGKILL, done.stderr.decode()[-2000:]
    again = ip.run(study(7), tmp_path / "killed")
    for name in ("audit.json", "report.html"):
        assert (again.path / name).read_bytes() == (whole.path / name).read_bytes()


def chosen_rate(audit):
    """The control's learning rate."""
    return next(one["tuning"]["chosen"] for one in audit.content["treatments"] if one["name"] == CONTROL)


def test_the_plan_tells_what_may_be_added(tmp_path):
    from interplay.auditing.outline import outline

    told = outline(prepare(study(7)), tmp_path)
    assert "Members    4 at first, up to 7" in told and "looks at 4, 5, 7" in told
    assert "at first" not in outline(prepare(study(None)), tmp_path)


def test_stored_looks_are_read_back_as_they_were(grown):
    stored = json.loads((grown.path / looks.FILE).read_text())
    assert stored["planned"] == [4, 5] and len(stored["taken"]) == 1
