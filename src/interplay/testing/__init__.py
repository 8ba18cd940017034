"""Prove your own intervention, metric or interaction: conformance suites to subclass, and evidence of random numbers.

A suite is a class of pytest tests. Subclass it in a test file, with a name that starts with "Test", and give it the one
fixture it asks for:

    class TestCoverageDebt(MetricSuite):
        @pytest.fixture
        def metric(self) -> Metric:
            return CoverageDebt()
"""

from interplay.testing.evidence import Facts, random_evidence, random_facts
from interplay.testing.exhibit_suite import ExhibitSuite
from interplay.testing.explainer_suite import ExplanationInterventionSuite
from interplay.testing.family_suite import FamilySuite
from interplay.testing.interaction_suite import InteractionSuite
from interplay.testing.intervention_suite import InterventionSuite
from interplay.testing.metric_suite import MetricSuite
from interplay.testing.phase_suites import (
    DataInterventionSuite,
    FitInterventionSuite,
    GradientInterventionSuite,
    InputInterventionSuite,
    LossInterventionSuite,
    StartInterventionSuite,
    ThresholdInterventionSuite,
)
from interplay.testing.release_suite import ReleaseInterventionSuite
from interplay.testing.rule_suite import PredictionInterventionSuite

__all__ = [
    "DataInterventionSuite",
    "ExhibitSuite",
    "ExplanationInterventionSuite",
    "Facts",
    "FamilySuite",
    "FitInterventionSuite",
    "GradientInterventionSuite",
    "InputInterventionSuite",
    "InteractionSuite",
    "InterventionSuite",
    "LossInterventionSuite",
    "MetricSuite",
    "PredictionInterventionSuite",
    "ReleaseInterventionSuite",
    "StartInterventionSuite",
    "ThresholdInterventionSuite",
    "random_evidence",
    "random_facts",
]
