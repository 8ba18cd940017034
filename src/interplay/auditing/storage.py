"""Fleets as files: arrays in safetensors, the rest in JSON. Nothing is unpickled."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
from safetensors.numpy import load as load_arrays
from safetensors.numpy import save as save_arrays

from interplay.auditing.folder import RunFolder
from interplay.auditing.written import Files, as_json
from interplay.design.plan import Design
from interplay.design.treatment import Treatment
from interplay.evidence import PrivacyGuarantee
from interplay.families import Family, Stack
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


def fleet_piece(family: Family, stack: Stack) -> bytes:
    """The members of one treatment."""
    return saved(family.pack(stack))


def read_fleet_piece(family: Family, content: bytes) -> Stack:
    """Read back what `fleet_piece` made."""
    return family.unpack(load_arrays(content))


def saved(arrays: Mapping[str, np.ndarray[Any, Any]]) -> bytes:
    """Arrays as the bytes of a file, which are read in the order of their rows however they lie in memory."""
    return save_arrays({name: np.ascontiguousarray(array) for name, array in arrays.items()})


def fleet_files(family: Family, fleet: Fleet) -> Files:
    """All parameters and budgets; a treatment trained once is stored once."""
    arrays: dict[str, np.ndarray[Any, Any]] = {}
    for place, (treatment, stack) in enumerate(fleet.tuned.items()):
        arrays |= {f"{place}/tuned{name}": array for name, array in family.pack(stack).items()}
        if fleet.as_applied[treatment] is not stack:
            applied = family.pack(fleet.as_applied[treatment])
            arrays |= {f"{place}/as_applied{name}": array for name, array in applied.items()}
    budgets = {one.name: asdict(spent) for one, spent in fleet.budgets.items()}
    return {"fleet.safetensors": saved(arrays), "fleet.json": as_json({"budgets": budgets})}


def stored_fleet(folder: RunFolder, design: Design, family: Family) -> Fleet:
    """The models of a finished run."""
    arrays, described = folder.read("fleet.safetensors"), folder.read("fleet.json")
    return read_fleet(design, family, read_tuning(folder.read("tuning.json")), arrays, described)


def read_fleet(
    design: Design, family: Family, tuning: dict[Treatment, Tuning], arrays: bytes, described: bytes
) -> Fleet:
    """Read back what `fleet_files` made."""
    found = load_arrays(arrays)
    budgets = json.loads(described)["budgets"]
    tuned = {one: _stack(found, family, f"{place}/tuned") for place, one in enumerate(design.trainings)}
    own = {one: _stack(found, family, f"{place}/as_applied") for place, one in enumerate(design.trainings)}
    as_applied = {one: tuned[one] if stack is None else stack for one, stack in own.items()}
    spent = {one: PrivacyGuarantee(**budgets[one.name]) for one in design.trainings if one.name in budgets}
    return Fleet(tuned, as_applied, tuning, spent)


def _stack(found: dict[str, np.ndarray[Any, Any]], family: Family, prefix: str) -> Stack | None:
    """The stack stored under a prefix; None when it was not stored."""
    arrays = {name.removeprefix(prefix): array for name, array in found.items() if name.startswith(prefix)}
    return family.unpack(arrays) if arrays else None
