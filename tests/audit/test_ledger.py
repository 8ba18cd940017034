"""The ledger of used audit rows: used once, never lost, never overwritten when it cannot be read."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from interplay.auditing.ledger import FILE, AuditRows, Ledger, Use
from interplay.errors import RunError

ROWS = AuditRows("a" * 64, np.array([3, 5, 8, 13]))


def _use(rows=ROWS, study="s" * 64, treatment="dp_sgd", **changes):
    known = {"name": "loans", "began": "2026-03-01 10:00 UTC", "outcome": None, "again": None}
    known |= {"rows": rows.digest, "data": rows.data, "positions": rows.listed}
    return Use(study=study, treatment=treatment, **{**known, **changes})


@pytest.fixture
def ledger(tmp_path):
    return Ledger(tmp_path / "runs")


def test_a_use_is_written_down_and_finished(ledger):
    first = ledger.record(_use(), ROWS)
    assert ledger.uses() == (first,)
    assert first.outcome is None
    done = ledger.record(replace(first, outcome="stands"), ROWS)
    assert ledger.uses() == (done,)
    assert done.outcome == "stands"


def test_the_same_study_and_winner_may_finish_the_same_use(ledger):
    first = ledger.record(_use(), ROWS)
    again = ledger.allowed(_use(began="2026-04-01 10:00 UTC"), ROWS)
    assert again == first, "the use keeps the date on which it began"


@pytest.mark.parametrize(
    "other", [{"study": "t" * 64}, {"treatment": "reweighing"}, {"study": "t" * 64, "again": ""}, {"study": "t" * 64}]
)
def test_another_study_or_winner_is_refused_and_told_who_used_them(ledger, other):
    ledger.record(_use(outcome="fails"), ROWS)
    with pytest.raises(RunError) as refused:
        ledger.record(_use(**other), ROWS)
    error = refused.value
    assert "4 of 4 used by study 'loans'" in error.found
    assert "2026-03-01" in error.found
    assert "fails" in error.found
    assert "--again" in error.remedy
    assert str(ledger.path) == error.where
    assert len(ledger.uses()) == 1


def test_one_shared_row_is_an_overlap_and_other_rows_or_data_are_not(ledger):
    ledger.record(_use(), ROWS)
    one = AuditRows(ROWS.data, np.array([1, 13]))
    with pytest.raises(RunError, match="1 of 2 used"):
        ledger.allowed(_use(one, study="t" * 64), one)
    for free in (AuditRows(ROWS.data, np.array([1, 2])), AuditRows("b" * 64, ROWS.positions)):
        assert ledger.record(_use(free, study="t" * 64), free).again is None
    assert len(ledger.uses()) == 3


def test_a_reason_allows_a_second_look_and_stays_in_the_ledger(ledger):
    ledger.record(_use(outcome="stands"), ROWS)
    second = ledger.record(_use(study="t" * 64, again="a limit was mistyped"), ROWS)
    assert second.again == "a limit was mistyped"
    assert {one.again for one in ledger.uses()} == {None, "a limit was mistyped"}
    finished = ledger.record(replace(second, outcome="open"), ROWS)
    assert finished.again == "a limit was mistyped"


def test_a_reason_that_is_not_needed_leaves_a_first_use(ledger):
    assert ledger.record(_use(again="just in case"), ROWS).again is None


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{",
        b"[]",
        b"[" * 100_000,
        b"\xff\xfe",
        b'{"format": "interplay audit rows 2", "uses": []}',
        b'{"format": "interplay audit rows 1"}',
        b'{"format": "interplay audit rows 1", "uses": [], "more": 1}',
        b'{"format": "interplay audit rows 1", "uses": [{"rows": 1}]}',
        b'{"format": "interplay audit rows 1", "uses": "\\u001b[31m"}',
    ],
)
def test_what_is_no_ledger_is_told_and_never_overwritten(ledger, text):
    ledger.path.parent.mkdir()
    ledger.path.write_bytes(text)
    for attempt in (ledger.uses, lambda: ledger.record(_use(), ROWS)):
        with pytest.raises(RunError) as told:
            attempt()
        assert "\x1b" not in str(told.value)
        assert "never overwritten" in told.value.remedy
    assert ledger.path.read_bytes() == text


@pytest.mark.parametrize("positions", ["", "1,", "-1", "1,2;3", "1, 2", "9" * 30, "\uff11"])
def test_positions_that_are_no_list_of_rows_make_it_no_ledger(ledger, positions):
    ledger.record(_use(), ROWS)
    book = json.loads(ledger.path.read_text())
    book["uses"][0]["positions"] = positions
    ledger.path.write_text(json.dumps(book))
    with pytest.raises(RunError, match="the ledger of used audit rows"):
        ledger.uses()


def test_a_folder_in_its_place_is_told(ledger):
    ledger.path.mkdir(parents=True)
    with pytest.raises(RunError, match="the ledger of used audit rows"):
        ledger.uses()


def test_hostile_names_are_shown_as_tags(ledger):
    ledger.record(_use(name="evil\x1b[31m\u202e", treatment="x" * 10_000), ROWS)
    with pytest.raises(RunError) as refused:
        ledger.allowed(_use(study="t" * 64), ROWS)
    assert "\x1b" not in str(refused.value)
    assert "\u202e" not in str(refused.value)
    assert len(str(refused.value)) < 1500


def test_writers_at_the_same_time_lose_no_use(ledger):
    """Each writes 20 uses of rows of its own, behind a lock of its own; a lost update would leave fewer."""

    def written(writer):
        for number in range(20):
            rows = AuditRows(f"{writer}-{number}", np.array([1]))
            Ledger(ledger.path.parent).record(_use(rows), rows)

    with ThreadPoolExecutor(3) as writers:
        list(writers.map(written, range(3)))
    assert len(ledger.uses()) == 60
    assert {path.name for path in ledger.path.parent.iterdir()} == {FILE, f".{FILE}.lock"}
