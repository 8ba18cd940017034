"""Members are added where comparisons stay open, and nowhere else; a finished run goes on and is not done over."""

import json
from dataclasses import replace

import numpy as np
import pytest

import interplay as ip
from interplay.audit import looks
from interplay.audit.run import prepare
from interplay.design.treatment import Treatment
from tests.audit.worlds import silobank

CONTROL, PRIVATE = "control", "dp_sgd"


def study(most, **more):
    small = silobank(placebo=False, rows=1500, members=4)
    quick = small.model.model_copy(update={"hidden": (8,), "steps": 40, "learning_rates": (0.1, 0.3)})
    changed = {"most_members": most, "model": quick, "draws": 60, **more}
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


def test_a_declared_number_of_members_is_kept(trained, tmp_path):
    audit = ip.run(study(None), tmp_path)
    assert trained == [] and audit.content["methods"]["looks"] is None
    assert members_of(audit)[CONTROL] == 4


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


def test_bounds_are_stricter_where_looks_are_planned(tmp_path):
    once, often = (ip.run(study(most), tmp_path).content for most in (None, 5))
    assert once["methods"]["interval_level"] == pytest.approx(0.9)
    assert 0.9 < often["methods"]["interval_level"] < 0.97
    assert any("Looks were planned at 4, 5 members" in one for one in often["methods"]["statements"])


def test_membership_attacks_keep_the_first_members(tmp_path):
    audit = ip.run(study(5), tmp_path)
    effects = audit.effects[(audit.effects.treatment == PRIVATE) & (audit.effects.tuning == "tuned")].set_index(
        "metric"
    )
    assert effects.loc["membership_risk", "members"] == 4
    assert effects.loc["accuracy", "members"] == 5


def test_a_killed_look_goes_on_where_it_stopped(trained, tmp_path, monkeypatch):
    real = looks.measured_with

    def killed(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(looks, "measured_with", killed)
    with pytest.raises(KeyboardInterrupt):
        ip.run(study(5), tmp_path / "killed")
    assert trained == [(CONTROL, 4)]
    monkeypatch.setattr(looks, "measured_with", real)
    audit = ip.run(study(5), tmp_path / "killed")
    assert trained == [(CONTROL, 4), (PRIVATE, 4)], "the control's fifth member was kept"
    whole = ip.run(study(5), tmp_path / "whole")
    assert (audit.path / "audit.json").read_bytes() == (whole.path / "audit.json").read_bytes()


def test_later_members_do_not_depend_on_when_they_are_trained():
    ready = prepare(study(7))
    shop = replace(ready.workshop(), design=ready.design.with_members(7))
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


def test_fewer_at_most_than_at_first_is_refused():
    with pytest.raises(ip.InterplayError, match="most_members"):
        prepare(study(3))


def test_the_plan_tells_what_may_be_added(tmp_path):
    from interplay.audit.outline import outline

    told = outline(prepare(study(7)), tmp_path)
    assert "Members    4 at first, up to 7" in told and "looks at 4, 5, 7" in told
    assert "at first" not in outline(prepare(study(None)), tmp_path)


def test_stored_looks_are_read_back_as_they_were(tmp_path):
    audit = ip.run(study(5), tmp_path)
    stored = json.loads((audit.path / looks.FILE).read_text())
    assert stored["planned"] == [4, 5] and len(stored["taken"]) == 1
