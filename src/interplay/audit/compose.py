"""The audit dictionary: the one truth that audit.json holds and the report shows."""

import platform
from dataclasses import asdict
from importlib.metadata import version
from typing import Any

import numpy as np

from interplay import catalogue
from interplay.aspects import Aspect
from interplay.data.dataset import Dataset
from interplay.data.encoder import Encoded
from interplay.decision.decision import Decision
from interplay.design.cost import cost
from interplay.design.plan import Design
from interplay.design.treatment import Treatment
from interplay.effects.effect import Effect
from interplay.effects.matrix import matrix
from interplay.effects.results import Effects
from interplay.effects.tolerance import tolerance_of
from interplay.estimates import NotMeasurable, Sample
from interplay.interactions import Interaction, Probe
from interplay.measurement.measurements import Measurements
from interplay.study import Study
from interplay.study.dump import to_json
from interplay.training.train import Fleet

SCHEMA_VERSION = 1
LIBRARIES = ("jax", "jaxlib", "numpy", "scipy", "optax", "dp-accounting", "narwhals", "pandas", "pydantic")


def compose(
    study: Study,
    digest: str,
    dataset: Dataset,
    encoded: Encoded,
    design: Design,
    fleet: Fleet,
    measured: Measurements,
    effects: Effects,
    decision: Decision,
) -> dict[str, Any]:
    """Everything an audit says, as JSON-ready values and without a single row of the data."""
    return {
        "schema_version": SCHEMA_VERSION,
        "study": {"declared": to_json(study), "digest": digest},
        "data": _data(dataset, encoded, design),
        "aspects": [
            {"name": aspect.value, "rank": place, "letter": aspect.letter}
            for place, aspect in enumerate(study.priorities.ranking, start=1)
        ],
        "treatments": [_treatment(one, design, fleet, measured) for one in design.treatments],
        "metrics": [_metric(key, study, design, measured) for key in design.metrics],
        "controls": [_plain(asdict(control)) | {"name": name} for name, control in effects.controls.items()],
        "effects": [_effect(effect) for effect in effects.effects],
        "interactions": _interactions(effects),
        "decision": _decision(decision),
        "soft_goals": [goal.model_dump(mode="json") for goal in study.soft_goals],
        "not_measured": _not_measured(measured),
        "methods": dict(measured.methods) | {"members": study.members, "split": _parts(design)},
        "software": {
            "interplay": version("interplay"),
            "python": platform.python_version(),
            "libraries": {name: version(name) for name in LIBRARIES},
        },
        "seconds": _seconds(design, encoded, dataset),
    }


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Aspect):
        return value.value
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value


def _parts(design: Design) -> dict[str, int]:
    names = ("pool", "tuning", "calibration", "test", "audit")
    return {name: int(getattr(design.split, name).sum()) for name in names}


def _data(dataset: Dataset, encoded: Encoded, design: Design) -> dict[str, Any]:
    return {
        "name": dataset.name,
        "rows": len(dataset.labels),
        "parts": _parts(design),
        "classes": list(dataset.classes),
        "favourable": dataset.classes[dataset.favourable],
        "features": [
            {"name": feature.name, "kind": feature.kind, "mutable": bool(feature.mutable)}
            for feature in encoded.features
        ],
        "dropped": [{"column": column, "reason": reason} for column, reason in dataset.dropped.items()],
        "groups": [
            {
                "name": name,
                "reference": grouping.names[grouping.reference],
                "missing": int((grouping.codes < 0).sum()),
                "sizes": {group: int((grouping.codes == code).sum()) for code, group in enumerate(grouping.names)},
            }
            for name, grouping in dataset.groupings.items()
        ],
        "findings": [
            {"level": finding.level, "column": finding.column, "text": finding.text} for finding in dataset.findings
        ],
        "fingerprint": dataset.fingerprint,
        "provenance": dataset.provenance,
    }


