"""What rows and members can decide: known answers, and the refusal of what they cannot."""

import numpy as np
import pytest
from scipy import stats
from tests.audit.worlds import mortgage

import interplay as ip
from interplay.auditing.decidable import decidable, lines
from interplay.auditing.prepare import prepare
from interplay.design.denominators import evaluated
from interplay.design.resolution import MILD, few_members, half_width, rows_needed, smallest_decidable
from interplay.errors import StudyError
from interplay.exhibits import looked_at, rows_of
from interplay.study.positions import positions

ODDS = "equalized_odds_difference"


@pytest.fixture(scope="module")
def ready():
    return prepare(mortgage())


def _with(tolerances, **changes):
    return mortgage().model_copy(update={"tolerances": tolerances, **changes})


def test_the_smallest_decidable_tolerance_is_that_of_a_paired_difference():
    drawn = np.random.default_rng(0)
    rows, discordance = 400, 0.1
    signs = drawn.choice([1, 0, -1], p=[discordance / 2, 1 - discordance, discordance / 2], size=(20_000, rows))
    assert smallest_decidable(rows, discordance) == pytest.approx(np.quantile(signs.mean(axis=1), 0.95), rel=0.05)


def test_the_rows_needed_decide_and_one_less_does_not():
    for tolerance in (0.01, 0.02, 0.05):
        needed = rows_needed(tolerance)
        assert smallest_decidable(needed) <= tolerance < smallest_decidable(needed - 1)


def test_the_half_width_of_members_is_that_of_a_t_interval():
    values = np.random.default_rng(1).normal(size=7)
    values /= values.std(ddof=1)
    low, high = stats.t.interval(0.90, 6, values.mean(), stats.sem(values))
    assert half_width(7) == pytest.approx((high - low) / 2)


def test_few_members_are_warned_about_with_the_figure():
    (told,) = few_members(3)
    assert "1.69 tolerances" in told
    assert "5 members" in told
    assert few_members(5) == ()


def test_denominators_are_those_of_the_measurement(ready):
    """Counted by hand: the rejected of the smaller group among test and pool rows are the scarcest."""
    found = {one.metric: one.rows for one in decidable(ready.design, ready.dataset)}
    race, labels = ready.dataset.groupings["race"], ready.dataset.labels
    seen = ready.design.split.test | ready.design.split.pool
    smaller = seen & (race.codes == race.names.index("black or hispanic"))
    assert found["accuracy"] == found["balanced_accuracy"] == int(seen.sum())
    assert found["accuracy_disparity/race"] == int(smaller.sum())
    assert found[f"{ODDS}/race"] == int((smaller & (labels != ready.dataset.favourable)).sum())
    assert found["equal_opportunity_difference/race"] == int((smaller & (labels == ready.dataset.favourable)).sum())
    assert "log_loss" not in found, "not a share of rows, so that discordant decisions say nothing about it"


def test_a_group_below_the_minimum_is_no_denominator(ready):
    sex, labels = ready.dataset.groupings["sex"], ready.dataset.labels
    seen = ready.design.split.test | ready.design.split.pool
    women = seen & (sex.codes == sex.names.index("female")) & (labels != ready.dataset.favourable)
    assert women.sum() < ready.design.study.groups.minimum_rows
    found = {one.metric: one.rows for one in decidable(ready.design, ready.dataset)}
    assert found[f"{ODDS}/sex"] > ready.design.study.groups.minimum_rows


def test_attacked_and_explained_rows_are_those_of_the_bench_at_any_number_of_members(ready):
    looked = looked_at(ready.design, ready.dataset, evaluated(ready.design))
    attacked, explained = looked.attacked, looked.explained
    for members in (4, 7):
        bench = ready.setting_of(ready.design.with_members(members))
        assert (attacked == bench.attacked).all()
        assert (explained == bench.explained).all()
    many = ready.design.with_members(30)
    counted = rows_of(many, ready.dataset).counted.any(axis=0)
    assert (evaluated(ready.design) == counted).all(), "every one of them is evaluated by some member in the end"


def test_a_tolerance_out_of_reach_is_refused_before_running_at_its_line(ready):
    rows = next(one.rows for one in decidable(ready.design, ready.dataset) if one.metric == f"{ODDS}/race")
    with pytest.raises(StudyError) as refused:
        prepare(_with({ODDS: 0.02}), where=positions(f'name = "x"\n[tolerances]\n{ODDS} = 0.02\n', "study.toml"))
    error = refused.value
    assert error.where == "study.toml:3:1"
    assert f"{rows} rows" in error.found
    assert f"at least {np.ceil(1000 * smallest_decidable(rows, MILD)) / 1000:g}" in error.expected
    assert "677 rows" in error.remedy
    assert f"{ODDS}/race" in error.remedy


def test_what_the_remedy_says_is_accepted(ready):
    rows = next(one.rows for one in decidable(ready.design, ready.dataset) if one.metric == f"{ODDS}/race")
    enough = float(np.ceil(1000 * smallest_decidable(rows)) / 1000)
    prepare(_with({ODDS: 0.03, f"{ODDS}/race": enough}))


def test_the_demo_runs_and_is_warned():
    from pathlib import Path

    from interplay.study.load import load

    demo = prepare(load(Path(__file__).parents[2] / "examples" / "mortgage.toml"))
    told = "\n".join(lines(demo.design, demo.dataset))
    assert f"{ODDS}/race: 63 rows decide 0.066; 0.05 takes about 109" in told


def test_a_default_tolerance_is_warned_about_and_not_refused(ready):
    told = "\n".join(lines(ready.design, ready.dataset))
    assert "Warning" in told
    assert "accuracy_disparity/race" in told


def test_hostile_names_of_groups_are_shown_as_tags():
    evil = "evil\x1b[31m"
    groups = ip.GroupsSection(attributes={evil: ip.GroupSection(column="race", reference="white")}, minimum_rows=30)
    study = mortgage().model_copy(update={"groups": groups, "tolerances": {f"accuracy_disparity/{evil}": 0.001}})
    with pytest.raises(StudyError) as refused:
        prepare(study)
    assert "\x1b" not in str(refused.value)
    shown = prepare(study.model_copy(update={"tolerances": {}}))
    assert "\x1b" not in "\n".join(lines(shown.design, shown.dataset))
