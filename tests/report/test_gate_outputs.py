"""What a gate leaves behind, with names and sentences that try to be more than text."""

import io
import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
import xmlschema

from interplay.errors import StudyError
from interplay.report.annotations import annotations
from interplay.report.gate_markdown import escaped, markdown
from interplay.report.gate_text import GateText, churn_sentence, outcome_sentence
from interplay.report.junit import junit
from interplay.report.sarif import sarif
from interplay.report.workflows import workflow_file

HOSTILE = ']]><script>alert(1)</script> | ::error::x %0A\n\x00\x0b\ufffe"quoted" [link](http://x) `code`'
STATUSES = ("pass", "fail", "undecided", "waived", "not_measured")


def content(text=HOSTILE):
    cells = [
        {
            "name": f"{status} {text}",
            "metric": text,
            "aspect": "utility",
            "status": status,
            "sentence": text,
            "line": 7,
            "column": 3,
        }
        for status in STATUSES
    ]
    side = {"model": text, "digest": "ab" * 32}
    share = {"share": 0.02, "low": 0.01, "high": 0.03, "rows": 1200}
    return {
        "about": "About these two models.",
        "outcome": "fail",
        "counts": dict.fromkeys(STATUSES, 1),
        "approved": side,
        "candidate": side,
        "rows": 1200,
        "members": 1,
        "cells": cells,
        "others": [{"metric": text, "contrast": text, "verdict": "harm", "sentence": text}],
        "churn": {"all": share, "lost": share, "gained": share},
        "study": {"name": text, "file": "/project/a:b,c%/study.toml"},
        "left_out": [text],
        "waivers_ended": [text],
        "same_model": False,
    }


def test_junit_has_the_structure_that_readers_expect():
    """Elements and attributes of the schema that pipelines share: suites, suite, cases, and at most one result in each."""
    root = ElementTree.fromstring(junit(content()))
    assert root.tag == "testsuites" and {"name", "tests", "failures", "errors", "time"} <= root.attrib.keys()
    (suite,) = root
    assert suite.tag == "testsuite" and {one.tag for one in suite} == {"testcase"}
    for whole in (root, suite):
        assert (whole.get("tests"), whole.get("failures"), whole.get("errors")) == ("5", "1", "1")
    assert suite.get("skipped") == "2"
    results = []
    for case in suite:
        assert case.attrib.keys() == {"classname", "name", "time"} and float(case.get("time")) >= 0
        assert len(case) <= 1
        results += [(child.tag, sorted(child.attrib)) for child in case]
    failed = ["message", "type"]
    assert results == [("failure", failed), ("error", failed), ("skipped", ["message"]), ("skipped", ["message"])]


SCHEMA = xmlschema.XMLSchema(str(Path(__file__).with_name("junit.xsd")))


@pytest.mark.parametrize("kept", [STATUSES, ("pass",), ()])
def test_junit_is_valid_under_the_schema_that_pipelines_share(kept):
    made = content()
    made["cells"] = [cell for cell in made["cells"] if cell["status"] in kept]
    made["counts"] = {status: int(status in kept) for status in STATUSES}
    SCHEMA.validate(junit(made).decode().replace('encoding="utf-8"', ""))


def test_the_schema_catches_what_pipelines_would_not_read():
    good = junit(content()).decode().partition("?>")[2]
    for wrong in (
        good.replace("<testsuite ", "<suite ").replace("</testsuite>", "</suite>"),
        good.replace('tests="5"', 'tests="five"'),
        good.replace("<failure", "<harm").replace("</failure", "</harm"),
    ):
        assert not SCHEMA.is_valid(wrong)


def test_junit_is_xml_whatever_a_name_holds():
    text = junit(content()).decode()
    assert "<script>" not in text and not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", text)
    (suite,) = ElementTree.fromstring(text.encode())
    assert "<script>alert(1)</script>" in suite[1].get("name"), "it is shown as it is"


def test_markdown_shows_outside_text_as_text():
    shown = markdown(content())
    assert "<script>" not in shown and "[link](" not in shown
    table = [line for line in shown.splitlines() if line.startswith("| ")]
    assert len(table) == 1 + len(STATUSES), "no name adds a row"
    assert all(len(re.findall(r"(?<!\\)\|", line)) == 5 for line in table), "no name adds a column"


def test_annotations_are_one_line_each_and_hide_no_other_command():
    lines = list(annotations(content(), root="/project"))
    assert [line.split(" ", 1)[0] for line in lines] == ["::error", "::warning", "::notice"]
    for line in lines:
        assert "\n" not in line and "\r" not in line
        head, _, _ = line[2:].partition("::")
        assert "file=a%3Ab%2Cc%25/study.toml" in head and "line=7,col=3" in head
        assert head.count("title=") == 1


def test_sarif_has_a_rule_for_every_result_and_says_where():
    found = json.loads(sarif(content()))
    (run,) = found["runs"]
    rules = {rule["id"] for rule in run["tool"]["driver"]["rules"]}
    assert found["version"] == "2.1.0" and {one["ruleId"] for one in run["results"]} <= rules
    kinds = [one["kind"] for one in run["results"]]
    assert kinds == ["pass", "fail", "review", "informational", "notApplicable"]
    assert all(one["level"] == ("error" if one["kind"] == "fail" else "none") for one in run["results"])
    assert run["results"][0]["locations"][0]["physicalLocation"]["region"] == {"startLine": 7, "startColumn": 3}


def test_a_terminal_shows_control_characters_as_tags():
    from rich.console import Console

    console = Console(width=5000, record=True, file=io.StringIO())
    console.print(GateText(content(), {"summary.md": "gate/summary.md"}))
    shown = console.export_text()
    assert "\x00" not in shown and "[U+0000]" in shown and "FAILED" in shown


def test_a_cell_is_named_once():
    cell = {"metric": "accuracy", "aspect": "utility", "sentence": "accuracy: no harm", "line": 1, "column": 1}
    changed = cell | {"name": "accuracy", "status": "pass"}
    let_through = changed | {"status": "waived", "sentence": "waived by Ann until 2030-01-01: known"}
    limit = changed | {"name": "limit: accuracy at least 0.8", "sentence": "0.7"}
    kept = limit | {"sentence": "accuracy at least 0.8 holds with probability 1.00"}
    from rich.console import Console

    console = Console(width=200, file=io.StringIO(), force_terminal=False)
    console.print(GateText(content("x") | {"cells": [changed, let_through, limit, kept]}, {}))
    printed = console.file.getvalue()
    for line in (
        "utility         accuracy: no harm",
        "accuracy: waived by Ann",
        "limit: accuracy at least 0.8: 0.7",
        "limit: accuracy at least 0.8 holds",
    ):
        assert line in printed
    assert "accuracy: accuracy" not in printed


def test_sentences_have_their_numbers():
    assert outcome_sentence(content()).endswith("(1 passed, 1 failed, 1 undecided, 1 waived, 1 not measured).")
    assert "2.0 % (1.0 to 3.0) of 1,200 rows" in churn_sentence(content()["churn"])
    assert "not known, since it is so" in churn_sentence({"reason": "it is so"})
    assert escaped("a|b*c") == r"a\|b\*c"


@pytest.mark.parametrize("host", ["github", "gitlab"])
def test_workflows_run_the_gate_and_keep_what_it_leaves(host):
    shown = workflow_file(host)
    assert "interplay gate study.toml --output gate" in shown and "\t" not in shown
    assert "allow_failure" not in shown, "what is undecided does not go on by itself"


def test_another_host_is_refused():
    with pytest.raises(StudyError, match="github or gitlab"):
        workflow_file("elsewhere")
