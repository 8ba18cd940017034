"""The measured speeds in the repository: their shape, and that the texts quote only them."""

import json
import re
from pathlib import Path

import pytest
from benchmarks import answers, page
from benchmarks.marked import parts
from benchmarks.results import read

ROOT = Path(__file__).parent.parent
RESULTS = ROOT / "benchmarks" / "results.json"
JOBS = {
    "plain", "dp_sgd", "adversarial", "adversarial_movable", "lira", "lime", "bootstrap", "grid", "grid_movable", "audit",
}  # fmt: skip
PEERS = {
    "opacus hooks", "opacus ghost", "art", "dataloader", "lime", "fairlearn", "joblib", "glue hooks", "glue ghost", "lean",
}  # fmt: skip


@pytest.fixture(scope="module")
def results():
    return json.loads(RESULTS.read_text())


def test_results_have_the_stated_shape(results):
    assert {"machine", "date", "gemm_peak", "rows"} <= set(results)
    assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", results["date"])
    for row in results["rows"]:
        assert row["job"] in JOBS
        assert row["peer"] in PEERS
        assert row["low"] <= row["ratio"] <= row["high"]
        assert row["rounds"] >= 1
        assert isinstance(row["extrapolated"], bool)
        assert row["ours_seconds"] > 0 and row["peer_seconds"] > 0
    assert {row["job"] for row in results["rows"]} == JOBS, "every job was measured"


def test_nothing_of_the_measuring_machine_leaks(results):
    text = json.dumps(results)
    assert not re.search(r"/(home|root|work|tmp)/|https?://", text)


def test_the_page_holds_the_measured_figures_and_no_others():
    found = read()
    assert found is not None
    assert parts(page.PAGE, "measured")[1] == page.measured(found).strip()


def test_the_readme_quotes_only_measured_ratios(results):
    quoted = re.findall(
        r"\| ([^|]+) \| ([^|]+) \| (\d+(?:,\d{3})*(?:\.\d)?) times \|", (ROOT / "README.md").read_text()
    )
    measured = {f"{row['ratio']:,.0f}" for row in results["rows"]} | {f"{row['ratio']:.1f}" for row in results["rows"]}
    assert quoted, "the README shows some"
    assert {ratio for _, _, ratio in quoted} <= measured


def test_the_page_holds_the_measured_answers_and_no_others():
    found = json.loads(answers.PATH.read_text())
    assert len(found["rows"]) == 5
    assert all(row["low"] <= row["seconds"] <= row["high"] for row in found["rows"])
    assert parts(answers.PAGE, "answers")[1] == answers.table(found)
    assert not re.search(r"/(home|root|work|tmp)/|https?://", json.dumps(found))
