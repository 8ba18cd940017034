"""Interventions: one file each; each is a hook into one training loop, or a layer on a trained model."""

from interplay.interventions._intervention import (
    DataIntervention,
    FittingRows,
    GradientIntervention,
    InputIntervention,
    Intervention,
    LossIntervention,
    PredictionIntervention,
    ReleaseIntervention,
    TrainingRows,
)

__all__ = [
    "DataIntervention",
    "FittingRows",
    "GradientIntervention",
    "InputIntervention",
    "Intervention",
    "LossIntervention",
    "PredictionIntervention",
    "ReleaseIntervention",
    "TrainingRows",
]
