"""An audit as a run of MLflow, read back by MLflow itself."""

import json

import pytest

import interplay as ip
from interplay.auditing.result import Audit

pytestmark = pytest.mark.oracles


@pytest.fixture(scope="module")
def audit(tmp_path_factory):
    study = ip.Study(
        name="mortgage: <b>tracked</b>",
        members=3,
        draws=50,
        data=ip.DataSection(source="mortgage"),
        groups=ip.GroupsSection(attributes={"race": ip.GroupSection(reference="white")}, minimum_rows=30),
        model=ip.ModelSection(hidden=(), steps=60, learning_rates=(0.3,)),
        interventions=(ip.InterventionSection(name="reweighing"),),
    )
    return ip.run(study, tmp_path_factory.mktemp("runs"))


def test_levels_verdicts_and_files_come_back(audit: Audit, tmp_path, monkeypatch):
    import mlflow

    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    mlflow.set_tracking_uri(f"file:{tmp_path / 'tracked'}")
    kept = mlflow.get_run(ip.track(audit))
    metric = next(each for each in audit.content["metrics"] if each["key"] == "accuracy")
    level = next(each for each in metric["values"] if (each["treatment"], each["tuning"]) == ("control", "tuned"))
    assert kept.data.metrics["accuracy"] == pytest.approx(level["mean"])
    assert kept.data.metrics["accuracy.low"] == pytest.approx(level["low"])
    assert "accuracy_disparity/race" in kept.data.metrics
    found = {f"interaction.{letters}": kept.data.tags[f"interaction.{letters}"] for letters in ("F-P", "UQ-E")}
    verdicts = {(pair["source"], pair["target"]): pair["verdict"] for pair in audit.content["interactions"]}
    assert found["interaction.F-P"] == verdicts["fairness", "privacy"]
    assert kept.data.tags["interplay.study"] == audit.content["study"]["digest"]
    stored = tmp_path / "tracked"
    files = {path.name: path for path in stored.rglob("artifacts/*")}
    assert {"audit.json", "report.html", "register.csv", "MODEL_CARD.md"} <= set(files)
    assert json.loads(files["audit.json"].read_text()) == audit.content
