"""The simulation that measures the error rates: its truths, its small version, and the figures in the repository."""

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from benchmarks.calibration import page, record
from benchmarks.calibration.__main__ import main
from benchmarks.calibration.audits import COMPARISONS, METRICS, SHAPE, TREATMENTS, Truth, measured, verdicts
from benchmarks.calibration.claims import Seen, Target, claim, restored, rows_of, stored, wilson
from benchmarks.calibration.coverage import BOUNDS, RATES_AND_GAPS, RatesAndGaps
from benchmarks.calibration.every_metric import FALSE_CLEARANCE, FALSE_HARM, HELD, EveryMetric, judged, layers
from benchmarks.calibration.simulate import simulate
from benchmarks.calibration.simulated import Gap, Rate, Ratio, Share
from benchmarks.calibration.studies import FULL, QUICK
from benchmarks.calibration.world import Crowd, Draws, effects
from benchmarks.marked import parts
from scipy.stats import binom

from interplay import catalogue
from interplay.effects.compare import compare
from interplay.metrics.accuracy_disparity import AccuracyDisparity
from interplay.metrics.set_size import SetSize
from interplay.testing.simulation.truth import FEW

ROOT = Path(__file__).parent.parent
WORSE, SPREADS = np.array([0.0, 1.0, 3.0]), np.array([0.5, 1.0, 1.0])


def _large(simulated, members=400, rows=3_000):
    random = np.random.default_rng(1)
    noise = Crowd.of(random, len(WORSE), members, rows).noise()
    return simulated.samples(noise, Draws.of(random, rows, 3), WORSE, SPREADS)


@pytest.mark.parametrize("level", [0.65, 0.85, 0.96])
def test_rates_are_worse_by_as_much_as_was_asked_for(level):
    control, *treated = (sample.mean for sample in _large(Rate(Share(), level)))
    assert control == pytest.approx(level, abs=0.025), "the rows alone leave about .01"
    assert [(control - one) / 0.02 for one in treated] == pytest.approx(WORSE, abs=0.6)


@pytest.mark.parametrize("gap", [0.0, 0.1])
def test_gaps_grow_by_as_much_as_was_asked_for(gap):
    simulated = Gap(AccuracyDisparity("sex"), level=0.85, share=0.5, gap=gap)
    control, *treated = (float(sample.contrasts[0].values[:, 0].mean()) for sample in _large(simulated))
    assert [(one - control) / 0.02 for one in treated] == pytest.approx(WORSE, abs=0.8)
    assert simulated.truth(WORSE) == pytest.approx(WORSE)


def test_a_gap_that_opens_on_the_other_side_counts_as_its_size():
    simulated = Gap(AccuracyDisparity("sex"), level=0.85, share=0.5, gap=0.02)
    assert simulated.truth(np.array([-0.5, -1.0, -3.0])) == pytest.approx([-0.5, -1.0, 1.0])


def test_ratios_grow_by_as_much_as_was_asked_for():
    control, *treated = (np.log(sample.values[:, 0]).mean() for sample in _large(Ratio(SetSize())))
    assert [np.expm1(one - control) / 0.05 for one in treated] == pytest.approx(WORSE, abs=0.3)


@pytest.mark.parametrize("spread", [0.005, 0.01, 0.04])
def test_members_differ_by_as_much_as_was_asked_for(spread):
    """The spread of the true rates of 200,000 members, by formula."""
    from benchmarks.calibration.world import CONTROL_VARIANCE, MEMBER, TREATED_VARIANCE
    from scipy import special

    random = np.random.default_rng(0)
    found = effects(0.85, np.array([-0.04]), np.array([spread]))
    own, by_treatment = random.standard_normal((2, 200_000))
    control = special.ndtr((found.level + MEMBER * own) / np.sqrt(CONTROL_VARIANCE))
    latent = found.level + found.shifts + MEMBER * own + found.spreads * by_treatment
    difference = special.ndtr(latent / np.sqrt(TREATED_VARIANCE)) - control
    assert difference.mean() == pytest.approx(-0.04, abs=5e-4)
    assert difference.std() == pytest.approx(spread, rel=0.01)


