"""What the sample audit says of how firm its decision is."""

from typing import Any


def firmness(chosen: str, sets: list[str]) -> dict[str, Any]:
    """What the choice was made of and what would change it."""
    key, other = "accuracy_disparity/race", next(name for name in sets if name != chosen)
    limit = {"metric": key, "bound": "at_most", "declared": 0.1}
    beside = {"metric": "balanced_accuracy", "bound": "at_most_below_control", "declared": 0.03}
    seen = {"estimate": 0.141, "low": 0.11, "high": 0.172}
    needed = {"thing": "rows", "have": 439, "count": 1200, "group": "black against white"}
    broken = {
        "status": "undecided",
        "probability": 0.2,
        "adjusted": 0.2,
        "reachable": 0.178,
        "reason": "it may not hold",
    }
    kept = {"status": "admissible", "probability": 0.99, "adjusted": 0.99, "reachable": 0.08, "reason": "it holds"}
    question = {"kind": "limit", "treatment": other, "metric": key, "sentence": "it may keep the limit"}
    against = {"metric": key, "contrast": "black against white", "aspect": "fairness", "tolerance": 0.02, "shown": True}
    return {
        "limits": [
            {"treatment": other, **limit, **broken, **seen, "needed": needed},
            {"treatment": chosen, **limit, **kept, "estimate": 0.05, "low": 0.03, "high": 0.07, "needed": None},
            {"treatment": chosen, **beside, **kept, "estimate": 0.012, "low": 0.004, "high": 0.02, "needed": None},
        ],
        "let_through": [{"treatment": other, **limit, "needed": 0.178}],
        "relaxations": [{**limit, "needed": 0.178, "treatment": other, "alone_enough": True}],
        "mitigations": [
            {
                "source": "privacy",
                "target": "fairness",
                "text": "a larger budget",
                "reference": "Tramer and Boneh, 2021",
            }
            | {"intervention": "dp_sgd"}
        ],
        "runner_up": {
            "treatment": other,
            "decided_at": "fairness",
            "sentence": f"{other} was eliminated on fairness",
            "differences": [{**against, "estimate": 0.06, "low": 0.03, "high": 0.09}],
        },
        "pareto": [{"treatment": chosen, "probability": 0.94}, {"treatment": other, "probability": 0.4}],
        "orders": [{"treatment": chosen, "count": 480}, {"treatment": other, "count": 240}],
        "tolerance_flips": [{"metric": key, "declared": 0.02, "needed": 0.07, "winner": other}],
        "limit_flips": [{**limit, "needed": 0.178, "admits": other, "winner": other}],
        "open_questions": [{**question, "would_choose": other, "needed": needed}],
    }
