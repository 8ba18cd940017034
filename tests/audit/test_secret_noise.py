"""A confirmation whose noise nobody can make again, and the model for deployment that it leaves."""

import json
import shutil
import tempfile
from dataclasses import replace

import numpy as np
import pytest
from safetensors.numpy import load
from typer.testing import CliRunner

import interplay as ip
from interplay import streams
from interplay.auditing import confirm as verb
from interplay.auditing.confirm import case, confirm
from interplay.auditing.deployable import DESCRIBED, PARAMETERS
from interplay.auditing.ledger import Ledger
from interplay.auditing.prepare import prepare
from interplay.auditing.run import run
from interplay.cli import app
from interplay.design.guarantees import NOT_FOR_RELEASE, SECRET_NOISE
from interplay.engine import jax
from interplay.errors import RunError
from interplay.report.validation import validate

TOML = """
name = "secret noise"
members = 6
draws = 50
data = { source = "mortgage" }
groups = { minimum_rows = 5 }
model = { hidden = [8], steps = 200, learning_rates = [0.3] }
interventions = [{ name = "dp_sgd" }]
limits = [{ metric = "privacy_budget", at_most = 9.0 }]
priorities = { set_by = "the board" }
"""


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    file = tmp_path_factory.mktemp("study") / "study.toml"
    file.write_text(TOML)
    return file


@pytest.fixture(scope="module")
def ready(study):
    return prepare(ip.load(study))


@pytest.fixture(scope="module")
def finished(study, tmp_path_factory):
    runs = tmp_path_factory.mktemp("runs")
    assert run(ip.load(study), runs).content["decision"]["treatment"] == "dp_sgd"
    return runs


@pytest.fixture
def runs(finished, tmp_path):
    return shutil.copytree(finished, tmp_path / "runs")


def _trained(ready, runs, hidden):
    """The fresh models of the choice, without looking at the audit rows, and without kept pieces."""
    one = case(ready, shutil.copytree(runs, tempfile.mkdtemp(dir=runs.parent), dirs_exist_ok=True))
    fleet = verb._trained(replace(one, secret_noise=hidden), lambda *_: None)
    return [
        np.concatenate([np.ravel(leaf) for leaf in jax.tree.leaves(fleet.tuned[of])]) for of in one.design.trainings
    ]


def test_two_confirmations_agree_without_the_option_and_differ_with_it(runs, ready):
    (control, plain), (again, repeated) = (_trained(ready, runs, False) for _ in range(2))
    np.testing.assert_array_equal(plain, repeated)
    np.testing.assert_array_equal(control, again)
    (third, first), (_, second) = (_trained(ready, runs, True) for _ in range(2))
    assert (first != second).mean() > 0.9 and (first != plain).mean() > 0.9
    np.testing.assert_array_equal(third, control, "the control has no noise, and nothing to hide")


def test_it_is_recorded_and_leaves_one_model_and_no_key(runs, ready, monkeypatch):
    drawn, real = [], streams.secret_key_data

    def watched():
        drawn.append(real())
        return drawn[-1]

    monkeypatch.setattr(streams, "secret_key_data", watched)
    found = confirm(ready.study, runs, secret_noise=True)
    folder = runs / ready.digest[:16]
    audit = json.loads((folder / "audit.json").read_text())
    validate(audit)
    assert found["secret_noise"] is audit["confirmation"]["secret_noise"] is True
    assert found["privacy"]["release"] == f"{SECRET_NOISE}."
    assert [use.secret_noise for use in Ledger(runs).uses()] == [True]
    described = json.loads((folder / DESCRIBED).read_text())
    assert described["treatment"] == "dp_sgd" and described["learning_rate"] == 0.3
    assert described["privacy"]["epsilon"] == found["privacy"]["epsilon"] <= 8.0
    assert "entropy" in described["noise"] and described["confirmation"] == found["outcome"]
    model = load((folder / PARAMETERS).read_bytes())
    assert sum(leaf.size for leaf in model.values()) == ready.network.size, "one model, not five"
    assert not any((folder / "pieces").iterdir()), "the other fresh models are gone"
    assert len(drawn) >= 2 * verb.MEMBERS
    for file in (path for path in runs.rglob("*") if path.is_file()):
        content = file.read_bytes()
        for key in drawn:
            assert key.tobytes() not in content, file
            assert not any(str(int(word)).encode() in content for word in key), file
    page = (folder / "report.html").read_text()
    assert "trained with secret noise" in page


def test_without_the_option_nothing_is_written_for_deployment(runs, ready):
    found = confirm(ready.study, runs)
    assert found["secret_noise"] is False and found["privacy"]["release"] == f"{NOT_FOR_RELEASE}."
    folder = runs / ready.digest[:16]
    assert not list(folder.glob("deployable*"))
    assert [use.secret_noise for use in Ledger(runs).uses()] == [False]
    with pytest.raises(RunError) as refused:
        confirm(ready.study, runs, secret_noise=True)
    assert "noise that follows from the seed" in refused.value.found and "--again" in refused.value.remedy


def test_a_stopped_confirmation_takes_up_the_models_it_has(runs, ready, monkeypatch):
    kept = []

    def stopped(*_):
        kept.append(sorted(path.name for path in (runs / ready.digest[:16] / "pieces").iterdir()))
        raise KeyboardInterrupt

    monkeypatch.setattr(verb, "measure", stopped)
    with pytest.raises(KeyboardInterrupt):
        confirm(ready.study, runs, secret_noise=True)
    monkeypatch.undo()
    piece = next(name for name in kept[0] if name.endswith("-secret"))
    whole = load((runs / ready.digest[:16] / "pieces" / piece).read_bytes())
    assert Ledger(runs).uses()[0].secret_noise
    confirm(ready.study, runs, secret_noise=True)
    model = load((runs / ready.digest[:16] / PARAMETERS).read_bytes())
    assert all(np.array_equal(model[name], whole[name][0]) for name in whole)
    assert confirm(ready.study, runs)["secret_noise"], "a second call tells what is known"


def test_a_choice_without_noise_is_refused(tmp_path, ready):
    gentle = ready.study.model.model_copy(update={"learning_rates": (0.01,)})
    changed = {"limits": (), "interventions": (), "most_members": None, "model": gentle}
    plain = ready.study.model_copy(update=changed)
    run(plain, tmp_path)
    with pytest.raises(RunError) as refused:
        confirm(plain, tmp_path, secret_noise=True)
    assert "no noise to keep secret" in refused.value.found and refused.value.remedy
    assert not Ledger(tmp_path).path.exists()


def test_the_command_line_has_the_option_and_names_the_model(runs, study):
    done = CliRunner().invoke(app, ["confirm", str(study), "--runs", str(runs), "--secret-noise"])
    assert done.exit_code == 0, done.output
    said = " ".join(done.output.split())
    assert "trained with secret noise" in said and PARAMETERS in said.replace(" ", "")
