"""A confirmation made of fixed numbers: a limit of every status, one without a number, and two headline metrics."""

from typing import Any


def _limit(metric: str, bound: str, declared: float, status: str, **numbers: Any) -> dict[str, Any]:
    known = {"probability": None, "deployed": None, "estimate": None, "low": None, "high": None}
    known |= {"earlier": None, "inside": None, "reason": f"{metric} {bound} {declared}: {status}"}
    return {"metric": metric, "bound": bound, "declared": declared, "status": status, **known, **numbers}


def _effect(metric: str, contrast: str, tolerance: float, verdict: str, **numbers: Any) -> dict[str, Any]:
    return {"metric": metric, "contrast": contrast, "tolerance": tolerance, "verdict": verdict, "reason": "", **numbers}


def confirmation(treatment: str) -> dict[str, Any]:
    """The part "confirmation" of an audit that confirmed `treatment` and found one limit broken."""
    return {
        "treatment": treatment,
        "outcome": "not_confirmed",
        "causes": ["limit_broken", "limit_not_settled"],
        "unconfirmed": ["privacy"],
        "reasons": ["2 of 4 hard limits are kept by one deployed model", "accuracy at least 0.9 is broken"],
        "members": 5,
        "trained_on": 1153,
        "rows": 119,
        "used_on": "2026-03-01 10:00 UTC",
        "first_use": True,
        "again": None,
        "secret_noise": False,
        "privacy": {"epsilon": 7.9, "delta": 0.0004, "release": "Models of an audit are not for release."},
        "limits": [
            _limit(
                "accuracy",
                "at_least",
                0.9,
                "inadmissible",
                probability=0.03,
                deployed=[0.83, 0.91],
                estimate=0.87,
                low=0.85,
                high=0.89,
                earlier=0.905,
                inside=False,
            ),
            _limit(
                "balanced_accuracy",
                "at_least",
                0.6,
                "admissible",
                probability=0.999,
                deployed=[0.66, 0.74],
                estimate=0.70,
                low=0.68,
                high=0.72,
                earlier=0.71,
                inside=True,
            ),
            _limit(
                "accuracy_disparity/race",
                "at_most",
                0.05,
                "undecided",
                probability=0.6,
                deployed=[0.01, 0.09],
                estimate=0.045,
                low=0.02,
                high=0.07,
                earlier=0.03,
                inside=True,
            ),
            _limit("membership_risk", "at_most", 0.6, "undecided", earlier=0.57),
        ],
        "effects": [
            _effect(
                "accuracy",
                "",
                0.02,
                "harm_undetermined",
                treated=0.87,
                control=0.91,
                estimate=0.04,
                low=0.01,
                high=0.07,
                earlier=0.012,
                inside=True,
            ),
            _effect(
                "accuracy_disparity/race",
                "black against white",
                0.02,
                "inconclusive",
                treated=0.045,
                control=0.06,
                estimate=-0.015,
                low=-0.06,
                high=0.03,
                earlier=-0.07,
                inside=False,
            ),
        ],
        "not_confirmed": [
            {"what": "membership_risk", "reason": "a membership attack needs models that did not see a row"}
        ],
    }


def spoil(found: dict[str, Any], hostile: tuple[str, ...]) -> None:
    """Put names that attack the page wherever outside text may stand."""
    found |= {"reasons": list(hostile), "used_on": hostile[0], "first_use": False, "again": "".join(hostile)}
    for place, item in enumerate((*found["limits"], *found["effects"], *found["not_confirmed"])):
        item["reason"] = hostile[place % len(hostile)]
    found["limits"].append(_limit(hostile[0], "at_most", 1.0, "undecided", reason=hostile[1]))
    found["effects"][1]["contrast"] = f"{hostile[1]} against {hostile[2]}"
    found["not_confirmed"].append({"what": hostile[0], "reason": hostile[3]})
