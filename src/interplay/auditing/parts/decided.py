"""The decision as an audit lists it: the choice, how it came about, and what would change it."""

from dataclasses import asdict
from typing import Any

from interplay.auditing.written import plain
from interplay.decision.decision import Decision, LimitFinding
from interplay.decision.limits import alone_enough
from interplay.decision.mitigations import to_try
from interplay.design.treatment import Treatment
from interplay.effects.effect import Effect
from interplay.effects.results import Effects


def decided(decision: Decision, effects: Effects) -> dict[str, Any]:
    """The part "decision" of the audit."""
    places = {_identity(effect): place for place, effect in enumerate(effects.effects)}
    return {
        "treatment": _name(decision.treatment),
        "unresolved": decision.unresolved,
        "reasons": list(decision.reasons),
        "rejected": [plain(asdict(one) | {"treatment": one.treatment.name}) for one in decision.rejected],
        "limits": [asdict(one) | {"treatment": one.treatment.name} for one in decision.limits],
        "let_through": _let_through(decision.limits),
        "relaxations": [asdict(one) | {"treatment": one.treatment.name} for one in decision.relaxations],
        "residual": [
            {
                "effects": [places[_identity(one)]] if _identity(one) in places else [],
                "sentence": f"{_called(one)}: {one.reason}",
            }
            for one in decision.residual
        ],
        "mitigations": _mitigations(decision, effects),
        "runner_up": None
        if decision.runner_up is None
        else plain(asdict(decision.runner_up) | {"treatment": decision.runner_up.treatment.name}),
        "pareto": [{"treatment": one.treatment.name, "probability": one.probability} for one in decision.pareto],
        "stability": decision.stability,
        "flips": [
            {"change": f"{flip.second.value} ranked above {flip.first.value}", "treatment": flip.winner.name}
            for flip in decision.flips
        ],
        "orders": [{"treatment": one.treatment.name, "count": one.count} for one in decision.orders],
        "tolerance_flips": [asdict(one) | {"winner": one.winner.name} for one in decision.tolerance_flips],
        "limit_flips": [
            asdict(one) | {"admits": _name(one.admits), "winner": _name(one.winner)} for one in decision.limit_flips
        ],
        "open_questions": [
            asdict(one) | {"treatment": one.treatment.name, "would_choose": _name(one.would_choose)}
            for one in decision.open_questions
        ],
    }


def _let_through(findings: tuple[LimitFinding, ...]) -> list[dict[str, Any]]:
    """Candidates that a single limit keeps out, and the limit under which they would be admissible."""
    return [
        {
            "treatment": one.treatment.name,
            "metric": one.metric,
            "bound": one.bound,
            "declared": one.declared,
            "needed": one.reachable,
        }
        for one in findings
        if one.status != "admissible" and one.reachable is not None and alone_enough(one, findings)
    ]


def _mitigations(decision: Decision, effects: Effects) -> list[dict[str, str]]:
    return [
        {"source": source.value, "target": target.value, **asdict(one)}
        for (source, target), found in to_try(decision, effects.effects).items()
        for one in found
    ]


def _name(treatment: Treatment | None) -> str | None:
    return None if treatment is None else treatment.name


def _called(effect: Effect) -> str:
    contrast = f" ({effect.contrast})" if effect.contrast else ""
    return f"{' + '.join(effect.applied)} on {effect.metric}{contrast}"


def _identity(effect: Effect) -> tuple[object, ...]:
    against = effect.baseline, effect.baseline_metric
    return effect.treatment, against, effect.metric, effect.contrast, effect.tuning, effect.applied
