"""Measurements as files: values in safetensors, the rest in JSON. Nothing here needs the engine."""

import json
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import safe_open
from safetensors.numpy import save as save_arrays

from interplay.arrays import Array
from interplay.auditing.written import Files, as_json
from interplay.design.treatment import Treatment
from interplay.errors import RunError
from interplay.estimates import Contrast, NotMeasurable, Sample
from interplay.evidence import PrivacyGuarantee
from interplay.measurement.measurements import Cell, Measurements
from interplay.metrics import Metric

FIRST, MORE = "measurements", "measurements-more"
"""The files of a run: of the first look, and of the members that later ones added."""

VERSION = 3
"""Of what the files hold: since 2 every pair of groups, and the bias that may be left in a value; since 3 the groups of a
contrast by themselves."""

CONTRAST = "group", "reference", "rate", "support", "kind"
"""What is kept of a contrast beside its values and its name."""


def measurement_files(measured: Measurements, stem: str = FIRST) -> Files:
    """All samples as two files whose names begin with `stem`, values in float32."""
    arrays: dict[str, np.ndarray[Any, Any]] = {}
    cells = []
    for place, (cell, sample) in enumerate(measured.samples.items()):
        item: dict[str, Any] = {
            "treatment": cell.treatment.interventions,
            "tuning": cell.tuning,
            "metric": cell.metric,
        }
        if cell.against is not None:
            item["against"] = cell.against.interventions
        if isinstance(sample, NotMeasurable):
            item["reason"] = sample.reason
        else:
            arrays[f"{place}"] = sample.values.astype(np.float32)
            for at, contrast in enumerate(sample.contrasts):
                arrays[f"{place}/{at}"] = contrast.values.astype(np.float32)
            item["support"] = sample.support
            item["contrasts"] = [
                {"name": one.name, **{key: getattr(one, key) for key in CONTRAST}} for one in sample.contrasts
            ]
            item["excluded"] = [one.reason for one in sample.excluded]
            item["bias"] = list(sample.bias)
        cells.append(item)
    described = {
        "version": VERSION,
        "cells": cells,
        "collapse": [
            {"treatment": one.interventions, "tuning": tuning, "reason": reason}
            for (one, tuning), reason in measured.collapse.items()
        ],
        "constant": measured.constant,
        "methods": measured.methods,
    }
    return {f"{stem}.safetensors": save_arrays(arrays), f"{stem}.json": as_json(described)}


def read_measurements(
    metrics: Mapping[str, Metric],
    budgets: Mapping[Treatment, PrivacyGuarantee],
    stem: Path,
    wanted: Collection[str] | None = None,
) -> Measurements:
    """Read back the two files that `measurement_files` made; only the metrics that are `wanted`, where they are named."""
    told = json.loads(Path(f"{stem}.json").read_bytes())
    if (version := told.get("version", 1)) != VERSION:
        found = f"version {version}, written by another release of interplay"
        remedy = "run the study again in a new folder; every pair of groups has to be measured"
        raise RunError(f"measurements of version {VERSION}", found, f"{stem}.json", remedy)
    samples: dict[Cell, Sample | NotMeasurable] = {}
    with safe_open(f"{stem}.safetensors", framework="numpy") as arrays:
        for place, item in enumerate(told["cells"]):
            if wanted is not None and item["metric"] not in wanted:
                continue
            against = Treatment(tuple(item["against"])) if "against" in item else None
            cell = Cell(Treatment(tuple(item["treatment"])), item["tuning"], item["metric"], against)
            samples[cell] = NotMeasurable(item["reason"]) if "reason" in item else _sample(arrays, place, item)
    return Measurements(
        samples=samples,
        metrics=metrics,
        collapse={(Treatment(tuple(item["treatment"])), item["tuning"]): item["reason"] for item in told["collapse"]},
        budgets=budgets,
        constant=told["constant"],
        methods=told["methods"],
    )


def _sample(arrays: safe_open, place: int, item: dict[str, Any]) -> Sample:
    contrasts = tuple(
        Contrast(values=_array(arrays, f"{place}/{at}"), **{key: one[key] for key in CONTRAST})
        for at, one in enumerate(item["contrasts"])
    )
    excluded = tuple(NotMeasurable(reason) for reason in item["excluded"])
    below, above = item["bias"]
    return Sample(_array(arrays, f"{place}"), item["support"], contrasts, excluded, (below, above))


def _array(arrays: safe_open, name: str) -> Array:
    return np.asarray(arrays.get_tensor(name), dtype=np.float64)  # type: ignore[no-untyped-call]
