"""Small tables like those that people bring, drawn here; nothing comes from a real person."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

Make = Callable[[Path], str]
TABLES: dict[str, Make] = {}
"""By name: what writes the table into a folder and gives its file name."""


def applications(rows: int = 700, seed: int = 1) -> tuple[pd.DataFrame, np.random.Generator]:
    """Loan applications: four numbers, a region, a sex and a decision that follows from them with noise."""
    draw = np.random.default_rng(seed)
    income, debt = draw.lognormal(3.4, 0.5, rows).round(2), draw.gamma(2, 4, rows).round(2)
    years, score = draw.uniform(0, 30, rows).round(1), draw.normal(600, 60, rows).round(1)
    sex, region = draw.choice(["f", "m"], rows, p=[0.45, 0.55]), draw.choice(["north", "south", "east"], rows)
    merit = np.log(income) - 0.06 * debt + 0.02 * years + (score - 600) / 90 - 0.4 * (sex == "f")
    paid = np.where(merit + draw.logistic(size=rows) * 0.5 > 3.1, "yes", "no")
    columns = {"income": income, "debt": debt, "years": years, "score": score, "region": region, "sex": sex}
    return pd.DataFrame({**columns, "approve": paid}), draw


def table(make: Callable[[pd.DataFrame, np.random.Generator], pd.DataFrame | None]) -> Callable[..., Any]:
    """Add a table: the applications, changed."""

    def write(folder: Path) -> str:
        frame, draw = applications()
        changed = make(frame, draw)
        (frame if changed is None else changed).to_csv(folder / f"{make.__name__}.csv", index=False)
        return f"{make.__name__}.csv"

    TABLES[make.__name__] = write
    return make


@table
def plain(frame, draw):
    """Nothing unusual."""


@table
def labels_spelled_two_ways(frame, draw):
    frame.loc[::40, "approve"] = "Yes "
    frame.loc[7, "approve"] = "yes"


@table
def numbers_with_units(frame, draw):
    frame["limit"] = [f"{value:,}" for value in draw.integers(900, 90_000, len(frame))]
    frame["used"] = [f"{value:.1f} %" for value in draw.uniform(0, 100, len(frame))]
    frame["fee"] = [f"£{value:.2f}" for value in draw.uniform(0, 90, len(frame))]


@table
def dates_of_three_kinds(frame, draw):
    days = pd.Timestamp("2019-05-01") + pd.to_timedelta(draw.integers(0, 1_500, len(frame)), "D")
    frame["opened"], frame["reviewed"] = days, days.strftime("%d.%m.%Y")
    frame["coded"] = days.strftime("%Y%m%d").astype(int)


@table
def wide(frame, draw):
    frame["postcode"] = [f"p{value:04d}" for value in draw.integers(0, 4_000, len(frame))]
    frame["surname"] = draw.choice([f"n{value}" for value in range(150)], len(frame))


@table
def codes(frame, draw):
    frame["branch"] = draw.choice([17, 23, 88, 91], len(frame))
    frame["sort_code"] = draw.choice(["004417", "110022", "090031"], len(frame))


@table
def numeric_group(frame, draw):
    frame["sex"] = draw.uniform(18, 85, len(frame)).round(1)


@table
def later(frame, draw):
    frame["account_closed"] = np.where(
        draw.random(len(frame)) < 0.97, frame["approve"] == "yes", frame["approve"] == "no"
    )


@table
def copies(frame, draw):
    return pd.concat([frame.head(300)] * 3).sample(frac=1, random_state=0)


@table
def survey(frame, draw):
    frame["survey_weight"] = draw.uniform(0.2, 8, len(frame)).round(3)


@table
def stand_ins_for_missing(frame, draw):
    frame["months"] = np.where(draw.random(len(frame)) < 0.2, -999, draw.integers(0, 60, len(frame)))
    frame["calls"] = np.where(draw.random(len(frame)) < 0.7, -1, draw.integers(1, 400, len(frame)))


@table
def infinite(frame, draw):
    frame.loc[[3, 9], "debt"] = [np.inf, -np.inf]


@table
def region_na(frame, draw):
    frame["sex"] = draw.choice(["EU", "NA", "APAC"], len(frame))


@table
def large_identifiers(frame, draw):
    frame["account"] = 2**53 + draw.permutation(10**6)[: len(frame)]


@table
def repeated_columns(frame, draw):
    return frame[["income", "income", "debt", "years", "score", "region", "sex", "approve"]]


@table
def comma_in_the_name_of_the_group(frame, draw):
    return frame.rename(columns={"sex": "sex, as declared"})


@table
def tiny(frame, draw):
    return frame.head(60)


@table
def rare(frame, draw):
    frame["approve"] = "no"
    frame.loc[frame["score"].nlargest(6).index, "approve"] = "yes"


@table
def one_group(frame, draw):
    frame["sex"] = "f"


@table
def one_feature(frame, draw):
    return frame[["score", "sex", "approve"]]


def _european(folder: Path) -> str:
    frame, _ = applications()
    frame.to_csv(folder / "european.csv", index=False, sep=";", decimal=",", encoding="utf-8-sig")
    return "european.csv"


def _decimals(folder: Path) -> str:
    frame, draw = applications()
    frame["balance"] = [Decimal(f"{value:.2f}") for value in draw.lognormal(7, 1, len(frame))]
    frame.to_parquet(folder / "decimals.parquet", index=False)
    return "decimals.parquet"


TABLES |= {"european": _european, "decimals": _decimals}
