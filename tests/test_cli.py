"""The command line as a person meets it: words, files, exit codes."""

import contextlib
import csv
import io
import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from interplay.cli import main

LAUNCH = (sys.executable, "-c", "from interplay.cli import main; main()")


def launched(*words, cwd):
    """A process of its own: what is imported and how long it takes are part of what a person meets."""
    return subprocess.run((*LAUNCH, *map(str, words)), cwd=cwd, capture_output=True, text=True, check=False)


def run(*words, cwd):
    """The same in this process, which starts no interpreter and imports nothing again."""
    out, err = io.StringIO(), io.StringIO()
    with (
        pytest.MonkeyPatch.context() as patched,
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        contextlib.chdir(cwd),
    ):
        patched.setattr(sys, "argv", ["interplay", *map(str, words)])
        for name in ("INTERPLAY_DEVICE", "INTERPLAY_MEMORY"):
            patched.setenv(name, os.environ.get(name, ""))
            patched.delenv(name)  # put back afterwards as it was
        try:
            main()
            code = 0
        except SystemExit as stop:
            code = stop.code
    return subprocess.CompletedProcess(words, code, out.getvalue(), err.getvalue())


def _applications(path, rows=400, change=lambda row: row):
    chance = random.Random(0)
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, ["income", "debt", "region", "sex", "approve"])
        writer.writeheader()
        for _ in range(rows):
            income, debt = chance.gauss(50, 15), chance.expovariate(0.1)
            row = {
                "income": round(income, 1),
                "debt": round(debt, 2),
                "region": chance.choice(["north", "south"]),
                "sex": chance.choice(["f", "m"]),
                "approve": "yes" if income - debt + chance.gauss(0, 10) > 38 else "no",
            }
            writer.writerow(change(row))


@pytest.fixture
def folder(tmp_path):
    _applications(tmp_path / "applications.csv")
    return tmp_path


def _study(folder, *edits):
    done = run("init", "applications.csv", "--label", "approve", "--groups", "sex", "--force", cwd=folder)
    assert done.returncode == 0, done.stderr
    path = folder / "study.toml"
    text = path.read_text()
    for old, new in edits:
        assert old in text, old
        text = text.replace(old, new, 1)
    path.write_text(text)
    return path


def _refused(done, *words):
    assert done.returncode == 2, (done.returncode, done.stderr)
    assert done.stderr.startswith("Error: expected")
    assert "Next: " in done.stderr
    assert "Traceback" not in done.stderr
    for word in words:
        assert word in done.stderr, done.stderr


def test_help_is_quick_and_names_the_verbs(tmp_path):
    done = launched("--help", cwd=tmp_path)
    assert done.returncode == 0
    for verb in ("init", "plan", "run", "catalogue"):
        assert verb in done.stdout


