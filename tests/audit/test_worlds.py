"""Planted worlds: a known harm is called harm, its placebo twin is not."""

import pytest

import interplay as ip
from tests.audit.worlds import silobank


def _fairness(audit):
    effects = audit.effects
    mine = effects[(effects.tuning == "tuned") & (effects.treatment == "dp_sgd") & (effects.target == "fairness")]
    return mine.set_index("metric")


def _pair(audit):
    pairs = audit.interactions
    return pairs[(pairs.source == "privacy") & (pairs.target == "fairness")].verdict.iloc[0]


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    return tmp_path_factory.mktemp("worlds")


@pytest.mark.slow  # tests/test_demo.py has the same harm in every run of the suite
def test_dp_sgd_harms_women_in_the_planted_bank(runs):
    audit = ip.run(silobank(placebo=False), runs)
    found = _fairness(audit)
    assert found.loc["accuracy_disparity/sex", "verdict"] == "harm"
    assert found.loc["accuracy_disparity/sex", "low"] > 0.02
    assert _pair(audit) == "harm"


def test_the_placebo_bank_shows_no_harm(runs):
    audit = ip.run(silobank(placebo=True), runs)
    found = _fairness(audit)
    # One-sided 95 % bounds exclude zero for one in twenty metrics ("harm, size unclear"), so only harms are ruled out;
    # the disparity that is planted in the other world must be shown to stay below the tolerance here.
    assert "harm" not in set(found.verdict)
    assert found.loc["accuracy_disparity/sex", "verdict"] == "did_nothing_here"
    assert found.loc["accuracy_disparity/sex", "high"] < 0.02
    assert _pair(audit) != "harm"