def _treatment(one: Treatment, design: Design, fleet: Fleet, measured: Measurements) -> dict[str, Any]:
    bare = one.without(tuple(design.factors.layers))
    budget = measured.budgets.get(bare)
    return {
        "name": one.name,
        "interventions": list(one.interventions),
        "training": one == bare,
        "members": design.study.members,
        "tuning": _plain(asdict(fleet.tuning[bare])),
        "collapsed": measured.collapse.get((one, "tuned")),
        "privacy": None if budget is None else asdict(budget),
    }


def _metric(key: str, study: Study, design: Design, measured: Measurements) -> dict[str, Any]:
    metric = design.metrics[key]
    return {
        "key": key,
        "name": metric.name,
        "title": metric.title,
        "aspect": metric.aspect.value,
        "direction": metric.direction,
        "unit": metric.unit,
        "bounds": [_plain(bound) for bound in metric.bounds],
        "tolerance": tolerance_of(metric, study.tolerances),
        "relative": metric.relative,
        "headline": metric.headline,
        "reference": metric.reference,
        "values": [
            _value(cell.treatment, cell.tuning, sample)
            for cell, sample in measured.samples.items()
            if cell.metric == key
        ],
    }


def _value(treatment: Treatment, tuning: str, sample: Sample | NotMeasurable) -> dict[str, Any]:
    place = {"treatment": treatment.name, "tuning": tuning}
    if isinstance(sample, NotMeasurable):
        return place | {"mean": None, "low": None, "high": None, "support": None, "reason": sample.reason}
    draws = sample.values.mean(axis=0)
    low, high = np.quantile(draws[1:], (0.05, 0.95))
    numbers = {"mean": float(draws[0]), "low": float(low), "high": float(high)}
    excluded = "; ".join(one.reason for one in sample.excluded)
    return place | numbers | {"support": sample.support, "reason": excluded or None}


def _effect(effect: Effect) -> dict[str, Any]:
    found: dict[str, Any] = _plain(asdict(effect))
    return found | {
        "treatment": effect.treatment.name,
        "baseline": None if effect.baseline is None else effect.baseline.name,
    }


def _interactions(effects: Effects) -> list[dict[str, Any]]:
    known = catalogue.interactions()
    pairs = {(one.source, one.target): one for one in known.values()}
    return [
        {
            "source": pair.source.value,
            "target": pair.target.value,
            "verdict": pair.verdict,
            "sentence": pair.sentence,
            "section": pairs[pair.source, pair.target].section,
            "probes": _probes(pairs[pair.source, pair.target], effects),
        }
        for pair in matrix(effects, known.values())
    ]


def _probes(interaction: Interaction, effects: Effects) -> list[dict[str, Any]]:
    found = []
    for probe in interaction.probes:
        name = f"{interaction.name}/{probe.name}"
        runs = isinstance(probe, Probe)
        found.append(
            {
                "name": probe.name,
                "claim": probe.claim,
                "mechanism": probe.mechanism if isinstance(probe, Probe) else None,
                "references": list(probe.references),
                "primary": probe.primary if isinstance(probe, Probe) else False,
                "effects": [place for place, effect in enumerate(effects.effects) if effect.probe == name]
                if runs
                else [],
                "missing": None if isinstance(probe, Probe) else probe.missing,
            }
        )
    return found


def _decision(decision: Decision) -> dict[str, Any]:
    found: dict[str, Any] = _plain(asdict(decision))
    found["treatment"] = None if decision.treatment is None else decision.treatment.name
    for item, rejected in zip(found["rejected"], decision.rejected, strict=True):
        item["treatment"] = rejected.treatment.name
    return found


def _not_measured(measured: Measurements) -> list[dict[str, str]]:
    reasons: dict[tuple[str, str], list[str]] = {}
    for cell, sample in measured.samples.items():
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


def _seconds(design: Design, encoded: Encoded, dataset: Dataset) -> dict[str, Any]:
    planned = cost(design, encoded.matrix.shape[1], len(dataset.classes)).seconds
    return {"planned": planned, "measured_in": "timings.json"}
