"""One criterion for tuning and deciding: what a refit of scale and intercept mends under DP-SGD, on a generated bank."""

import numpy as np
import pytest

import interplay as ip
from interplay.auditing.prepare import prepare
from interplay.design.treatment import Treatment
from interplay.exhibits import refitted
from interplay.families.network.fleet import scores
from interplay.training.train import more_members
from tests.measurement.worlds import CONTROL, Facts, bank, study

PRIVATE = Treatment(("dp_sgd",))


@pytest.fixture(scope="module")
def world():
    """A fifth of the labels are 1; every gradient is clipped, which moves the intercept and hardly the ranking."""
    clipped = ip.InterventionSection(name="dp_sgd", parameters={"max_grad_norm": 0.1})
    asked = study(model={"steps": 200}).model_copy(update={"interventions": (clipped,)})
    prepared = prepare(asked, bank(rows=3000, share=0.2))
    shop = prepared.training_setting()
    return prepared, {one: more_members(shop, one, 0.3, range(3)) for one in (CONTROL, PRIVATE)}


def _balanced(decisions, prepared):
    test = prepared.design.split.test
    labels = prepared.dataset.labels[test]
    return np.mean([np.mean(decisions[:, test][:, labels == label] == label) for label in (0, 1)])


def test_decisions_under_dp_sgd_come_back_to_the_controls(world):
    prepared, members = world
    bench = prepared.setting()
    before, after = {}, {}
    for one, stack in members.items():
        raw = scores(bench.family.network, stack, bench.encoded.matrix)
        before[one] = _balanced(raw.argmax(axis=2), prepared)
        after[one] = _balanced(Facts(bench, refitted(bench, stack)).predictions.decisions, prepared)
    assert before[CONTROL] - before[PRIVATE] > 0.1, "as it was: decided where the intercept happened to lie"
    assert after[CONTROL] - after[PRIVATE] < 0.02
    assert abs(after[CONTROL] - before[CONTROL]) < 0.03


def test_a_refit_changes_no_ranking(world):
    prepared, members = world
    bench = prepared.setting()
    raw = scores(bench.family.network, members[PRIVATE], bench.encoded.matrix)
    facts = Facts(bench, refitted(bench, members[PRIVATE]))
    for member, found in enumerate(facts.margins(facts.log_probabilities)):
        margins = raw[member, :, 1] - raw[member, :, 0]
        order = np.argsort(margins)
        assert (np.diff(found[order]) >= -1e-4).all()


def test_refitted_scores_are_calibrated_on_the_tuning_rows(world):
    """At the optimum the mean probability of each label is its smoothed share, so that no label is favoured."""
    prepared, members = world
    bench = prepared.setting()
    facts = Facts(bench, refitted(bench, members[PRIVATE]))
    tuning = prepared.design.split.tuning
    labels = prepared.dataset.labels[tuning]
    counts = np.bincount(labels)
    smoothed = np.where(labels == 1, (counts[1] + 1) / (counts[1] + 2), 1 / (counts[0] + 2)).mean()
    np.testing.assert_allclose(np.exp(facts.log_probabilities[:, tuning, 1]).mean(axis=1), smoothed, atol=2e-3)


def test_what_is_refitted_is_not_refitted_again(world):
    prepared, members = world
    bench = prepared.setting()
    once = refitted(bench, members[CONTROL])
    assert refitted(bench, once) is once


def test_attacks_follow_the_refitted_decision(world):
    """The same attack on the refitted and on the bare network ends where the refitted margin says."""
    prepared, members = world
    bench = prepared.setting()
    facts = Facts(bench, refitted(bench, members[PRIVATE]))
    moved, clean = facts.adversarial_log_probabilities, facts.log_probabilities[:, bench.attacked]
    labels = bench.dataset.labels[bench.attacked]
    own = [np.take_along_axis(one, labels[None, :, None], axis=2) for one in (moved, clean)]
    assert (own[0] <= own[1] + 1e-5).all()
    again = facts.members.log_probabilities(bench.encoded.matrix[bench.attacked])
    np.testing.assert_allclose(clean, again, atol=1e-5)
