"""Every intervention of the catalogue obeys the laws, and the laws catch interventions that do not."""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pytest

from interplay import catalogue
from interplay.arrays import Array, Float
from interplay.aspects import Aspect
from interplay.interventions import (
    DataIntervention,
    FitIntervention,
    FittingRows,
    GradientIntervention,
    InputIntervention,
    Intervention,
    LossIntervention,
    PredictionIntervention,
    ReleaseIntervention,
    Service,
    StartIntervention,
    ThresholdIntervention,
    Thresholds,
    TrainingRows,
)
from interplay.testing import (
    DataInterventionSuite,
    FitInterventionSuite,
    GradientInterventionSuite,
    InputInterventionSuite,
    LossInterventionSuite,
    ReleaseInterventionSuite,
    StartInterventionSuite,
    ThresholdInterventionSuite,
)

SOLVED: dict[str, dict[str, Any]] = {
    name: {"noise_multiplier": 1.0} for name in ("dp_sgd", "group_clipping", "longer_dp_sgd", "noise_only")
}
"""Parameters that a study solves for, or has to declare."""
SOLVED["own"] = {
    "call": "tests.families.own_fits:stump",
    "aspects": ["privacy"],
    "serves": [{"metric": "membership_risk"}],
    "reference": "Somebody, 2026",
}


def _of_phase(phase: type[Intervention]) -> list[str]:
    return sorted(name for name, kind in catalogue.interventions().items() if issubclass(kind, phase))


def _built(name: str) -> Intervention:
    return catalogue.interventions()[name](**SOLVED.get(name, {}))


class TestDataInterventions(DataInterventionSuite):
    @pytest.fixture(params=_of_phase(DataIntervention))
    def intervention(self, request: pytest.FixtureRequest) -> Intervention:
        return _built(request.param)


class TestStartInterventions(StartInterventionSuite):
    @pytest.fixture(params=_of_phase(StartIntervention))
    def intervention(self, request: pytest.FixtureRequest) -> Intervention:
        return _built(request.param)


class TestInputInterventions(InputInterventionSuite):
    @pytest.fixture(params=_of_phase(InputIntervention))
    def intervention(self, request: pytest.FixtureRequest) -> Intervention:
        return _built(request.param)


class TestLossInterventions(LossInterventionSuite):
    @pytest.fixture(params=_of_phase(LossIntervention))
    def intervention(self, request: pytest.FixtureRequest) -> Intervention:
        return _built(request.param)


class TestGradientInterventions(GradientInterventionSuite):
    @pytest.fixture(params=_of_phase(GradientIntervention))
    def intervention(self, request: pytest.FixtureRequest) -> Intervention:
        return _built(request.param)


class TestFitInterventions(FitInterventionSuite):
    @pytest.fixture(params=_of_phase(FitIntervention))
    def intervention(self, request: pytest.FixtureRequest) -> Intervention:
        return _built(request.param)


class TestThresholdInterventions(ThresholdInterventionSuite):
    @pytest.fixture(params=_of_phase(ThresholdIntervention))
    def intervention(self, request: pytest.FixtureRequest) -> Intervention:
        return _built(request.param)


class TestReleaseInterventions(ReleaseInterventionSuite):
    @pytest.fixture(params=_of_phase(ReleaseIntervention))
    def intervention(self, request: pytest.FixtureRequest) -> Intervention:
        return _built(request.param)


def test_every_intervention_is_under_some_suite() -> None:
    phases = (
        StartIntervention,
        DataIntervention,
        InputIntervention,
        LossIntervention,
        GradientIntervention,
        FitIntervention,
        PredictionIntervention,
        ReleaseIntervention,
    )
    assert sorted(name for phase in phases for name in _of_phase(phase)) == sorted(catalogue.interventions())


@dataclass(frozen=True)
class Careless(DataIntervention):
    """It weighs rows"""

    aspects: ClassVar[tuple[Aspect, ...]] = (Aspect.FAIRNESS, Aspect.UTILITY)
    title: ClassVar[str] = "careless weights"
    serves: ClassVar[tuple[Service, ...]] = (Service("membership_risk"),)
    reference: ClassVar[str] = "hearsay"

    pairs: tuple[int, ...] = (1, 2)

    def weigh(self, rows: TrainingRows) -> Float[Array, " row"]:
        return np.arange(len(rows.labels)) - 1.0

    def refuses(self, partner: Intervention) -> str | None:
        return "" if partner.name == "dp_sgd" else None


@dataclass(frozen=True)
class Forgetful(ThresholdIntervention):
    """It takes the weights for granted."""

    def thresholds(self, rows: FittingRows, groups: int) -> Thresholds:
        return Thresholds.fixed(np.full(groups, rows.margins[len(rows.margins) // 2 :].mean()))


@pytest.mark.parametrize(
    "law",
    [
        "test_says_what_it_is",
        "test_is_named_after_its_file",
        "test_parameters_survive_the_study_file",
        "test_its_own_aspect_is_measured",
        "test_refuses_a_partner_with_a_reason_or_not_at_all",
        "test_weights_are_positive_with_mean_one",
        "test_weights_follow_their_rows",
        "test_unknown_groups_are_allowed",
    ],
)
def test_a_careless_intervention_is_caught(law: str) -> None:
    with pytest.raises(AssertionError):
        getattr(DataInterventionSuite(), law)(Careless())


@pytest.mark.parametrize(
    "law",
    [
        "test_a_threshold_for_every_group",
        "test_order_of_rows_does_not_matter",
        "test_rows_of_weight_zero_do_not_count",
    ],
)
def test_a_forgetful_prediction_layer_is_caught(law: str) -> None:
    with pytest.raises(AssertionError):
        getattr(ThresholdInterventionSuite(), law)(Forgetful())
