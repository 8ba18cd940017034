"""Interventions: one file each; each is a hook into one training loop, or a layer on a trained model."""

from interplay.interventions._intervention import (
    Baseline,
    DataIntervention,
    DrawnThresholds,
    FittingRows,
    GradientIntervention,
    InputIntervention,
    Intervention,
    LossIntervention,
    PredictionIntervention,
    Range,
    Rates,
    ReleaseIntervention,
    Service,
    Thresholds,
    TrainingRows,
    refusal,
)

__all__ = [
    "Baseline",
    "DataIntervention",
    "DrawnThresholds",
    "FittingRows",
    "GradientIntervention",
    "InputIntervention",
    "Intervention",
    "LossIntervention",
    "PredictionIntervention",
    "Range",
    "Rates",
    "ReleaseIntervention",
    "Service",
    "Thresholds",
    "TrainingRows",
    "refusal",
]