def test_verdicts_are_in_the_order_of_the_truth():
    worse, spreads = np.zeros(SHAPE), np.full(SHAPE, 0.3)
    worse[4, 2] = worse[7, 7] = 15.0
    ((_, measurements),) = measured(np.random.default_rng(0), [Truth(worse, spreads)], 8, (600,), 50).items()
    found = verdicts(measurements, 8)
    assert found.harm[4, 2] and found.strict[4, 2] and found.above[4, 2] and not found.clear[4, 2]
    assert found.above[7, 7] and not found.below[7, 7]
    assert found.harm.sum() <= 4
    assert len(COMPARISONS) == 300 == len(TREATMENTS) * len(METRICS)


def test_holms_p_value_is_the_one_that_hard_limits_are_held_to():
    """Counting the Holm p of an audit without limits is the same as limiting every metric."""
    random = np.random.default_rng(2)
    truth = Truth(np.where(random.random(SHAPE) < 0.3, 2.5, 1.0), np.full(SHAPE, 0.5))
    ((_, measurements),) = measured(random, [truth], 6, (400,), 50).items()
    limited = compare(measurements, COMPARISONS, {}, None, [one.metric.key for one in METRICS]).effects
    harm = np.array([one.verdict == "harm" for one in limited]).reshape(SHAPE)
    found = verdicts(measurements, 6)
    assert harm.any() and (harm == found.strict).all() and (found.harm & ~found.strict).any()


def test_a_rate_is_counted_over_all_trials_and_its_interval_over_independent_ones():
    asked = claim("check", Target(at_most=0.3), members=5)
    (apart,) = rows_of([Seen(asked, one, 4) for one in (1, 1, 1, 1, 1, 1, 1, 2, 0, 1)])
    (alike,) = rows_of([Seen(asked, one, 4) for one in (4, 0, 4, 0, 0, 0, 2, 0, 0, 0)])
    assert (apart.measured, apart.trials, apart.repetitions, apart.holds) == (0.25, 40, 10, True)
    assert (apart.low, apart.high) == pytest.approx(wilson(0.25, 40), abs=1e-5)
    assert alike.high - alike.low > 1.5 * (apart.high - apart.low)
    assert rows_of([Seen(asked, 0, 0)]) == ()


def test_wilsons_interval_agrees_with_scipy():
    from scipy.stats import binomtest

    for hits, trials in [(0, 20), (25, 500), (500, 500)]:
        known = binomtest(hits, trials).proportion_ci(method="wilson")
        assert wilson(hits / trials, trials) == pytest.approx((known.low, known.high), abs=1e-9)


SOME = "equalized_odds_difference", "membership_risk"
"""A gap between groups, and members under attack; the suite of metrics simulates audits of all."""


def test_the_small_version_runs_and_keeps_coarse_rates(tmp_path, capsys, monkeypatch):
    some = [replace(study, only=SOME) if isinstance(study, EveryMetric) else study for study in QUICK]
    monkeypatch.setattr("benchmarks.calibration.__main__.QUICK", some)
    assert main(["--quick", "--workers", "1", "--to", str(tmp_path / "found.json")]) == 0
    found = record.read(tmp_path / "found.json")
    assert {row.check for row in found.rows} == {row.check for row in record.read().rows}
    assert f"{len(found.rows)} rates" in capsys.readouterr().out
    for row in found.rows:
        assert 0 <= row.low <= row.measured <= row.high <= 1
        if row.check in (*BOUNDS, HELD) and row.trials >= 24:
            assert row.measured >= 0.6, f"{row.check} of {row.setting} is broken"


def test_workers_do_not_change_the_figures():
    studies = [
        RatesAndGaps(2, members=(4,), rows=(400,), draws=10),
        EveryMetric(2, rows=(400,), members=(4,), draws=10, only=("accuracy",), fleets=FEW),
    ]
    silent = lambda *_: None  # noqa: E731
    assert simulate(studies, 3, 1, silent) == simulate(studies, 3, 2, silent)


