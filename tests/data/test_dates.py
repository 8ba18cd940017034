"""Dates against Python's calendar."""

from datetime import date, timedelta

import numpy as np
import pytest

from interplay.data.dates import as_date, dates, dates_of_numbers

DAYS = [date(1948, 2, 29) + timedelta(days=137 * place) for place in range(200)]
SINCE = [(day - date(1970, 1, 1)).days for day in DAYS]


@pytest.mark.parametrize(
    "form", ["%Y-%m-%d", "%Y/%m/%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%Y-%m-%dT00:00:00Z"]
)
def test_every_way_of_writing_days(form: str) -> None:
    found = dates([day.strftime(form) for day in DAYS])
    assert found is not None
    assert found.days.tolist() == SINCE
    assert found.note == f"dates from {DAYS[0]} to {DAYS[-1]}"


def test_times_are_parts_of_a_day() -> None:
    for texts in (["1970-01-02 06:00", "1970-01-01 18:30:00"], ["2.1.1970 6:00", "1.1.1970 18:30:00"]):
        found = dates(texts)
        assert found is not None and found.days.tolist() == [1.25, 18.5 / 24]


def test_day_and_month_that_cannot_be_told_apart_are_said_so() -> None:
    found = dates(["1/2/1970", "3/4/1970"])
    assert found is not None and found.days[0] == 31
    assert "the day is taken to come before the month" in found.note


@pytest.mark.parametrize(
    "texts",
    [
        ["2020-02-30"],
        ["31/12/2020", "12/31/2020"],
        ["2020-01-01", "soon"],
        ["1.2.3"],
        ["12:30"],
        ["2020"],
        [],
    ],
)
def test_texts_that_are_no_dates(texts: list[str]) -> None:
    assert dates(texts) is None


def test_numbers_that_are_dates() -> None:
    written = np.array([float(day.strftime("%Y%m%d")) for day in DAYS] + [np.nan])
    found = dates_of_numbers(written)
    assert found is not None and found.days[:-1].tolist() == SINCE and np.isnan(found.days[-1])
    assert dates_of_numbers(np.arange(19_500_000.0, 19_500_100.0)) is None, "there is no month 0"
    assert dates_of_numbers(written[:10]) is None, "few numbers may be anything"
    assert dates_of_numbers(np.array([])) is None


def test_days_before_1970() -> None:
    assert as_date(-1.0) == "1969-12-31"
