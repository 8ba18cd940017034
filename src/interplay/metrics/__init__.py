"""Metrics: one file each; a metric is a function of weighted rows."""

from interplay.metrics._metric import Direction, DisparityMetric, GroupMetric, Metric, Rate, group_rates

__all__ = ["Direction", "DisparityMetric", "GroupMetric", "Metric", "Rate", "group_rates"]
