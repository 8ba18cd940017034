"""The audit dictionary: the one truth that audit.json holds and the report shows."""

import platform
from dataclasses import asdict
from importlib.metadata import version
from typing import Any

from interplay.auditing.decidable import statements as resolution_statements
from interplay.auditing.findings import Findings
from interplay.auditing.parts.data import described
from interplay.auditing.parts.decided import decided
from interplay.auditing.parts.forecast import compared
from interplay.auditing.parts.joint import joint_part
from interplay.auditing.parts.looks import look_sentences, told_looks
from interplay.auditing.parts.methods import methods
from interplay.auditing.parts.origins import origins_part
from interplay.auditing.parts.pairs import directed_pairs, without_a_number
from interplay.auditing.parts.register import risk_register
from interplay.auditing.parts.seen import seen_sentences
from interplay.auditing.parts.strengths import strengths_part
from interplay.auditing.parts.values import metric_values
from interplay.auditing.written import plain
from interplay.design.asked import asked
from interplay.design.cost import cost
from interplay.design.guarantees import NOT_FOR_RELEASE, ROWS_ARE_PUBLIC, never_chosen, no_budget, rows_are_public
from interplay.design.plan import Design
from interplay.design.treatment import Treatment
from interplay.effects.dose import dose_curves
from interplay.effects.effect import Effect
from interplay.effects.harm_share import harm_shares
from interplay.effects.matrix import matrix
from interplay.effects.near_collapse import nearly_collapsed
from interplay.estimates import NotMeasurable, Sample
from interplay.interventions import Intervention
from interplay.measurement.measurements import Cell, Measurements
from interplay.statistics.group_sequential import Looks
from interplay.study.dump import to_json
from interplay.training.train import Fleet

SCHEMA_VERSION = 1
LIBRARIES = ("jax", "jaxlib", "numpy", "scipy", "optax", "dp-accounting", "narwhals", "pandas", "pydantic")


def compose(found: Findings) -> dict[str, Any]:
    """Everything an audit says, as JSON-ready values and without a single row of the data."""
    study, design, measured = found.study, found.design, found.measured
    interactions = asked(design.factors)
    verdicts = matrix(found.effects, interactions.values())
    family, size = found.family, resolution_statements(design, found.dataset)
    told, columns = methods(study, design, measured, family), len(found.encoded.columns)
    shares = harm_shares(measured, design.factors, found.effects.effects, Looks(design.looks))
    return {
        "schema_version": SCHEMA_VERSION,
        "study": {
            "name": study.name,
            "purpose": study.purpose,
            "digest": found.digest,
            "declared": to_json(study),
        },
        "data": described(found.dataset, found.encoded, design),
        "interventions": [_intervention(one) for one in design.factors.all.values()],
        "aspects": [
            {
                "name": aspect.value,
                "rank": place,
                "set_by": study.priorities.set_by,
                "set_on": study.priorities.set_on,
                "stakeholders": list(study.priorities.stakeholders),
            }
            for place, aspect in enumerate(study.priorities.ranking, start=1)
        ],
        "treatments": [_treatment(one, design, found.fleet, measured, family.tunes) for one in design.treatments],
        "metrics": metric_values(study, design, measured),
        "controls": [
            {
                "name": name,
                "metric": control.metric or None,
                "passed": control.passed,
                "estimate": control.estimate,
                "low": control.low,
                "high": control.high,
                "tests": control.tests,
                "sentence": control.sentence,
            }
            for name, control in found.effects.controls.items()
        ],
        "effects": [_effect(effect) for effect in found.effects.effects],
        "joint": joint_part(design.factors, found.joint),
        "strengths": strengths_part(dose_curves(measured, design.factors, study.tolerances, Looks(design.looks))),
        "origins": origins_part(design.factors, shares),
        "interactions": directed_pairs(verdicts, found.effects, interactions.values()),
        "forecast": compared(found.foreseen, found.effects, verdicts),
        "decision": decided(found.decision, found.effects),
        "register": risk_register(found),
        "confirmation": None,
        "soft_goals": [goal.model_dump(mode="json") for goal in study.soft_goals],
        "not_measured": [*_not_measured(measured), *without_a_number(verdicts)],
        "methods": told
        | {
            "looks": told_looks(design, found.looks),
            "statements": [
                *family.statements,
                *look_sentences(design, found.looks),
                *seen_sentences(design, found.dataset, bool(measured.budgets)),
                *told["statements"],
                *([f"{ROWS_ARE_PUBLIC}."] if rows_are_public(design) else []),
                *size,
            ],
        },
        "software": {
            "name": "interplay",
            "version": version("interplay"),
            "python": platform.python_version(),
            "packages": {name: version(name) for name in LIBRARIES},
        },
        "seconds": {
            "planned": cost(
                design,
                columns,
                len(found.dataset.classes),
                operations=family.operations,
                fitting=family.fitting(design.half),
            ).seconds
        },
    }


