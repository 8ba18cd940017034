"""Fleets and measurements as files: arrays in safetensors, the rest in JSON. Nothing is unpickled."""

import json
from dataclasses import asdict
from typing import Any

import numpy as np
from safetensors.numpy import load as load_arrays
from safetensors.numpy import save as save_arrays

from interplay.design.plan import Design
from interplay.design.treatment import Treatment
from interplay.engine import jax
from interplay.estimates import Contrast, NotMeasurable, Sample
from interplay.evidence import PrivacyBudget
from interplay.measurement.measurements import Cell, Measurements
from interplay.models.network import Network, Parameters
from interplay.training.train import Fleet
from interplay.training.tuning import Tuning

Files = dict[str, bytes]


def as_json(value: Any) -> bytes:
    """JSON with sorted keys, as bytes; a number that is not finite is refused."""
    return json.dumps(value, indent=1, sort_keys=True, allow_nan=False, ensure_ascii=False).encode()


def tuning_files(tuning: dict[Treatment, Tuning]) -> Files:
    """The chosen learning rates."""
    return {"tuning.json": as_json([{"treatment": one.interventions, **asdict(how)} for one, how in tuning.items()])}


def read_tuning(content: bytes) -> dict[Treatment, Tuning]:
    """Read back what `tuning_files` made."""
    return {Treatment(tuple(item.pop("treatment"))): _tuning(item) for item in json.loads(content)}


def tuning_piece(how: Tuning) -> bytes:
    """How one learning rate was chosen."""
    return as_json(asdict(how))


def read_tuning_piece(content: bytes) -> Tuning:
    """Read back what `tuning_piece` made."""
    return _tuning(json.loads(content))


def _tuning(item: dict[str, Any]) -> Tuning:
    return Tuning(
        rates=tuple(item["rates"]),
        scores=tuple(item["scores"]),
        collapsed=tuple(item["collapsed"]),
        chosen=item["chosen"],
        refused=item["refused"],
        at_edge=item["at_edge"],
    )


def fleet_piece(parameters: Parameters) -> bytes:
    """The members of one treatment."""
    return save_arrays(_named("", parameters))


def read_fleet_piece(network: Network, content: bytes) -> Parameters:
    """Read back what `fleet_piece` made."""
    return _parameters(load_arrays(content), network, "")


def fleet_files(fleet: Fleet) -> Files:
    """All parameters and budgets; a treatment trained once is stored once."""
    arrays: dict[str, np.ndarray[Any, Any]] = {}
    for place, (treatment, parameters) in enumerate(fleet.tuned.items()):
        arrays |= _named(f"{place}/tuned", parameters)
        if fleet.as_applied[treatment] is not parameters:
            arrays |= _named(f"{place}/as_applied", fleet.as_applied[treatment])
    budgets = {one.name: asdict(spent) for one, spent in fleet.budgets.items()}
    return {"fleet.safetensors": save_arrays(arrays), "fleet.json": as_json({"budgets": budgets})}


def read_fleet(
    design: Design, network: Network, tuning: dict[Treatment, Tuning], arrays: bytes, described: bytes
) -> Fleet:
    """Read back what `fleet_files` made."""
    found = load_arrays(arrays)
    budgets = json.loads(described)["budgets"]
    tuned = {one: _parameters(found, network, f"{place}/tuned") for place, one in enumerate(design.trainings)}
    own = {one: _parameters(found, network, f"{place}/as_applied") for place, one in enumerate(design.trainings)}
    as_applied = {one: tuned[one] if parameters is None else parameters for one, parameters in own.items()}
    spent = {one: PrivacyBudget(**budgets[one.name]) for one in design.trainings if one.name in budgets}
    return Fleet(tuned, as_applied, tuning, spent)


def measurement_files(measured: Measurements) -> Files:
    """All samples, values in float32."""
    arrays: dict[str, np.ndarray[Any, Any]] = {}
    cells = []
    for place, (cell, sample) in enumerate(measured.samples.items()):
        item: dict[str, Any] = {
            "treatment": cell.treatment.interventions,
            "tuning": cell.tuning,
            "metric": cell.metric,
        }
        if isinstance(sample, NotMeasurable):
            item["reason"] = sample.reason
        else:
            arrays[f"{place}"] = sample.values.astype(np.float32)
            for at, contrast in enumerate(sample.contrasts):
                arrays[f"{place}/{at}"] = contrast.values.astype(np.float32)
            item["support"] = sample.support
            item["contrasts"] = [{"name": one.name, "support": one.support} for one in sample.contrasts]
            item["excluded"] = [one.reason for one in sample.excluded]
        cells.append(item)
    described = {
        "cells": cells,
        "collapse": [
            {"treatment": one.interventions, "tuning": tuning, "reason": reason}
            for (one, tuning), reason in measured.collapse.items()
        ],
        "methods": measured.methods,
    }
    return {"measurements.safetensors": save_arrays(arrays), "measurements.json": as_json(described)}


def read_measurements(design: Design, fleet: Fleet, arrays: bytes, described: bytes) -> Measurements:
    """Read back what `measurement_files` made."""
    found, told = load_arrays(arrays), json.loads(described)
    samples: dict[Cell, Sample | NotMeasurable] = {}
    for place, item in enumerate(told["cells"]):
        cell = Cell(Treatment(tuple(item["treatment"])), item["tuning"], item["metric"])
        samples[cell] = NotMeasurable(item["reason"]) if "reason" in item else _sample(found, place, item)
    return Measurements(
        samples=samples,
        metrics=design.metrics,
        collapse={(Treatment(tuple(item["treatment"])), item["tuning"]): item["reason"] for item in told["collapse"]},
        budgets=fleet.budgets,
        methods=told["methods"],
    )


def _sample(found: dict[str, np.ndarray[Any, Any]], place: int, item: dict[str, Any]) -> Sample:
    contrasts = tuple(
        Contrast(one["name"], found[f"{place}/{at}"].astype(np.float64), one["support"])
        for at, one in enumerate(item["contrasts"])
    )
    excluded = tuple(NotMeasurable(reason) for reason in item["excluded"])
    return Sample(found[f"{place}"].astype(np.float64), item["support"], contrasts, excluded)


def _named(prefix: str, parameters: Parameters) -> dict[str, np.ndarray[Any, Any]]:
    leaves = jax.tree_util.tree_leaves_with_path(parameters)
    return {prefix + jax.tree_util.keystr(path): np.asarray(leaf) for path, leaf in leaves}


def _parameters(found: dict[str, np.ndarray[Any, Any]], network: Network, prefix: str) -> Parameters | None:
    """The stack of parameters stored under a prefix; None when it was not stored."""
    leaves, shape = jax.tree_util.tree_flatten_with_path(network.shapes)
    names = [prefix + jax.tree_util.keystr(path) for path, _ in leaves]
    return jax.tree.unflatten(shape, [found[name] for name in names]) if names[0] in found else None
