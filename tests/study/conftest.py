from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest

from interplay.errors import InterplayError, StudyError
from interplay.estimates import NotMeasurable
from interplay.interventions import Intervention
from interplay.interventions.dp_sgd import DpSgd
from interplay.metrics import Metric
from interplay.metrics.accuracy_disparity import AccuracyDisparity
from interplay.study import Study
from interplay.study.load import load


def _metric(
    bounds: tuple[float, float], relative: bool = False, tolerance: float = 0.02, lower: bool = False
) -> type[Metric]:
    class Stand(Metric):
        def measure(self, evidence: object) -> NotMeasurable:
            return NotMeasurable("a stand-in measures nothing")

    Stand.bounds, Stand.relative, Stand.tolerance, Stand.unit = bounds, relative, tolerance, "units"
    Stand.direction, Stand.needs = "lower_is_better" if lower else "higher_is_better", ()
    return Stand


@dataclass(frozen=True)
class Penalty(Intervention):
    """Couples rows, so that DP-SGD refuses it."""

    strength: float = 1.0
    kind: Literal["linear", "squared"] = "linear"
    edges: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if self.strength > 100:
            raise StudyError("a strength of at most 100", f"{self.strength:g}", "penalty", "write a smaller one")
        if self.strength < 0:
            raise ValueError("strength must not be negative")

    def refuses(self, partner: Intervention) -> str | None:
        if isinstance(partner, DpSgd):
            return "a penalty couples the rows of a batch; use reweighing instead"
        return "they both change the loss" if isinstance(partner, Bare) else None


@dataclass(frozen=True)
class Bare(Intervention):
    """Has no parameters."""


@pytest.fixture
def metrics() -> Mapping[str, type[Metric]]:
    return {
        "accuracy": _metric((0.0, 1.0)),
        "log_loss": _metric((0.0, float("inf")), lower=True),
        "fidelity": _metric((float("-inf"), 1.0)),
        "set_size": _metric((0.0, 2.0), relative=True),
        "acme/debt": _metric((0.0, 1.0)),
        "accuracy_disparity": AccuracyDisparity,
    }


@pytest.fixture
def interventions() -> Mapping[str, type[Intervention]]:
    return {"dp_sgd": DpSgd, "parity_penalty": Penalty, "reweighing": Bare}


BASE = 'name = "loans"\n[data]\nsource = "loans.csv"\n'


@pytest.fixture
def written(tmp_path: Path) -> Callable[[str], Path]:
    def write(text: str) -> Path:
        path = tmp_path / "study.toml"
        path.write_bytes(text.encode())
        return path

    return write


@pytest.fixture
def loaded(written: Callable[[str], Path]) -> Callable[[str], Study]:
    return lambda text: load(written(text))


@pytest.fixture
def refusal(written: Callable[[str], Path]) -> Callable[..., str]:
    """The message of the error that loading a text raises, without the folder."""

    def message(text: str) -> str:
        path = written(text)
        with pytest.raises(InterplayError) as caught:
            load(path)
        return str(caught.value).replace(f"{path.parent}/", "")

    return message


@pytest.fixture
def full() -> Study:
    """A study that sets something in every section."""
    return Study(
        name="loans",
        data={
            "source": "loans.csv",
            "favourable": True,
            "missing": {"a": (666, "?")},
            "options": {"rows": 3, "b": [1.5]},
        },
        groups={
            "attributes": {"sex": {"bins": (1, 2)}, "race": {"merge": {"other": ("a", "b")}}},
            "intersections": (("race", "sex"),),
        },
        model={"hidden": (), "batch_size": 64},
        interventions=({"name": "dp_sgd", "parameters": {"privacy_epsilon": 3, "privacy_delta": 1e-5}},),
        priorities={"ranking": ("utility", "privacy"), "weights": {"privacy": 0.7}},
        limits=({"metric": "accuracy", "at_least": 0.8},),
        tolerances={"accuracy": 0.1},
        soft_goals=({"aspect": "safety", "text": "t", "responsible": "r"},),
    )
