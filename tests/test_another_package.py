"""What another package adds reaches the report, with no edit in the house."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
POINTS = """
[interplay.exhibits]
confidence_maker = acme_trust.confidence_maker:ConfidenceMaker

[interplay.families]
base_rates = acme_trust.base_rates:BaseRates

[interplay.metrics]
mean_confidence = acme_trust.mean_confidence:MeanConfidence
shown_confidence = acme_trust.shown_confidence:ShownConfidence

[interplay.interventions]
release_confidence = acme_trust.release_confidence:ReleaseConfidence
cautious_rule = acme_trust.cautious_rule:CautiousRule
flat_weights = acme_trust.flat_weights:FlatWeights
"""
STUDY = """
version = 1
name = "a bank, with what acme adds"
members = 4
draws = 50

[data]
source = "bank.csv"
label = "y"
favourable = 1

[groups]
minimum_rows = 20

[groups.attributes.g]

[model]
hidden = []
steps = 40
learning_rates = [0.1, 0.3]

[priorities]
ranking = ["uncertainty", "fairness", "privacy", "robustness", "explainability", "utility"]
set_by = "a test"

[[interventions]]
name = "acme_trust/flat_weights"

[[interventions]]
name = "acme_trust/cautious_rule"

[[interventions]]
name = "acme_trust/release_confidence"
"""


OWN_MODEL = """
kind = "acme_trust/base_rates"
options = { cut = 2 }
learning_rates = [0.5, 5.0]
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the package installed beside interplay, and a table."""
    from tests.measurement.worlds import bank

    folder = tmp_path_factory.mktemp("another")
    shutil.copytree(HERE / "acme_trust", folder / "site" / "acme_trust")
    info = folder / "site" / "acme_trust-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-trust\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(POINTS)
    bank(rows=900).to_csv(folder / "bank.csv", index=False)
    return folder


def run(folder: Path, study: str, name: str) -> tuple[dict, str]:
    """The audit and the page of a study."""
    (folder / f"{name}.toml").write_text(study)
    path = os.pathsep.join([str(folder / "site"), *filter(None, [os.environ.get("PYTHONPATH")])])
    code = "from interplay.cli import app; app()"
    done = subprocess.run(
        [sys.executable, "-c", code, "run", f"{name}.toml", "--runs", name],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    (found,) = (folder / name).glob("*/audit.json")
    return json.loads(found.read_text()), found.with_name("report.html").read_text()


@pytest.fixture(scope="module")
def audit(installed: Path) -> tuple[dict, str]:
    return run(installed, STUDY, "added")


def test_an_exhibit_with_its_maker_and_metric_reaches_the_page(audit):
    content, page = audit
    effects = [one for one in content["effects"] if one["metric"] == "acme_trust/mean_confidence"]
    assert effects and all(one["estimate"] is not None for one in effects if one["verdict"] != "withheld")
    assert "mean confidence of acme" in page


def test_a_release_reaches_the_page(audit):
    content, page = audit
    effects = [one for one in content["effects"] if one["metric"] == "acme_trust/shown_confidence"]
    assert effects and {one["treatment"] for one in effects} <= {
        "acme_trust/release_confidence",
        "acme_trust/flat_weights + acme_trust/release_confidence",
    }
    assert "shown confidence of acme" in page


def test_a_rule_that_decides_changes_decisions_and_no_probability(audit):
    content, page = audit
    ruled = {one["metric"]: one for one in content["effects"] if one["treatment"] == "acme_trust/cautious_rule"}
    assert ruled["accuracy"]["estimate"] != 0
    assert ruled["log_loss"]["estimate"] == 0
    assert "acme_trust/cautious_rule" in page


def test_a_diagnostic_arm_is_compared_and_never_chosen(audit):
    content, page = audit
    assert any(one["treatment"] == "acme_trust/flat_weights" for one in content["effects"])
    candidates = {one["treatment"] for one in content["decision"]["rejected"]} | {content["decision"]["treatment"]}
    assert not any("flat_weights" in (name or "") for name in candidates)
    assert "flat weights" in page or "acme_trust/flat_weights" in page


def test_a_family_without_an_engine_reaches_the_page(installed):
    study = STUDY.replace("hidden = []\nsteps = 40\nlearning_rates = [0.1, 0.3]\n", OWN_MODEL)
    study += '\n[[interventions]]\nname = "reweighing"\n\n[[interventions]]\nname = "label_flipping"\n'
    content, page = run(installed, study, "own")
    assert "shares in 4 cells" in page
    measured = {one["metric"]: one for one in content["effects"] if one["treatment"] == "reweighing"}
    assert measured["accuracy"]["estimate"] is not None
    assert "no attack on models of this family" in measured["robust_accuracy"]["reason"]
    assert measured["membership_risk"]["estimate"] is not None
    poisoned = {one["metric"]: one for one in content["effects"] if "label_flipping" in one["treatment"]}
    assert poisoned["poisoning_damage"]["treatment"] == "label_flipping + reweighing"
    assert poisoned["poisoning_damage"]["estimate"] is not None
    assert poisoned["log_loss"]["estimate"] != 0, "its models learn from the flipped labels"


def test_what_acts_inside_of_training_is_refused_for_such_a_family(installed):
    study = STUDY.replace("hidden = []\nsteps = 40\nlearning_rates = [0.1, 0.3]\n", OWN_MODEL)
    study += '\n[[interventions]]\nname = "dp_sgd"\n'
    with pytest.raises(AssertionError, match="interventions that can act on shares in 4 cells"):
        run(installed, study, "refused")
