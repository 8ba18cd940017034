"""Families, rules and explainers of the house under their suites."""

import pytest

from interplay import catalogue
from interplay.interventions import ExplanationIntervention, Intervention, PredictionIntervention
from interplay.testing import ExplanationInterventionSuite, FamilySuite, PredictionInterventionSuite


def of(phase: type[Intervention]) -> list[str]:
    return [name for name, kind in catalogue.interventions().items() if issubclass(kind, phase)]


class TestNetworks(FamilySuite):
    kind = "network"


class TestRules(PredictionInterventionSuite):
    @pytest.fixture(params=of(PredictionIntervention))
    def intervention(self, request: pytest.FixtureRequest) -> Intervention:
        return catalogue.interventions()[request.param]()


class TestExplainers(ExplanationInterventionSuite):
    @pytest.fixture(params=of(ExplanationIntervention))
    def intervention(self, request: pytest.FixtureRequest) -> Intervention:
        return catalogue.interventions()[request.param]()
