"""A table as an office brings it, from `init` to a confirmation: only what `init` asks for is filled in."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from interplay.auditing.confirm import confirm
from interplay.auditing.run import run
from interplay.auditing.start import start
from interplay.report.terminal import summary
from interplay.study.load import load

pytestmark = pytest.mark.slow

ROWS = 9_000


def brought(folder: Path) -> Path:
    """Semicolons, decimal commas, a byte order mark, dates, codes, a numeric group, a weight, an id and a stand-in."""
    draw = np.random.default_rng(5)
    income, debt = draw.lognormal(3.4, 0.5, ROWS).round(2), draw.gamma(2, 4, ROWS).round(2)
    age, years = draw.uniform(19, 82, ROWS).round(1), draw.integers(0, 31, ROWS)
    branch = draw.choice(["0041", "0107", "2200", "9031"], ROWS)
    merit = np.log(income) - 0.08 * debt + 0.03 * years - 0.03 * np.abs(age - 45) / 5 + 0.3 * (branch == "0041")
    granted = merit + draw.logistic(size=ROWS) * 0.35 > np.quantile(merit, 0.4)
    frame = pd.DataFrame(
        {
            "Antrag": [f"K{place:07d}" for place in draw.permutation(ROWS)],
            "Eingang": (pd.Timestamp("2021-01-01") + pd.to_timedelta(draw.integers(0, 900, ROWS), "D")).strftime(
                "%d.%m.%Y"
            ),
            "Einkommen": [f"{value:,.2f} €".replace(",", "\u00a0").replace(".", ",") for value in 1000 * income],
            "Schulden": debt,
            "Jahre": np.where(draw.random(ROWS) < 0.1, -1, years),
            "Filiale": branch,
            "Beruf": draw.choice([11, 23, 47, 99], ROWS),
            "Alter": age,
            "Gewicht_weight": draw.uniform(0.4, 3, ROWS).round(3),
            "Entscheid": np.where(granted, "bewilligt", "abgelehnt"),
        }
    )
    path = folder / "antraege.csv"
    frame.to_csv(path, index=False, sep=";", decimal=",", encoding="utf-8-sig")
    return path


def test_from_init_to_a_confirmed_report(tmp_path: Path) -> None:
    begun = start(brought(tmp_path), "Entscheid", "Alter", tmp_path, lambda counts: "bewilligt")
    said = "\n".join(begun.assumed)
    for words in (
        "Alter, cut at",
        "Antrag is left out",
        "Eingang is left out: a date",
        "-1 in Jahre",
        "Gewicht_weight weighs",
    ):
        assert words in said
    assert any("Beruf are codes" in line for line in begun.asked)
    text = begun.text.replace('#categorical = ["Beruf"]', 'categorical = ["Beruf"]')
    text = text.replace('set_by = ""', 'set_by = "the credit committee"').replace("#ranking", "ranking")
    path = tmp_path / "study.toml"
    path.write_text(text.replace("members = 16", "members = 6"), encoding="utf-8")
    study = load(path)
    audit = run(study, tmp_path / "runs")
    kinds = {one["name"]: one["kind"] for one in audit.content["data"]["features"]}
    assert kinds == {
        "Einkommen": "numeric",
        "Schulden": "numeric",
        "Jahre": "numeric",
        "Filiale": "categorical",
        "Beruf": "categorical",
    }
    assert audit.content["data"]["favourable"] == "bewilligt"
    assert audit.decision["treatment"] is not None
    assert confirm(study, tmp_path / "runs")["outcome"] in (
        "stands",
        "stands_with_reservations",
        "not_confirmed",
        "fails",
    )
    assert "Einkommen" in (audit.path / "report.html").read_text() and summary(audit.content, {})
