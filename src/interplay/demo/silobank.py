"""SiloBank, act by act: each team's own check passes, and the audit of all aspects finds what none of them looked for.

The story is that of Cresswell (2025), section 4.1; the bank is generated, and the effect on women is planted.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from interplay.arrays import Array, Float
from interplay.auditing.folder import RunFolder
from interplay.auditing.prepare import Prepared, prepare
from interplay.auditing.result import Audit
from interplay.auditing.settled import settled
from interplay.auditing.storage import stored_fleet
from interplay.demo.couples import deserving, wife_denied
from interplay.design.treatment import Treatment
from interplay.report.reading import AuditReading
from interplay.report.sentences import verdict_sentence
from interplay.study import Study
from interplay.study.load import load

FIRST, SECOND = "control", "dp_sgd"
"""The treatments that are the story's two versions of the model."""
OPPORTUNITY, ACCURACY_GAP = "equal_opportunity_difference/sex", "accuracy_disparity/sex"
TEAMS = {"robust_accuracy": 0.65, "explanation_fidelity": 0.7, ACCURACY_GAP: 0.05, "membership_risk": 0.55}
"""What a team asks of its own aspect where the study declares no limit."""


@dataclass(frozen=True)
class Check:
    """One team's look at one number: what it is, what it is held against, and whether it passes."""

    what: str
    value: str
    asked: str
    passed: bool


@dataclass(frozen=True)
class Act:
    """A part of the story: who acts, what they do, what they check, and what comes of it."""

    who: str
    action: str
    checks: tuple[Check, ...] = ()
    outcome: str = ""


GATE = Act("The gate", "holds version 2 against version 1 in the cells of every team, as it would at every change.")


@dataclass(frozen=True, eq=False)
class Bank:
    """What the story is told from: the audit of both versions, and what it does not measure by itself.

    `incumbent` is the accuracy of a scorecard on income alone; `denied` the share of deserving couples of whom only the
    husband is granted a loan, by version and model.
    """

    audit: Mapping[str, Any]
    incumbent: float
    denied: Mapping[str, Float[Array, " member"]]


def study() -> Study:
    """The study of the story."""
    return load(Path(str(files("interplay.demo") / "silobank.toml")))


def bank(made: Audit, declared: Study) -> Bank:
    """What the story needs, from a finished run of its study."""
    folder = RunFolder(made.path)
    ready = settled(prepare(declared), folder)
    fleet, couples = stored_fleet(folder, ready.design, ready.family), deserving(ready)
    versions = {FIRST: Treatment(), SECOND: Treatment((SECOND,))}
    denied = {name: wife_denied(ready, fleet, version, couples) for name, version in versions.items()}
    return Bank(made.content, _scorecard(ready), denied)


def acts(found: Bank) -> tuple[Act, ...]:
    """The story, in order."""
    return (
        Act(
            "First line", "trains version 1 of the model on past loans.", (_useful(found),), "Version 1 is a candidate."
        ),
        Act(
            "Model validation",
            "attacks version 1 and explains it.",
            (
                _at_least(found, "robust_accuracy", "accuracy under attack", FIRST),
                _at_least(found, "explanation_fidelity", "fidelity of explanations", "release_explanations"),
            ),
            "Validated.",
        ),
        Act("Compliance", "compares men and women under version 1.", _gaps(found, FIRST), "Approved."),
        Act(
            "Privacy office",
            "asks what version 1 guarantees to the people in its training data.",
            (_budget(found, FIRST),),
            "Not accepted: the privacy office asks for DP-SGD.",
        ),
        Act("First line", "trains version 2. DP-SGD is all that changes.", (), "Handed to the privacy office."),
        Act(
            "Privacy office",
            "checks version 2 for privacy. No other team is asked again: their aspects were approved.",
            (_budget(found, SECOND), _at_most(found, "membership_risk", "area under the attacker's curve", SECOND)),
            "Version 2 is deployed.",
        ),
        Act("The newspapers", "hear of couples with the same means and two answers.", (), _couples(found)),
        Act("Internal audit", "measures every aspect of both versions at once.", _gaps(found, SECOND), _cause(found)),
    )


