"""The story of SiloBank: told from an audit, with nothing in it that was not measured."""

import io

import numpy as np
import pytest
from rich.console import Console
from typer.testing import CliRunner

import interplay as ip
from interplay.audit.prepare import prepare
from interplay.demo import couples, silobank
from interplay.demo.told import told

SMALL = {"members": 4, "most_members": 4, "draws": 60}


@pytest.fixture(scope="module")
def declared():
    small = silobank.study()
    explained = [
        section.model_copy(update={"parameters": {"samples": 500, "explained_rows": 40}})
        if section.name == "release_explanations"
        else section
        for section in small.interventions
    ]
    return small.model_copy(update={**SMALL, "interventions": tuple(explained)})


@pytest.fixture(scope="module")
def bank(declared, tmp_path_factory):
    return silobank.bank(ip.run(declared, tmp_path_factory.mktemp("story")), declared)


@pytest.fixture(scope="module")
def story(bank):
    return silobank.acts(bank)


def test_each_teams_own_check_passes_in_its_act_but_for_the_budget_that_brings_dp_sgd(story):
    before, asking, after = story[:3], story[3], story[5]
    assert all(check.passed for act in (*before, after) for check in act.checks)
    assert [check.passed for check in asking.checks] == [False]


def test_the_whole_audit_finds_what_nobody_asked_again(story, bank):
    last = story[-1]
    assert not any(check.passed for check in last.checks)
    assert "DP-SGD harms fairness" in last.outcome and "Clipping alone does" in last.outcome
    origin = next(each for each in bank.audit["origins"]["shares"] if each["metric"] == silobank.OPPORTUNITY)
    assert origin["share"] > 0.8, "clipping and not noise turns the gradient away from women"


def test_couples_that_differ_in_nothing_that_matters_are_told_apart_more_often(bank, story):
    assert bank.denied["dp_sgd"].mean() > 2 * bank.denied["control"].mean()
    assert f"{100 * bank.denied['dp_sgd'].mean():.1f} %" in story[6].outcome


def test_couples_are_one_man_and_one_woman_of_one_creditworthiness(declared):
    ready = prepare(declared)
    found, table = couples.deserving(ready), ready.dataset.table
    for column in ("couple", "creditworthiness"):
        values = table.column(column).values
        assert (values[found.husbands] == values[found.wives]).all()
    sex = table.column("sex")
    names = np.asarray([sex.categories[code] for code in sex.values])
    assert set(names[found.husbands]) == {"man"} and set(names[found.wives]) == {"woman"}
    assert (table.column("creditworthiness").values[found.wives] > couples.DESERVING).all()


def test_a_check_is_held_against_the_end_of_its_interval(bank):
    def level(metric, low, high):
        values = [{"treatment": "control", "tuning": "tuned", "mean": 0.07, "low": low, "high": high}]
        return silobank.Bank({"metrics": [{"key": metric, "values": values}]}, 0.5, {})

    for high, passed in ((0.079, True), (0.081, False)):
        found = level(silobank.OPPORTUNITY, 0.06, high)
        assert silobank._at_most(found, silobank.OPPORTUNITY, "gap", "control").passed is passed


def test_it_reads_as_acts(story):
    console = Console(width=100, record=True, file=io.StringIO())
    console.print(told(story))
    text = console.export_text()
    assert "Act 0. First line" in text and "Act 7. Internal audit" in text
    assert text.count("passed") >= 6 and text.count("FAILED") == 3


def test_another_story_is_refused():
    from interplay.cli import app

    found = CliRunner().invoke(app, ["demo", "cinderella"])
    assert isinstance(found.exception, ip.InterplayError) and "write interplay demo silobank" in str(found.exception)