def test_stopping_it_writes_nothing(tmp_path, monkeypatch, capsys):
    def stopped(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("benchmarks.calibration.__main__.simulate", stopped)
    assert main(["--quick", "--to", str(tmp_path / "found.json")]) == 130
    assert not list(tmp_path.iterdir())
    assert "Nothing was written" in capsys.readouterr().err


@pytest.fixture(scope="module")
def recorded():
    return json.loads(record.PATH.read_text())


def test_the_recorded_figures_are_of_a_full_run(recorded):
    assert recorded["repetitions"] == {type(study).__name__: study.repetitions for study in FULL}
    assert [type(study) for study in QUICK] == [type(study) for study in FULL]
    for row in recorded["rows"]:
        assert {"check", "setting", "measured", "low", "high", "target", "holds"} <= set(row)
        assert 0 <= row["low"] <= row["measured"] <= row["high"] <= 1
        again = restored(row)
        assert stored(again) == row
        assert again.holds == (None if again.target is None else again.target.holds(again.measured))


def _settings(recorded, check):
    return [row["setting"] for row in recorded["rows"] if row["check"] == check]


def test_every_promised_check_is_recorded_with_its_target(recorded):
    targets = {(row["check"], json.dumps(row["target"])) for row in recorded["rows"]}

    def most(rate):
        return json.dumps({"at_least": 0.0, "at_most": rate})

    assert ("an audit with a false harm, Holm", most(0.05)) in targets
    assert ("false among the harms found, Benjamini-Hochberg", most(0.05)) in targets
    assert ("cleared at twice the tolerance", most(0.05)) in targets
    assert ("an audit with a false harm at any look, Holm", most(0.06)) in targets
    assert ("a bound above the tolerance at any look", most(0.06)) in targets
    power = {
        row["setting"]["spread in tolerances"]: (row["setting"]["members"], row["target"]["at_least"])
        for row in recorded["rows"]
        if row["check"] == "harm found at twice the tolerance" and row["target"]
    }
    assert power == {0.5: (16, 0.9), 1.0: (16, 0.8)}
    assert {one["effects"] for one in _settings(recorded, "an audit with a false harm, Holm")} == {
        "none",
        "at the tolerance",
    }
    grid = {(members, rows) for members in (5, 8, 16) for rows in (500, 2_000, 5_000)}
    for check in BOUNDS:
        for quantity in RATES_AND_GAPS:
            for of in ("level", "difference"):
                found = [one for one in _settings(recorded, check) if (one["quantity"], one["of"]) == (quantity, of)]
                assert {(one["members"], one["rows"]) for one in found} == grid


def test_every_metric_that_can_get_a_verdict_is_recorded_behind_every_layer(recorded):
    """Adding a metric needs its rates: `make calibrate`."""
    for check in (HELD, FALSE_HARM, FALSE_CLEARANCE):
        found = {(one["layer"], one["metric"]) for one in _settings(recorded, check)}
        assert found == {(layer.name, metric.key) for layer in layers() for metric in layer.metrics}
    assert {metric.name for metric in judged()} == {
        name for name, kind in catalogue.metrics().items() if not (kind.descriptive or kind.exact)
    }


def test_the_page_holds_the_recorded_figures_and_no_others():
    before, inside, after = parts(page.PAGE, "measured")
    assert inside == page.measured(record.read()).strip()
    assert not re.search(r"\d\.\d+ ?%", before + after), "measured figures stand in the tables only"


def test_nothing_of_the_measuring_machine_leaks(recorded):
    assert not re.search(r"/(home|root|work|tmp)/|https?://", json.dumps(recorded))


def test_no_metric_that_gets_a_verdict_misses_its_rates_by_more_than_chance():
    """What `Metric.least_support` is for: where rates are missed, a metric has to withhold its verdicts."""
    metrics = {metric.key: metric for metric in judged()}
    seen: dict[str, list[bool]] = {}
    for row in record.read().rows:
        verdict = row.check in (FALSE_HARM, FALSE_CLEARANCE) or row.setting.get("of") == "difference"
        too_often = row.check == HELD and row.measured > 0.99
        if not verdict or too_often or row.check not in (HELD, FALSE_HARM, FALSE_CLEARANCE):
            continue
        if metrics[row.setting["metric"]].least_support <= row.setting["rows"]:
            seen.setdefault(row.setting["metric"], []).append(row.proven)
    assert set(seen) == set(metrics)
    for key, missed in seen.items():
        assert sum(missed) <= binom.ppf(0.999, len(missed), 0.025), key
