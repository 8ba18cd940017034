"""Class-wise prediction sets: thresholds by hand, the promise for every class, and all that reads sets."""

from functools import partial

import numpy as np
import pytest
from tests.measurement.worlds import bank, facts_of, ready

from interplay.conformal.quantile import rows_for, threshold
from interplay.conformal.scores import lac
from interplay.data.groups import Grouping
from interplay.design.calibration import vacuous_sets
from interplay.design.denominators import evaluated
from interplay.estimates import NotMeasurable
from interplay.evidence import ExposedCalibration, PredictionSets, Scores, tabulated
from interplay.interventions import HeldOut
from interplay.interventions.class_conformal import ClassConformal
from interplay.interventions.group_conformal import GroupConformal
from interplay.interventions.split_conformal import SplitConformal
from interplay.metrics.class_coverage_disparity import ClassCoverageDisparity
from interplay.metrics.inflated_sets import InflatedSets

ROWS, CALIBRATION, RARE = 3_000, 1_500, 2


def held_out(labels, calibration=CALIBRATION):
    """The first rows calibrate, and the others count; three classes and no group."""
    places = np.arange(len(labels))
    return HeldOut(
        labels=labels,
        favourable=0,
        grouping=None,
        classes=Grouping("y", labels, ("low", "high", "rare"), 0),
        tuning=np.zeros(0, dtype=int),
        calibration=places[:calibration],
        counted=(places >= calibration)[None],
        weights=np.ones((1, len(labels))),
        minimum_rows=20,
        seed=0,
        miscoverage=0.1,
    )


def world(seed, rows=ROWS, rare=0.04):
    """One member that knows of the rare class, and seldom gives it much."""
    chance = np.random.default_rng(seed)
    labels = chance.choice(3, rows, p=[0.6, 0.4 - rare, rare])
    logits = chance.normal(size=(1, rows, 3)) + 2.0 * (np.arange(3) == labels[:, None]) - 2.5 * (np.arange(3) == RARE)
    logs = logits - np.log(np.exp(logits).sum(axis=2, keepdims=True))
    return labels, logs


def asked(logs, kind):
    return Scores(logs, logs[..., 0]) if kind is Scores else NotMeasurable("not asked for")


def released(layer, labels, logs, calibration=CALIBRATION):
    return layer.release(partial(asked, logs), held_out(labels, calibration))


def coverages(sets, labels):
    """The coverage of every class on the rows that count."""
    held = sets.held(np.arange(len(labels)))[0, np.arange(len(labels)), labels]
    test = np.arange(len(labels)) >= CALIBRATION
    return np.array([held[test & (labels == label)].mean() for label in range(3)])


def test_the_threshold_of_a_class_is_the_order_statistic_of_its_own_rows():
    labels, logs = world(0)
    sets = released(ClassConformal(miscoverage=0.1), labels, logs)
    scores = lac(logs)[0]
    for label in range(3):
        own = np.sort(scores[:CALIBRATION][labels[:CALIBRATION] == label, label])
        at = int(np.ceil((len(own) + 1) * 0.9 - 1e-9)) - 1
        assert sets.thresholds[0, 0, label] == own[at]
        inside = scores[:, label] <= own[at]
        np.testing.assert_array_equal(sets.held(np.arange(ROWS))[0, :, label], inside)
    assert sets.by_label and sets.calibrated.tolist() == np.bincount(labels[:CALIBRATION]).tolist()
    assert np.ptp(sets.thresholds[0, 0, :3]) > 0.1, "the case must tell classes apart"


@pytest.mark.parametrize("score", ["lac", "aps", "raps"])
def test_a_class_that_marginal_sets_miss_is_covered_as_promised(score):
    marginal, by_class = [], []
    for seed in range(40):
        labels, logs = world(seed)
        marginal.append(coverages(released(SplitConformal(miscoverage=0.1, score=score), labels, logs), labels))
        by_class.append(coverages(released(ClassConformal(miscoverage=0.1, score=score), labels, logs), labels))
    rows = CALIBRATION * np.array([0.6, 0.36, 0.04])
    error = np.std(by_class, axis=0) / np.sqrt(40)
    assert np.mean(marginal, axis=0)[RARE] < 0.75
    assert (np.mean(by_class, axis=0) > 0.9 - 3 * error).all()
    assert (np.mean(by_class, axis=0) < 0.9 + 1 / rows + 3 * error).all(), "and not by more than one row of the class"


def test_the_metric_sees_what_it_mends():
    labels, logs = world(1)

    def disparity(layer):
        sets = released(layer, labels, logs)
        test = np.arange(CALIBRATION, ROWS)
        part = sets.part[test]
        shown = PredictionSets(sets.scores[:, test], sets.thresholds, part, 0.1)
        return ClassCoverageDisparity().measure(tabulated(labels=labels[test], exhibits=(shown,))), coverages(
            sets, labels
        )

    (marginal, covered), (by_class, evenly) = (
        disparity(SplitConformal(miscoverage=0.1)),
        disparity(ClassConformal(miscoverage=0.1)),
    )
    assert marginal.mean == pytest.approx(np.ptp(covered)) and by_class.mean == pytest.approx(np.ptp(evenly))
    assert by_class.mean < 0.1 < 0.2 < marginal.mean
    named = {contrast.name: contrast.values[0, 0] for contrast in marginal.contrasts}
    assert named["class 2 against class 0"] == pytest.approx(covered[0] - covered[RARE])


