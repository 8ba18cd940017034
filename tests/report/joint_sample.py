"""The parts "joint", "strengths" and "origins" of the sample audit."""

import random
from itertools import combinations
from typing import Any

NAMES = ("reweighing", "dp_sgd", "adversarial_training")
# metric, contrast, aspect, tolerance
SEEN = (
    ("accuracy", "", "utility", 0.02),
    ("accuracy_disparity/race", "black against white", "fairness", 0.02),
    ("membership_risk", "", "privacy", 0.02),
    ("robust_accuracy", "", "robustness", 0.03),
    ("boundary_distance", "", "robustness", 0.1),
)
KINDS = ("main", "two_way", "three_way")


def _contrasts() -> list[tuple[str, str, tuple[str, ...], int]]:
    found = [(KINDS[size - 1], "averaged", one, 8) for size in (1, 2, 3) for one in combinations(NAMES, size)]
    found += [("two_way", "baseline", one, 4) for one in combinations(NAMES, 2)]
    found += [("in_stack", "stack", (one,), 2) for one in NAMES]
    return [*found, ("overlay", "stack", NAMES, 5)]


def _effect(dice: random.Random, place: int, seen: tuple[Any, ...], contrast: tuple[Any, ...]) -> dict[str, Any]:
    (metric, groups, target, tolerance), (kind, at, factors, treatments) = seen, contrast
    estimate = dice.gauss(0, 1.5) * tolerance
    half = (0.4 + dice.random()) * tolerance
    told = {
        "target": target,
        "metric": metric,
        "contrast": groups,
        "kind": kind,
        "at": at,
        "factors": list(factors),
        "aliases": [],
        "layer": "",
        "context": "",
        "treatments": treatments,
        "threshold": 2 * tolerance,
        "unsettled": ["control"] if groups and place % 3 == 0 else [],
    }
    numbers: dict[str, Any] = dict.fromkeys(("estimate", "low", "high", "standard_error", "degrees", "members"))
    if metric == "membership_risk" and treatments in (5, 8):
        why = "reweighing + dp_sgd + adversarial_training collapsed: it gives one decision"
        return told | numbers | {"p_value": None, "adjusted_p": None, "verdict": "withheld", "reason": why}
    beyond = abs(estimate) - half > 2 * tolerance
    verdict = ("worse" if estimate > 0 else "better") if beyond else "not_flagged"
    numbers = {
        "estimate": round(estimate, 6),
        "low": round(estimate - half, 6),
        "high": round(estimate + half, 6),
        "standard_error": round(half / 1.7, 6),
        "degrees": 16.2,
        "members": 16,
        "p_value": 0.001 if beyond else 0.6,
        "adjusted_p": 0.02 if beyond else 0.9,
    }
    return told | numbers | {"verdict": verdict, "reason": f"{' and '.join(factors)}: an estimate of {estimate:.3f}"}


def joint() -> dict[str, Any]:
    dice = random.Random(4)
    effects = [_effect(dice, place, seen, contrast) for seen in SEEN for place, contrast in enumerate(_contrasts())]
    numbered = [one for one in effects if one["estimate"] is not None]
    return {
        "design": {"kind": "full", "factors": list(NAMES), "treatments": 8, "resolution": None, "statements": []},
        "times_tolerance": 2.0,
        "tested": len(numbered),
        "flagged": sum(one["verdict"] in ("worse", "better") for one in effects),
        "effects": effects,
    }


def _curve(metric: str, contrast: str, target: str, tolerance: float, values: list[float | None]) -> dict[str, Any]:
    budgets = (1.0, 3.0, 8.0, 32.0)
    half = 0.45 * tolerance
    points = [
        {"strength": budget, "estimate": value, "low": value - half, "high": value + half, "reason": ""}
        if value is not None
        else {"strength": budget, "estimate": None, "low": None, "high": None, "reason": "collapsed: one decision"}
        for budget, value in zip(budgets, values, strict=True)
    ]
    known = [(budget, value) for budget, value in zip(budgets, values, strict=True) if value is not None]
    change = known[-1][1] - known[0][1]
    moved = abs(change) > tolerance
    trend = {
        "strengths": [budget for budget, _ in known],
        "change": change,
        "low": change - half,
        "high": change + half,
        "standard_error": half / 1.7,
        "degrees": 14.0,
        "members": 16,
        "rising_p": 0.999 if change < 0 else 0.001,
        "falling_p": 0.001 if change < 0 else 0.999,
        "p_value": 0.002 if moved else 0.4,
        "adjusted_p": 0.008 if moved else 0.5,
        "settled": True,
        "shown": moved,
    }
    told = {"target": target, "metric": metric, "contrast": contrast, "context": "", "tolerance": tolerance}
    return told | {"points": points, "trend": trend, "moved": moved, "reason": ""}


def strengths() -> list[dict[str, Any]]:
    names = ("dp_sgd privacy_epsilon=1", "dp_sgd privacy_epsilon=3", "dp_sgd", "dp_sgd privacy_epsilon=32")
    return [
        {
            "intervention": "dp_sgd",
            "parameter": "privacy_epsilon",
            "scale": "doublings",
            "treatments": [
                {"strength": strength, "treatment": name}
                for strength, name in zip((1.0, 3.0, 8.0, 32.0), names, strict=True)
            ],
            "curves": [
                _curve("accuracy", "", "utility", 0.02, [0.071, 0.043, 0.021, 0.008]),
                _curve("accuracy_disparity/race", "black against white", "fairness", 0.02, [None, 0.08, 0.061, 0.02]),
                _curve("membership_risk", "", "privacy", 0.02, [-0.071, -0.064, -0.055, -0.031]),
                _curve("robust_accuracy", "", "robustness", 0.03, [0.01, -0.01, 0.005, 0.0]),
            ],
        }
    ]


def origins(effects: list[dict[str, Any]]) -> dict[str, Any]:
    """Two diagnostics of DP-SGD, and what they say of every harm that is shown of it alone."""
    found = []
    for place, effect in enumerate(effects):
        if effect["verdict"] == "harm" and effect["treatment"] == "dp_sgd" and effect["tuning"] == "tuned":
            told = {"of": "dp_sgd", "effect": place, "reason": ""}
            told |= {key: effect[key] for key in ("target", "metric", "contrast")}
            found.append({**told, "by": "longer_dp_sgd", "how": "undone", "share": 0.62, "low": -0.04, "high": 1.31})
            empty = {"share": None, "low": None, "high": None, "reason": "clipping_only collapsed: one decision"}
            found.append({**told, "by": "clipping_only", "how": "alone", **empty})
    diagnostics = [
        {"name": "longer_dp_sgd", "of": "dp_sgd", "how": "undone"},
        {"name": "clipping_only", "of": "dp_sgd", "how": "alone"},
    ]
    return {"diagnostics": diagnostics, "shares": found}
