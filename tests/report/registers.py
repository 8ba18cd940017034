"""The parts "register" and "forecast" of the sample audit."""

from typing import Any

from interplay.aspects import DIRECTED_PAIRS
from interplay.auditing.parts.forecast import agreement
from interplay.decision.risk import LIKELIHOODS, SEVERITIES, likelihood_word, severity_word
from interplay.interactions import Expectation

WEIGHTS = {
    "fairness": 1.0,
    "privacy": 0.8,
    "robustness": 0.6,
    "explainability": 0.4,
    "uncertainty": 0.2,
    "utility": 0.2,
}
CLEAR = ("no_material_harm", "improvement", "not_shown_to_work", "did_nothing_here")
EXPECTS: tuple[Expectation, ...] = ("harm", "harm", "either", "improvement")


def _person(place: int) -> dict[str, str]:
    blank = dict.fromkeys(("owner", "risk_treatment", "risk_treatment_text", "due", "residual", "note"), "")
    if place:
        return blank
    decided = {"owner": "Ada", "risk_treatment": "mitigate", "risk_treatment_text": "a larger clipping bound"}
    return blank | decided | {"due": "2026-09-30", "residual": "minor", "note": "see ticket 7", "ticket": "T-7"}


def _risk(place: int, effect: dict[str, Any], chosen: str) -> dict[str, Any]:
    deployed, excess = effect["probability_deployed"], effect["exceedance"]
    assessed = deployed is not None and effect["verdict"] != "withheld"
    weight = WEIGHTS.get(effect["target"], 0.2)
    likelihood = likelihood_word(deployed) if assessed else None
    severity = severity_word(excess) if assessed else None
    group = effect["contrast"].partition(" against ")[0]
    score = (LIKELIHOODS.index(likelihood) + 1) * (SEVERITIES.index(severity) + 1) * weight if assessed else None
    same = ("target", "applied", "treatment", "metric", "contrast", "estimate", "low", "high", "tolerance", "verdict")
    return {
        "id": f"R-{place:012x}",
        "pair": effect["probe"].partition("/")[0],
        "probe": effect["probe"].partition("/")[2],
        **{name: effect[name] for name in (*same, "reason", "exceedance")},
        "chosen": effect["treatment"] == chosen,
        "groups": [{"grouping": "race", "name": group, "share": 0.0991}] if group else [],
        "probability_claim": effect["probability_of_harm"],
        "probability_deployed": deployed,
        "likelihood_claim": likelihood_word(effect["probability_of_harm"]) if assessed else None,
        "likelihood": likelihood,
        "floor": "an attack found little at this sample size; another one may find more" if place == 2 else None,
        "severity": severity,
        "breach": None,
        "weight": weight,
        "score": score,
        "mechanism": "Clipping shrinks the larger gradients of small groups.",
        "mitigation": "a larger clipping bound" if place == 0 else "",
        "person": {},
    }


def register(effects: list[dict[str, Any]], chosen: str) -> dict[str, Any]:
    asked = [one for one in effects if one["primary"] and one["tuning"] == "tuned" and one["verdict"] not in CLEAR]
    risks = [_risk(place, effect, chosen) for place, effect in enumerate(asked)]
    risks.sort(key=lambda one: (one["score"] is None, -(one["score"] or 0), one["id"]))
    for place, one in enumerate(risks):
        one["person"] = _person(place)
    gone = {"pair": "privacy_to_fairness", "treatment": "dp_sgd", "metric": "accuracy_disparity/race"}
    return {
        "file": "register.csv",
        "data_hash": "9c1f" * 16,
        "sentence": f"{len(risks)} possible harms are not shown absent",
        "likelihoods": list(LIKELIHOODS),
        "severities": list(SEVERITIES),
        "weights": WEIGHTS,
        "risks": risks,
        "kept": [
            {"id": "R-ffffffffffff", "status": "no longer found", "cells": gone, "person": _person(0)},
            {"id": "own-1", "status": "entered by hand", "cells": {}, "person": _person(0)},
        ],
    }


def forecast(interactions: list[dict[str, Any]]) -> dict[str, Any]:
    found = {(one["source"], one["target"]): one["verdict"] for one in interactions}
    cells = []
    for place, (source, target) in enumerate(DIRECTED_PAIRS):
        expects, verdict = EXPECTS[place % 4], found[source.value, target.value]
        against = {"expects": expects, "found": verdict, "agreement": agreement(expects, verdict)}
        against |= {"words": f"expected {expects}, found {verdict.replace('_', ' ')}"}
        probe = {"name": "accuracy disparity", "claim": "Training widens it.", "primary": True}
        probe |= {"interventions": ["dp_sgd"], "obstacle": None, "references": ["Bagdasaryan et al., 2019"], **against}
        idle = {**probe, "name": "single rows", "primary": False, "obstacle": "not yet measurable: a shadow model"}
        idle |= {"found": None, "agreement": "not_measured", "words": f"expected {expects}, not measured"}
        cells.append(
            {"source": source.value, "target": target.value, "techniques": ["dp_sgd"], "active": place != 3}
            | {"measured": place % 2 == 0, **against, "probes": [probe, idle]}
        )
    sentence = "of 12 measured probes with an expected direction, 4 found something else"
    return {"digest": "4be0" * 16, "before_training": True, "sentence": sentence, "cells": cells}