def test_help_imports_nothing_heavy(tmp_path):
    code = "import sys, interplay, interplay.cli; print([m for m in ('jax', 'numpy', 'pandas') if m in sys.modules])"
    done = subprocess.run((sys.executable, "-c", code), cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_init_then_plan(folder):
    _study(folder)
    done = launched("plan", "study.toml", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert "8 treatments x 16 members" in done.stdout
    assert "epsilon at most 8.00" in done.stdout
    assert not (folder / "runs").exists(), "plan must not write"


def test_a_run_that_does_not_fit_the_declared_memory_is_refused_before_it_starts(folder):
    _study(folder)
    assert "GB of 8.0 GB declared" in run("plan", "study.toml", "--memory", "8", cwd=folder).stdout
    _refused(run("run", "study.toml", "--memory", "0.5", cwd=folder), "0.5 GB", "--memory", "members")
    assert not (folder / "runs").exists()


def test_init_says_what_it_assumes_and_what_it_asks_for(folder):
    done = run("init", "applications.csv", "--label", "approve", "--groups", "sex", cwd=folder)
    assert done.returncode == 0, done.stderr
    assumed, asked = done.stdout.split("To fill in:")
    assert assumed.startswith("Assumed:\n- label approve: no ")
    assert "favourable: which of no, yes people hope for" in asked
    assert "Warning    approve: no favourable class is declared" in run("plan", "study.toml", cwd=folder).stdout
    words = ("init", "applications.csv", "--label", "approve", "--favourable", "yes", "--force")
    done = run(*words, cwd=folder)
    assert "people hope for yes" in done.stdout and "favourable: which" not in done.stdout
    assert "no favourable class" not in run("plan", "study.toml", cwd=folder).stdout
    _refused(run(*words[:-2], "maybe", "--force", cwd=folder), "a class of the label", "maybe")


def test_init_does_not_overwrite(folder):
    _study(folder)
    _refused(run("init", "applications.csv", "--label", "approve", cwd=folder), "study.toml", "--force")


def test_catalogue_as_text_and_json(tmp_path):
    text = run("catalogue", cwd=tmp_path)
    assert text.returncode == 0
    assert "not yet measurable" in text.stdout
    known = json.loads(run("catalogue", "--format", "json", cwd=tmp_path).stdout)
    assert len(known["interactions"]) == 20
    assert {"dp_sgd", "reweighing", "adversarial_training"} <= {one["name"] for one in known["interventions"]}
    _refused(run("catalogue", "--format", "yaml", cwd=tmp_path), "yaml")


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (("members = 16", "membres = 16"), ("study.toml:", "membres", "members")),
        (('label = "approve"', 'label = "aprove"'), ("aprove", "approve")),
        (('source = "applications.csv"', 'source = "nowhere.csv"'), ("nowhere.csv",)),
        (("members = 16", "members = 1"), ("study.toml:", "members")),
        (("members = 16", "members = "), ("study.toml:",)),
        (('name = "dp_sgd"', 'name = "dp_sdg"'), ("study.toml:", "dp_sdg", "dp_sgd")),
        (("[data]", '[[limits]]\nmetric = "acuracy"\nat_least = 0.5\n\n[data]'), ("acuracy", "accuracy")),
        (
            ("[data]", '[[limits]]\nmetric = "accuracy"\nat_least = 0.9\nat_most = 0.5\n\n[data]'),
            ("study.toml:", "0.9", "0.5"),
        ),
    ],
)
def test_a_wrong_study_says_where_and_what_to_do(folder, edit, words):
    _study(folder, edit)
    _refused(run("plan", "study.toml", cwd=folder), *words)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda row: {**row, "approve": "yes"}, ("approve",)),
        (lambda row: {**row, "approve": "" if row["region"] == "north" else row["approve"]}, ("approve", "missing")),
        (lambda row: {**row, "income": "inf"}, ("income",)),
    ],
)
def test_data_that_cannot_be_used_are_refused(folder, change, words):
    _study(folder)
    _applications(folder / "applications.csv", change=change)
    _refused(run("plan", "study.toml", cwd=folder), *words)


def test_leakage_and_useless_columns_are_named(folder):
    _study(folder)
    _applications(folder / "applications.csv", change=lambda row: {**row, "debt": int(row["approve"] == "yes")})
    done = run("plan", "study.toml", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert "debt" in done.stdout
    assert "leak" in done.stdout.lower()


def test_a_missing_study_is_refused(tmp_path):
    _refused(run("run", "none.toml", cwd=tmp_path), "none.toml")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder_is_refused(folder):
    _study(folder)
    (folder / "runs").mkdir(mode=0o500)
    _refused(run("run", "study.toml", cwd=folder), "runs")


def test_runs_that_is_a_file_is_refused(folder):
    _study(folder)
    (folder / "runs").write_text("")
    _refused(run("run", "study.toml", "--quiet", cwd=folder), "runs")


def test_ctrl_c_says_how_to_go_on(folder):
    _study(folder)
    process = subprocess.Popen((*LAUNCH, "run", "study.toml"), cwd=folder, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 60
    while not list(Path(folder).glob("runs/*/study.json")) and time.monotonic() < deadline:
        time.sleep(0.2)
    time.sleep(2)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130, errors
    assert "continue with: interplay run study.toml" in errors


def test_a_group_of_three_rows_is_not_measured_and_said_so(folder):
    quick = (
        ("members = 16", "members = 3"),
        ("most_members = 20", "most_members = 3"),
        ("draws = 200", "draws = 50"),
        ("steps = 400", "steps = 20"),
    )
    path = _study(folder, *quick)
    others = r'\[\[interventions\]\]\nname = "(?!reweighing)\w+"\n(parameters.*\n)?'
    path.write_text(re.sub(others, "", path.read_text()))
    count = iter(range(10_000))
    _applications(
        folder / "applications.csv", change=lambda row: {**row, "sex": "x" if next(count) < 3 else row["sex"]}
    )
    done = run("run", "study.toml", "--quiet", cwd=folder)
    assert done.returncode == 0, done.stderr
    audit = json.loads(next(Path(folder).glob("runs/*/audit.json")).read_text())
    assert any("'x'" in one["reason"] for one in audit["not_measured"])
    gaps = [one for one in audit["effects"] if one["contrast"] == "x against m"]
    assert all(one["estimate"] is None for one in gaps)
