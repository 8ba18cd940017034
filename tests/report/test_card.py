"""A model card: metadata that a parser reads, every level of one treatment, and text that stays text."""

import pytest
import yaml

from interplay.errors import StudyError
from interplay.report.card import card
from tests.report import sample as samples

CHOSEN = "dp_sgd"


@pytest.fixture
def audit():
    found = samples.sample()
    found["decision"]["treatment"] = CHOSEN
    return found


def front(text):
    _, metadata, body = text.split("---\n", 2)
    return yaml.safe_load(metadata), body


def test_metadata_hold_every_level_of_the_treatment_and_no_other(audit):
    metadata, _ = front(card(audit))
    (index,) = metadata["model-index"]
    (results,) = index["results"]
    levels = [
        (metric["name"], pytest.approx(value["mean"], abs=1e-6))
        for metric in audit["metrics"]
        for value in metric["values"]
        if (value["treatment"], value["tuning"]) == (CHOSEN, "tuned") and value["mean"] is not None
    ]
    assert len(levels) > 3
    assert [(found["type"], found["value"]) for found in results["metrics"]] == levels


def test_the_treatment_can_be_named_and_must_exist(audit):
    assert "# " in card(audit, "control")
    with pytest.raises(StudyError, match="a treatment of the audit"):
        card(audit, "magic")
    audit["decision"]["treatment"] = None
    with pytest.raises(StudyError, match="no treatment was chosen"):
        card(audit)


def test_a_harm_of_the_treatment_is_written_and_its_absence_is_no_praise(audit):
    harmed = [effect for effect in audit["effects"] if effect["treatment"] == CHOSEN and effect["verdict"] == "harm"]
    for effect in harmed:
        effect["tuning"] = "tuned"
    assert harmed and "above the tolerance" in card(audit)
    for effect in harmed:
        effect["verdict"] = "inconclusive"
    assert "No harm beyond the tolerances was shown of it at this sample size" in card(audit)


@pytest.mark.parametrize(
    "hostile", ["<script>alert(1)</script>", "---\nlicense: mit", "| x | y |", "[a](javascript:b)"]
)
def test_names_from_a_study_stay_text(audit, hostile):
    audit["study"]["name"] = audit["study"]["purpose"] = hostile
    metadata, body = front(card(audit))
    assert "license" not in metadata
    assert "<script>" not in body and "](javascript" not in body and "\n| x" not in body
