"""Every metric of the catalogue obeys the laws, and the laws catch metrics that do not."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest

from interplay import catalogue
from interplay.aspects import Aspect
from interplay.estimates import NotMeasurable, Sample
from interplay.evidence import Attacked, Evidence, Predictions
from interplay.metrics import Direction, GroupMetric, Metric, Rate
from interplay.metrics.accuracy_disparity import AccuracyDisparity
from interplay.testing import MetricSuite

METRICS = tuple(kind() for _, kind in sorted(catalogue.metrics().items()))


class TestEveryMetric(MetricSuite):
    """The laws, on all of them; simulated audits of all in `make slow`, and their rates in docs/calibration.md."""

    @pytest.fixture(params=sorted(catalogue.metrics()))
    def metric(self, request: pytest.FixtureRequest) -> Metric:
        return catalogue.metrics()[request.param]()

    @pytest.mark.slow
    def test_its_intervals_hold_the_truth_of_simulated_audits(self, metric: Metric) -> None:
        super().test_its_intervals_hold_the_truth_of_simulated_audits(metric)


ESTIMATED_ALIKE = {tuple(parent.__name__ for parent in type(one).__mro__[1:]): one for one in METRICS}
"""A metric of each kind of estimate."""


@pytest.mark.parametrize("metric", ESTIMATED_ALIKE.values(), ids=lambda metric: metric.name)
def test_intervals_of_a_metric_of_each_kind_hold_the_truth_of_simulated_audits(metric: Metric) -> None:
    MetricSuite().test_its_intervals_hold_the_truth_of_simulated_audits(metric)


@dataclass(frozen=True)
class Sloppy(GroupMetric):
    """A metric that breaks every law it can."""

    aspect: ClassVar[Aspect] = Aspect.FAIRNESS
    title: ClassVar[str] = ""
    direction: ClassVar[Direction] = "lower_is_better"
    unit: ClassVar[str] = "furlongs"
    bounds: ClassVar[tuple[float, float]] = (2.0, 3.0)
    tolerance: ClassVar[float] = 0.0
    needs: ClassVar[tuple[type, ...]] = ()
    reference: ClassVar[str] = "hearsay"

    def rates(self, evidence: Evidence) -> Mapping[str, Rate] | NotMeasurable:
        return {}

    def measure(self, evidence: Evidence) -> Sample | NotMeasurable:
        found = evidence.ask(Attacked)
        if isinstance(found, NotMeasurable):
            return Sample(np.zeros((1, 1)), 1)
        first_rows = np.exp(found.log_probabilities[:, :20, 1].mean(axis=1))
        return Sample(np.outer(first_rows, evidence.rows.weights.sum(axis=1) / evidence.rows.weights.sum()), 1)


@dataclass(frozen=True)
class Entangled(Metric):
    """A metric whose value for one member depends on the others without saying so."""

    aspect: ClassVar[Aspect] = Aspect.UTILITY
    needs: ClassVar[tuple[type, ...]] = (Predictions,)

    def measure(self, evidence: Evidence) -> Sample | NotMeasurable:
        predictions = evidence.ask(Predictions)
        if isinstance(predictions, NotMeasurable):
            return predictions
        agreed = (predictions.decisions == predictions.decisions[0]).mean(axis=1)
        return Sample(np.tile((agreed - agreed.mean())[:, None], (1, len(evidence.rows.weights))), 1)


LAWS = [
    "test_says_what_it_is",
    "test_is_a_value_named_after_its_file",
    "test_every_member_and_draw_has_a_value_in_bounds",
    "test_reads_only_what_it_says_it_needs",
    "test_without_exhibits_it_says_why_it_has_no_value",
    "test_order_of_rows_does_not_matter",
    "test_draws_at_once_equal_draws_one_by_one",
    "test_a_group_without_rows_is_left_out_by_name",
]


@pytest.mark.parametrize("law", LAWS)
def test_a_sloppy_metric_is_caught(law: str) -> None:
    getattr(MetricSuite(), law)(AccuracyDisparity())
    with pytest.raises(AssertionError):
        getattr(MetricSuite(), law)(Sloppy())


def test_an_entangled_metric_is_caught() -> None:
    MetricSuite().test_members_at_once_equal_members_one_by_one(AccuracyDisparity())
    with pytest.raises(AssertionError):
        MetricSuite().test_members_at_once_equal_members_one_by_one(Entangled())