def _intervention(one: Intervention) -> dict[str, Any]:
    return {
        "name": one.name,
        "title": one.title,
        "aspects": [aspect.value for aspect in one.aspects],
        "parameters": plain(asdict(one)),
        "reference": one.reference,
    }


def _is_tuned(cell: Cell, treatment: Treatment) -> bool:
    return cell.treatment == treatment and cell.tuning == "tuned"


def _treatment(one: Treatment, design: Design, fleet: Fleet, measured: Measurements, tunes: bool) -> dict[str, Any]:
    bare = one.without(tuple(design.factors.layers))
    budget, chosen = measured.budgets.get(bare), fleet.tuning[bare]
    return {
        "name": one.name,
        "interventions": list(one.interventions),
        "members": max(
            (
                len(one.values)
                for cell, one in measured.samples.items()
                if _is_tuned(cell, bare) and isinstance(one, Sample)
            ),
            default=design.members,
        ),
        "training": one == bare,
        "tuning": None
        if not tunes
        else {
            "learning_rates": list(chosen.rates),
            "scores": list(chosen.scores),
            "chosen": chosen.chosen,
            "refused_collapsed": list(chosen.collapsed),
            "extended": len(chosen.rates) > len(design.study.model.learning_rates),
        },
        "collapsed": measured.collapse.get((one, "tuned")),
        "collapsed_as_applied": measured.collapse.get((one, "as_applied")),
        "nearly_collapsed": nearly_collapsed(measured, one, "tuned", design.study.tolerances) or None,
        "privacy": None
        if budget is None
        else {
            "epsilon": budget.privacy_epsilon,
            "delta": budget.privacy_delta,
            "epsilon_full_data": budget.privacy_epsilon_full_data,
            "noise_multiplier": budget.noise_multiplier,
            "release": f"{NOT_FOR_RELEASE}.",
        },
        "no_privacy": None if budget is not None else no_budget(design.factors, bare),
        "never_chosen": never_chosen(design.factors, one) or None,
    }


def _effect(effect: Effect) -> dict[str, Any]:
    found: dict[str, Any] = plain(asdict(effect))
    return found | {
        "treatment": effect.treatment.name,
        "baseline": None if effect.baseline is None else effect.baseline.name,
    }


def _not_measured(measured: Measurements) -> list[dict[str, str]]:
    reasons: dict[tuple[str, str], list[str]] = {}
    for cell, sample in measured.samples.items():
        if cell.against is not None:  # the effects say why two treatments have no rows in common
            continue
        if isinstance(sample, NotMeasurable) and cell.tuning == "tuned":
            reasons.setdefault((cell.metric, sample.reason), []).append(cell.treatment.name)
        elif isinstance(sample, Sample):
            for one in sample.excluded:
                reasons.setdefault((cell.metric, one.reason), [])
    found = [
        {"what": metric + (f" on {_several(names)}" if names else ""), "reason": reason}
        for (metric, reason), names in reasons.items()
    ]
    return [dict(item) for item in {tuple(sorted(one.items())): one for one in found}.values()]


def _several(names: list[str]) -> str:
    shown = ", ".join(dict.fromkeys(names[:3]))
    return shown + (f" and {len(names) - 3} more" if len(names) > 3 else "")
