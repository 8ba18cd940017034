"""Fleets as files: arrays in safetensors, the rest in JSON. Nothing is unpickled."""

import json
from dataclasses import asdict
from typing import Any

import numpy as np
from safetensors.numpy import load as load_arrays
from safetensors.numpy import save as save_arrays

from interplay.audit.written import Files, as_json
from interplay.design.plan import Design
from interplay.design.treatment import Treatment
from interplay.engine import jax
from interplay.evidence import PrivacyGuarantee
from interplay.models.network import Network, Parameters
from interplay.training.train import Fleet
from interplay.training.tuning import Tuning


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
    spent = {one: PrivacyGuarantee(**budgets[one.name]) for one in design.trainings if one.name in budgets}
    return Fleet(tuned, as_applied, tuning, spent)


def _named(prefix: str, parameters: Parameters) -> dict[str, np.ndarray[Any, Any]]:
    leaves = jax.tree_util.tree_leaves_with_path(parameters)
    return {prefix + jax.tree_util.keystr(path): np.asarray(leaf) for path, leaf in leaves}


def _parameters(found: dict[str, np.ndarray[Any, Any]], network: Network, prefix: str) -> Parameters | None:
    """The stack of parameters stored under a prefix; None when it was not stored."""
    leaves, shape = jax.tree_util.tree_flatten_with_path(network.shapes)
    names = [prefix + jax.tree_util.keystr(path) for path, _ in leaves]
    return jax.tree.unflatten(shape, [found[name] for name in names]) if names[0] in found else None
