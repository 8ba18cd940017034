from typing import Any

from interplay.report.cells import pair_effect, rows
from interplay.report.reading import Reading, in_tolerances

Audit = dict[str, Any]


def test_training_and_layers_are_apart(audit: Audit) -> None:
    reading = Reading(audit)
    training = [row.treatment["name"] for row in rows(reading, training=True)]
    assert len(training) == 7 and "control" not in training
    assert [row.treatment["name"] for row in rows(reading, training=False)] == [
        "group_thresholds",
        "release_explanations",
        "split_conformal",
        "group_conformal",
    ]


def test_cell_has_the_worst_verdict_and_its_largest_effect(audit: Audit) -> None:
    row = next(row for row in rows(Reading(audit), training=True) if row.treatment["name"] == "dp_sgd")
    fairness, privacy = row.cells[0], row.cells[1]
    assert (fairness.aspect, fairness.verdict, privacy.verdict) == ("fairness", "harm", "improvement")
    assert fairness.deciding is not None and fairness.deciding["metric"] == "accuracy_disparity/race"
    lows = [in_tolerances(one["low"], one["tolerance"]) for one in fairness.effects if one["verdict"] == "harm"]
    assert in_tolerances(fairness.deciding["low"], fairness.deciding["tolerance"]) == max(lows) > 1
    assert fairness.unmeasured == 2
    assert all(one["tuning"] == "tuned" and one["applied"] == ["dp_sgd"] for one in row.effects)


def test_a_layer_that_must_be_there_counts_for_training(audit: Audit) -> None:
    row = next(row for row in rows(Reading(audit), training=True) if row.treatment["name"] == "dp_sgd")
    explainability = next(cell for cell in row.cells if cell.aspect == "explainability")
    assert [one["treatment"] for one in explainability.effects] == ["dp_sgd + release_explanations"]


def test_within_tolerance_is_marked(audit: Audit) -> None:
    for row in rows(Reading(audit), training=True):
        for cell in row.cells:
            if cell.deciding is not None:
                tolerance = cell.deciding["tolerance"]
                assert cell.equal == (cell.deciding["low"] > -tolerance and cell.deciding["high"] < tolerance)


def test_a_collapsed_treatment_is_withheld_whole(audit: Audit) -> None:
    withheld = [row.treatment["name"] for row in rows(Reading(audit), training=True) if row.withheld]
    assert withheld == ["reweighing + dp_sgd + adversarial_training"]


def test_pair_is_decided_by_a_primary_effect_of_its_verdict(audit: Audit) -> None:
    reading = Reading(audit)
    for (source, target), pair in reading.pairs.items():
        effect = pair_effect(reading, source, target)
        assert effect is None or (effect["primary"] and effect["verdict"] == pair["verdict"])
    harmed = pair_effect(reading, "privacy", "fairness")
    assert harmed is not None and harmed["contrast"] == "black against white"
