"""How large a change must be to matter."""

from collections.abc import Mapping

from interplay.metrics import Metric


def tolerance_of(metric: Metric, tolerances: Mapping[str, float]) -> float:
    """The tolerance a study declares for a metric: by key, else by name, else the metric's own.

    Example:
        >>> from interplay.metrics.accuracy_disparity import AccuracyDisparity
        >>> metric = AccuracyDisparity("race")
        >>> tolerance_of(metric, {}), tolerance_of(metric, {"accuracy_disparity": 0.05})
        (0.02, 0.05)
    """
    return tolerances.get(metric.key, tolerances.get(metric.name, metric.tolerance))