def test_a_class_with_too_few_calibration_rows_is_in_every_set():
    labels, logs = world(2, rare=0.002)
    few = int(np.sum(labels[:CALIBRATION] == RARE))
    assert 0 < few < rows_for(0.1)
    sets = released(ClassConformal(miscoverage=0.1), labels, logs)
    assert sets.thresholds[0, 0, RARE] == np.inf and sets.held(np.arange(ROWS))[0, :, RARE].all()
    assert len(sets.calibrated) == 2, "so rare a class has no verdict of its own"


def test_a_class_that_could_be_judged_is_named_when_its_rows_are_too_few():
    labels, logs = world(3, rare=0.04)
    sets = released(ClassConformal(miscoverage=0.005), labels, logs)
    assert isinstance(sets, NotMeasurable)
    assert "class 'rare': " in sets.reason and "199 needed at a miscoverage of 0.005" in sets.reason
    assert "class 'low'" not in sets.reason and isinstance(
        released(SplitConformal(miscoverage=0.005), labels, logs), PredictionSets
    )


def test_a_plan_warns_of_the_class():
    prepared = ready(bank(rows=120, share=0.3), "class_conformal")
    warnings = vacuous_sets(prepared.design, prepared.dataset, evaluated(prepared.design))
    assert any(text.startswith("class_conformal: class '1': ") and "calibration rows" in text for text in warnings)
    large = ready(bank(rows=900), "class_conformal")
    assert vacuous_sets(large.design, large.dataset, evaluated(large.design)) == ()


def test_a_calibration_row_shows_in_the_threshold_of_its_class_alone():
    labels, logs = world(4)
    held, layer = held_out(labels), ClassConformal(miscoverage=0.1)
    exposed = layer.exposed(partial(asked, logs), held)
    assert isinstance(exposed, ExposedCalibration)
    own = lac(logs)[0, np.arange(ROWS), labels][:CALIBRATION]
    for row in [*range(40), *np.flatnonzero(labels[:CALIBRATION] == RARE)[:30]]:
        alike = labels[:CALIBRATION] == labels[row]
        without = alike & (np.arange(CALIBRATION) != row)
        moved = threshold(own[alike], 0.1)[0] != threshold(own[without], 0.1)[0]
        assert exposed.shown[0, row] == float(moved)
    assert 0 < exposed.shown.mean() < 1


@pytest.fixture(scope="module")
def trained():
    """A small bank with trained members: scores, an attack, and sets on top."""
    prepared = ready(bank(rows=1200), "class_conformal", "release_explanations")
    return facts_of(prepared), prepared.design


def test_every_metric_of_the_catalogue_is_measured_on_it_or_says_why_not(trained):
    facts, design = trained
    layered = facts.layered(design.factors.layers["class_conformal"], 0.1)
    evidence = layered.memo.evidence(facts.setting.rows)
    samples = {
        key: metric.measure(evidence) for key, metric in design.metrics.items() if PredictionSets in metric.needs
    }
    reasons = {key: sample.reason for key, sample in samples.items() if isinstance(sample, NotMeasurable)}
    assert {"class_coverage_disparity", "coverage", "set_size", "attacked_coverage", "simulated_help_disparity/g"} <= {
        *samples
    } - {*reasons}
    assert set(reasons) == {"inflated_sets"} and "every label has a threshold of its own" in reasons["inflated_sets"]
    sets = layered.sets
    assert isinstance(InflatedSets().measure(evidence), NotMeasurable)
    assert sets.usual_limits().shape == (len(sets.scores), 2)
    np.testing.assert_array_equal(sets.usual_limits(), sets.thresholds[:, 0, :2])


def test_where_all_classes_share_a_threshold_the_sets_are_those_of_one_part(trained):
    """A part for each label that leads to one column gives the numbers of marginal sets, for all that reads them."""
    facts, design = trained
    marginal = facts.layered(SplitConformal(miscoverage=0.1))
    sets = marginal.sets
    doubled = PredictionSets(
        sets.scores,
        np.repeat(sets.thresholds[:, :, :1], 2, axis=2),
        np.tile([0, 1], (len(sets.part), 1)),
        0.1,
        attacked=sets.attacked,
        scores_attacked=sets.scores_attacked,
    )
    again = marginal.memo.layered({PredictionSets: lambda ask: doubled})
    both = [memo.evidence(facts.setting.rows) for memo in (marginal.memo, again)]
    for key, metric in design.metrics.items():
        if PredictionSets in metric.needs and key not in ("inflated_sets", "coverage_shortfall"):
            shared, doubled_sample = (metric.measure(evidence) for evidence in both)
            np.testing.assert_allclose(shared.values, doubled_sample.values, atol=1e-12, err_msg=key)


def test_groups_are_calibrated_as_before():
    assert GroupConformal.calibrated_by == "group" and SplitConformal.calibrated_by == "all rows"
    prepared = ready(bank(rows=1200), "group_conformal")
    sets = facts_of(prepared).layered(prepared.design.factors.layers["group_conformal"]).sets
    assert sets.part.ndim == 1 and sets.thresholds.shape[2] == 3 and not sets.by_label
