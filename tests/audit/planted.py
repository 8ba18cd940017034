"""A bank of whom a model is known, and candidates with one harm planted in each aspect."""

from collections.abc import Callable

import numpy as np
import pandas as pd
from scipy.special import expit

import interplay as ip

WEIGHTS = {"x0": 1.3, "x1": 0.8}
CLASSES = (0, 1)


def bank(rows: int = 3000, seed: int = 0) -> pd.DataFrame:
    """Two numbers that matter, two that do not, a column that tells the group, the group, and a label."""
    chance = np.random.default_rng(seed)
    x = chance.normal(size=(rows, 4)).round(4)
    group = chance.choice(["a", "b"], rows)
    odds = 1.3 * x[:, 0] + 0.8 * x[:, 1]
    label = (chance.random(rows) < expit(odds)).astype(int)
    columns = {f"x{place}": x[:, place] for place in range(4)}
    return pd.DataFrame({**columns, "postcode": (group == "b").astype(float), "g": group, "y": label})


def study(tolerances: dict | None = None, **changes) -> ip.Study:
    """A study of such a bank, whose model is given by a program."""
    return ip.Study(
        name="a bank",
        draws=100,
        data=ip.DataSection(source="frame", label="y", favourable=1, **{"radius": 0.3, **changes.pop("data", {})}),
        groups=ip.GroupsSection(attributes={"g": ip.GroupSection()}, minimum_rows=50),
        model=ip.ModelSection(kind="fitted"),
        tolerances=tolerances or {},
        **changes,
    )


Odds = Callable[[pd.DataFrame], np.ndarray]


def odds(rows: pd.DataFrame) -> np.ndarray:
    """The log-odds of the approved model, which are those that the labels were drawn with."""
    return np.asarray(sum(weight * rows[name].to_numpy(dtype=float) for name, weight in WEIGHTS.items()))


def given(of: Odds = odds, trained_on=None):
    """A model with these log-odds of label 1."""

    def answer(rows):
        yes = expit(of(rows))
        return np.stack([1 - yes, yes], axis=1)

    return ip.fitted(answer, classes=CLASSES, trained_on=trained_on)


def chosen(rows: pd.DataFrame, share: float) -> np.ndarray:
    """About this share of rows, by digits of a column that does not matter."""
    return (np.abs(rows["x3"].to_numpy(dtype=float)) * 7919) % 1 < share


def less_accurate(rows: pd.DataFrame) -> np.ndarray:
    """One row in four is decided the other way round."""
    return np.where(chosen(rows, 0.25), -odds(rows), odds(rows))


def unfair(rows: pd.DataFrame) -> np.ndarray:
    """Nine in ten people of one postcode are decided unfavourably."""
    other = (rows["postcode"].to_numpy(dtype=float) > 0.5) & chosen(rows, 0.9)
    return np.where(other, -np.abs(odds(rows)), odds(rows))


def fragile(rows: pd.DataFrame) -> np.ndarray:
    """A ridge in a column that does not matter, which an attack pushes rows over."""
    ridge = np.maximum(np.abs(rows["x2"].to_numpy(dtype=float)) - 1.6, 0.0)
    return odds(rows) - 12.0 * ridge * np.sign(odds(rows))


def opaque(rows: pd.DataFrame) -> np.ndarray:
    """The same decisions, with scores that swing in a way that no local line follows."""
    swing = np.sin(9.0 * rows["x2"].to_numpy(dtype=float)) * np.sin(9.0 * rows["x3"].to_numpy(dtype=float))
    return odds(rows) * (1 + 0.9 * swing)


def vague(rows: pd.DataFrame) -> np.ndarray:
    """Two thirds of the rows have scores by what does not matter, so that their sets hold both labels."""
    return np.where(chosen(rows, 0.67), 0.5 * rows["x2"].to_numpy(dtype=float), odds(rows))


def remembers(frame: pd.DataFrame, trained: np.ndarray) -> Odds:
    """The training rows are known by heart, and their labels with them; decisions on others are as before."""
    label = dict(zip(frame["x0"][trained], frame["y"][trained], strict=True))

    def of(rows):
        plain = odds(rows)
        sure = [label.get(value) for value in rows["x0"]]
        known = np.array([one is not None for one in sure]) & chosen(rows, 0.5)
        return np.where(known, np.where(np.array([one == 1 for one in sure]), 4.0, -4.0), plain)

    return of
