"""The risk register of an audit: what the machine found beside what people wrote."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Any

import numpy as np

from interplay import catalogue
from interplay.auditing.findings import Findings
from interplay.auditing.register_file import FILE, MACHINE, PERSON, Kept, written
from interplay.data.dataset import Dataset
from interplay.decision.measured import Measured
from interplay.decision.mitigations import listed
from interplay.decision.register import identity, pair_of, register
from interplay.decision.risk import LIKELIHOODS, SEVERITIES, Risk, stakes
from interplay.design.candidates import candidates, measured_at
from interplay.effects.effect import Effect
from interplay.interactions import Probe

GONE, BY_HAND = "no longer found", "entered by hand"


def risk_register(found: Findings) -> dict[str, Any]:
    """The part "register" of the audit: every risk, the largest first, each with what people wrote about it.

    `kept` are the rows of the file that are no risk of this run: those a person has written something about, and those
    that a person entered.
    """
    choices = candidates(found.design.factors)
    places = measured_at(choices, found.design.metrics, found.design.factors)
    measured = Measured(found.measured, places)
    at_stake = stakes(found.study.priorities, found.decision.limits, measured)
    risks = register(found.effects.effects, found.decision.residual, at_stake)
    chosen = found.decision.treatment
    writer = _Writer(
        found, {} if chosen is None else {key: measured.place(chosen, key) for key in found.design.metrics}
    )
    entries = [writer.entry(risk) for risk in risks]
    return {
        "file": FILE,
        "data_hash": found.dataset.fingerprint,
        "sentence": _sentence(entries, chosen is not None),
        "likelihoods": list(LIKELIHOODS),
        "severities": list(SEVERITIES),
        "weights": {aspect.value: weight for aspect, weight in at_stake.weights.items()},
        "risks": entries,
        "kept": _kept({entry["id"] for entry in entries}, found.kept),
    }


def register_csv(part: Mapping[str, Any], kept: Kept) -> bytes:
    """The file `register.csv` for the part "register" of an audit, with every cell that a person wrote."""
    rows = [_row(entry, part["data_hash"]) for entry in part["risks"]]
    rows += [{**one["cells"], **one["person"], "id": one["id"], "status": one["status"]} for one in part["kept"]]
    return written(rows, kept)


@dataclass(frozen=True, eq=False)
class _Writer:
    """Makes entries; `chosen` is where the chosen treatment was measured, by metric."""

    found: Findings
    chosen: Mapping[str, Any]

    def entry(self, risk: Risk) -> dict[str, Any]:
        effect, name = risk.effect, identity(risk.effect)
        return {
            "id": name,
            "pair": pair_of(effect),
            "probe": effect.probe.partition("/")[2],
            "target": effect.target.value,
            "applied": list(effect.applied),
            "treatment": effect.treatment.name,
            "chosen": self.chosen.get(effect.metric) == effect.treatment,
            "metric": effect.metric,
            "contrast": effect.contrast,
            "groups": groups_of(effect, self.found.dataset),
            "estimate": effect.estimate,
            "low": effect.low,
            "high": effect.high,
            "tolerance": effect.tolerance,
            "verdict": effect.verdict,
            "reason": effect.reason,
            "probability_claim": effect.probability_of_harm,
            "probability_deployed": effect.probability_deployed,
            "likelihood_claim": risk.claim,
            "likelihood": risk.deployed,
            "floor": risk.floor or None,
            "exceedance": effect.exceedance,
            "severity": risk.severity,
            "breach": risk.breach or None,
            "weight": risk.weight,
            "score": risk.score,
            "mechanism": _mechanism(effect),
            "mitigation": "; ".join(filter(None, (listed(source, effect.target) for source in effect.source))),
            "person": _person(name, self.found.kept),
        }


def groups_of(effect: Effect, dataset: Dataset) -> list[dict[str, Any]]:
    """The groups that an effect is about, each with its share of all people; of two, the one held against the other first.

    Empty where the effect is about no group. The share is shown only: a harm to few is not a smaller harm.
    """
    grouping = dataset.groupings.get(effect.metric.partition("/")[2])
    if grouping is None or not effect.contrast:
        return []
    said = {f"{group} against {reference}": (group, reference) for group, reference in permutations(grouping.names, 2)}
    named = next((pair for text, pair in said.items() if _says(effect.contrast, text)), ())
    alone = [name for name in grouping.names if not named and effect.contrast.endswith(f" of {name}")]
    shares = {name: float(np.mean(grouping.codes == code)) for code, name in enumerate(grouping.names)}
    return [{"grouping": grouping.name, "name": name, "share": shares[name]} for name in named or alone[:1]]


def _says(contrast: str, text: str) -> bool:
    """A contrast of several rates begins with the rate: "tpr: black against white"."""
    return contrast == text or contrast.endswith(f": {text}")


def _mechanism(effect: Effect) -> str:
    pair, _, name = effect.probe.partition("/")
    interaction = catalogue.interactions().get(pair)
    known = () if interaction is None else interaction.probes
    asked = next((one for one in known if isinstance(one, Probe) and one.name == name), None)
    return "" if asked is None else f"{asked.claim} {asked.mechanism}"


def _person(name: str, kept: Kept) -> dict[str, str]:
    return dict.fromkeys((*PERSON, *kept.added), "") | dict(kept.person.get(name, {}))


def _kept(found: set[str], kept: Kept) -> list[dict[str, Any]]:
    rows = []
    for name, cells in kept.machine.items():
        ours = re.fullmatch(r"R-[0-9a-f]{12}", name) is not None
        if name not in found and (kept.filled(name) or not ours):
            status = GONE if ours else BY_HAND
            rows.append({"id": name, "status": status, "cells": dict(cells), "person": _person(name, kept)})
    return rows


def _sentence(entries: Sequence[Mapping[str, Any]], decided: bool) -> str:
    open_ones = [entry for entry in entries if entry["score"] is not None]
    grave = sum(entry["severity"] == SEVERITIES[-1] and entry["likelihood"] == LIKELIHOODS[-1] for entry in open_ones)
    chosen = sum(entry["chosen"] for entry in open_ones)
    left = len(entries) - len(open_ones)
    return (
        f"{len(open_ones)} possible harm{'s are' if len(open_ones) != 1 else ' is'} not shown absent, of which {grave} "
        f"near-certain and critical{f' and {chosen} with the chosen treatment' if decided else ''}"
        + (f"; {left} more could not be assessed" if left else "")
    )


def _row(entry: Mapping[str, Any], data_hash: str) -> dict[str, str]:
    group = entry["groups"][0] if entry["groups"] else None
    return {name: _cell(entry[name]) for name in MACHINE if name in entry} | {
        "status": "found" if entry["score"] is not None else "not assessed",
        "concerns_chosen": "yes" if entry["chosen"] else "no",
        "group": f"{group['name']} ({group['grouping']})" if group else "",
        "group_share": _cell(group["share"] if group else None),
        "remark": "; ".join(filter(None, (entry["breach"], entry["floor"]))),
        "data_hash": data_hash,
        **entry["person"],
    }


def _cell(value: object) -> str:
    if value is None:
        return ""
    return f"{value:.6g}" if isinstance(value, float) else str(value)