def _useful(found: Bank) -> Check:
    own = _level(found, "accuracy", FIRST)
    asked = f"more than the scorecard on income that it replaces, {_percent(found.incumbent)}"
    return Check("accuracy", _with_interval(own), asked, own["low"] > found.incumbent)


def _at_least(found: Bank, metric: str, what: str, treatment: str) -> Check:
    own, limit = _level(found, metric, treatment), _limit(found, metric)
    return Check(what, _with_interval(own), f"at least {_percent(limit)}", own["low"] >= limit)


def _at_most(found: Bank, metric: str, what: str, treatment: str) -> Check:
    own, limit = _level(found, metric, treatment), _limit(found, metric)
    return Check(what, _with_interval(own), f"at most {_percent(limit)}", own["high"] <= limit)


def _gaps(found: Bank, treatment: str) -> tuple[Check, ...]:
    return (
        _at_most(found, OPPORTUNITY, "difference in approval of people who repay", treatment),
        _at_most(found, ACCURACY_GAP, "difference in accuracy", treatment),
    )


def _budget(found: Bank, treatment: str) -> Check:
    own, limit = _level(found, "privacy_budget", treatment), _limit(found, "privacy_budget")
    value = "unbounded" if own["mean"] is None else f"epsilon {own['mean']:.1f}"
    return Check(
        "privacy budget", value, f"at most epsilon {limit:g}", own["mean"] is not None and own["mean"] <= limit
    )


def _couples(found: Bank) -> str:
    before, after = (_percent(float(found.denied[version].mean())) for version in (FIRST, SECOND))
    return (
        f"Of couples whose loans both would be repaid, {after} see the husband granted one and the wife denied. Under version 1 "
        f"it was {before}."
    )


def _cause(found: Bank) -> str:
    """What the audit says of the change, of its cause, and of what to do instead."""
    origin = next(each for each in found.audit["origins"]["shares"] if each["metric"] == OPPORTUNITY)
    share = (
        f"Clipping alone does {_percent(origin['share'])} of it ({_percent(origin['low'])} to {_percent(origin['high'])})."
        if origin["share"] is not None
        else f"How much of it is clipping was not measured: {origin['reason']}."
    )
    reading = AuditReading(found.audit)
    chosen = found.audit["decision"]["treatment"]
    instead = (
        f"Under the declared priorities: {reading.treatment(chosen)}." if chosen else "No treatment keeps every limit."
    )
    return f"{verdict_sentence(found.audit)} {share} {instead}"


def _limit(found: Bank, metric: str) -> float:
    """The limit that the study declares, or else the one of the team whose aspect it is."""
    declared = {each["metric"]: each["at_most"] for each in found.audit["study"]["declared"]["limits"]}
    limit: float = declared.get(metric.partition("/")[0]) or TEAMS[metric]
    return limit


def _level(found: Bank, metric: str, treatment: str) -> Mapping[str, Any]:
    values = next(each["values"] for each in found.audit["metrics"] if each["key"] == metric)
    own: Mapping[str, Any] = next(
        each for each in values if (each["treatment"], each["tuning"]) == (treatment, "tuned")
    )
    return own


def _scorecard(ready: Prepared) -> float:
    """The accuracy on test rows of approving everybody above the income that was best on the training rows."""
    income, repays = (
        ready.dataset.table.column("recorded_income").values,
        ready.dataset.labels == ready.dataset.favourable,
    )
    pool, test = ready.design.pool, ready.design.split.test
    cuts = np.quantile(income[pool], np.linspace(0.01, 0.99, 99))
    best = cuts[np.argmax([((income[pool] > cut) == repays[pool]).mean() for cut in cuts])]
    return float(((income[test] > best) == repays[test]).mean())


def _with_interval(level: Mapping[str, Any]) -> str:
    return f"{_percent(level['mean'])} ({_percent(level['low'])} to {_percent(level['high'])})"


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
