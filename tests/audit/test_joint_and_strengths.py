"""Joint effects and strengths, from a study to the page."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load

import interplay as ip
from interplay.auditing.outline import outline
from interplay.auditing.parts.joint import fraction_lines, joint_part
from interplay.auditing.parts.strengths import strength_lines
from interplay.auditing.prepare import prepare
from interplay.design.factors import Factors
from interplay.effects.joint_effect import JointEffects
from interplay.interventions.reweighing import Reweighing
from interplay.report.validation import validate
from tests.audit.worlds import mortgage

BUDGETS = (1.0, 8.0, 32.0)


def study() -> ip.Study:
    sections = (
        ip.InterventionSection(name="reweighing"),
        ip.InterventionSection(name="dp_sgd", strengths={"privacy_epsilon": BUDGETS}),
        ip.InterventionSection(name="group_thresholds"),
        ip.InterventionSection(name="split_conformal"),
    )
    return mortgage(members=5).model_copy(update={"interventions": sections})


pytestmark = pytest.mark.slow  # a study of eight treatments at several strengths


@pytest.fixture(scope="module")
def audit(tmp_path_factory):
    return ip.run(study(), tmp_path_factory.mktemp("runs"))


def test_the_audit_follows_the_schema_and_keeps_the_joint_effects_in_a_file_of_their_own(audit):
    validate(audit.content)
    kept = JointEffects.from_json((audit.path / "joint.json").read_text())
    assert len(kept.effects) == len(audit.content["joint"]["effects"]) > 100
    assert kept.family == audit.content["joint"]["tested"] > 50
    manifest = json.loads((audit.path / "manifest.json").read_text())
    assert set(manifest["compare"]) >= {"effects.json", "joint.json"}


def test_each_strength_is_a_treatment_with_its_own_budget_and_no_candidate(audit):
    treatments = {one["name"]: one for one in audit.content["treatments"]}
    spent = [
        treatments[name]["privacy"]["epsilon"]
        for name in ("dp_sgd privacy_epsilon=1", "dp_sgd", "dp_sgd privacy_epsilon=32")
    ]
    assert spent == pytest.approx(BUDGETS, rel=0.02)
    assert treatments["dp_sgd privacy_epsilon=1"]["training"]
    decided = {
        audit.content["decision"]["treatment"],
        *(one["treatment"] for one in audit.content["decision"]["rejected"]),
    }
    assert not [name for name in decided if name and "=" in name]
    compared = [one for one in audit.content["effects"] if one["treatment"] == "dp_sgd privacy_epsilon=1"]
    assert len(compared) > 20 and {one["family"] for one in compared} == {"secondary"}


def test_noise_and_members_follow_the_strength(audit):
    """Less budget is more noise: the models of the smallest budget lie farthest from the control's."""
    (entry,) = audit.content["strengths"]
    assert entry["scale"] == "doublings"
    assert [one["strength"] for one in entry["treatments"]] == list(BUDGETS)
    curve = next(one for one in entry["curves"] if one["metric"] == "balanced_accuracy")
    assert [one["strength"] for one in curve["points"]] == list(BUDGETS)
    noise = [audit.content["treatments"][place]["privacy"]["noise_multiplier"] for place in _places(audit)]
    assert noise == sorted(noise, reverse=True)


def _places(audit):
    names = [one["name"] for one in audit.content["treatments"]]
    return [names.index(one["treatment"]) for one in audit.content["strengths"][0]["treatments"]]


def _values(path: Path) -> dict[tuple[str, str], np.ndarray]:
    """Re-tuned values by treatment and metric, read without the package."""
    arrays = load((path / "measurements.safetensors").read_bytes())
    cells = json.loads((path / "measurements.json").read_text())["cells"]
    return {
        (" + ".join(cell["treatment"]) or "control", cell["metric"]): arrays[str(place)]
        for place, cell in enumerate(cells)
        if cell["tuning"] == "tuned" and "reason" not in cell
    }


def test_joint_effects_and_trends_come_out_again_from_the_stored_measurements(audit):
    values = _values(audit.path)

    def mean(treatment):
        return -values[treatment, "balanced_accuracy"][:, 0].mean()

    found = {
        (one["kind"], tuple(one["factors"])): one
        for one in audit.content["joint"]["effects"]
        if one["metric"] == "balanced_accuracy"
    }
    two_way = mean("reweighing + dp_sgd") - mean("reweighing") - mean("dp_sgd") + mean("control")
    assert found["two_way", ("reweighing", "dp_sgd")]["estimate"] == pytest.approx(two_way, abs=1e-6)
    everything = ("reweighing", "dp_sgd", "group_thresholds")
    overlay = mean(" + ".join(everything)) - sum(map(mean, everything)) + 2 * mean("control")
    assert found["overlay", everything]["estimate"] == pytest.approx(overlay, abs=1e-6)
    curve = next(one for one in audit.content["strengths"][0]["curves"] if one["metric"] == "balanced_accuracy")
    responses = [mean(name) for name in ("dp_sgd privacy_epsilon=1", "dp_sgd", "dp_sgd privacy_epsilon=32")]
    if curve["trend"] is not None:
        slope = np.polyfit(np.log2(BUDGETS), responses, 1)[0]
        assert curve["trend"]["change"] == pytest.approx(5 * slope, abs=1e-6)


def test_the_page_shows_both(audit):
    page = (audit.path / "report.html").read_text()
    assert 'id="joint"' in page and 'id="strengths"' in page
    assert "joint contrasts" in page


def test_the_plan_tells_them():
    text = outline(prepare(study()), Path("runs"))
    assert "Strengths  dp_sgd privacy_epsilon: 1, 8, 32 (each alone, measured and not chosen between)" in text
    assert "Fraction" not in text
    assert "Training   6 treatments" in text


def test_the_plan_and_the_audit_tell_what_a_fraction_mixes():
    built = Factors({f"i{place}": Reweighing() for place in range(9)}, {})
    lines = fraction_lines(built)
    assert lines[0].startswith("Fraction   9 interventions act in training")
    assert "           - i0 x i3 is mixed with i7 x i8, i1 x i2 x i6 (opposite sign)" in lines
    part = joint_part(built, JointEffects((), 0))
    assert part["design"]["kind"] == "fraction" and part["design"]["resolution"] == 4
    assert part["design"]["treatments"] == 74
    assert "i0 is mixed with i3 x i7 x i8" in part["design"]["statements"]
    assert strength_lines(built) == []


def test_a_reviewer_without_the_package_gets_the_same_numbers(audit):
    script = Path(__file__).parents[2] / "docs" / "recompute_joint.py"
    done = subprocess.run([sys.executable, script, audit.path], capture_output=True, text=True, check=True)
    lines = done.stdout.splitlines()
    assert lines[0] == f"{audit.content['joint']['tested']} joint effects"
    apart = {line.partition(":")[0]: float(line.split()[-1]) for line in lines[1:]}
    assert set(apart) == {"estimate", "low", "high", "adjusted_p"}
    assert max(apart.values()) < 1e-9
