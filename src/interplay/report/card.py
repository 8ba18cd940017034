"""A model card: what was measured of one treatment, as Markdown with the metadata that Hugging Face reads."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from interplay.errors import StudyError
from interplay.quantities import level_scale
from interplay.report.gate_markdown import escaped
from interplay.report.names import clean, name
from interplay.report.reading import AuditReading
from interplay.report.sentences import effect_sentence

LISTED = 12
"""Harms that are written out; the report has all."""


def card(audit: Mapping[str, Any], treatment: str | None = None) -> str:
    """The card of a treatment, of the chosen one if none is named.

    The parts are those of Mitchell et al. (2019), "Model Cards for Model Reporting", section 4; the front matter is that of a
    model repository at Hugging Face, with every measured level as a result of its `model-index`. Text from the study and the
    data is shown as it is.

    Raises StudyError where there is no such treatment, or none was chosen and none is named.

    Does not show: what a model that was trained later does; levels are means over the models of a run.
    """
    wanted = treatment or audit["decision"]["treatment"]
    reading = AuditReading(audit)
    if wanted not in reading.treatments:
        known = ", ".join(reading.treatments)
        instead = "no treatment was chosen" if wanted is None else repr(wanted)
        raise StudyError("a treatment of the audit", instead, "the card", f"name one of {known}")
    parts = (_front(audit, reading, wanted), _body(audit, reading, wanted))
    return "\n".join(line for part in parts for line in part) + "\n"


def _front(audit: Mapping[str, Any], reading: AuditReading, treatment: str) -> Iterator[str]:
    """The metadata, as YAML that is JSON: quoted, so that a name can be nothing but a text."""
    results = [
        {
            "type": level["metric"]["name"],
            "name": reading.metric(level["metric"]["key"]),
            "value": round(level["value"]["mean"], 6),
        }
        for level in reading.values(treatment)
    ]
    data = {"type": "tabular", "name": name(audit["data"]["name"])}
    task = {"type": "tabular-classification", "name": "classification"}
    index = {
        "name": name(audit["study"]["name"]),
        "results": [{"task": task, "dataset": data, "metrics": results}],
    }
    yield "---"
    yield f"pipeline_tag: {json.dumps('tabular-classification')}"
    yield f"tags: {json.dumps(['tabular-classification', 'trustworthy-ai', 'interplay'])}"
    yield f"model-index: {json.dumps([index])}"
    yield "---"
    yield ""
    yield f"# {escaped(name(audit['study']['name']))}: {escaped(reading.treatment(treatment))}"


def _body(audit: Mapping[str, Any], reading: AuditReading, treatment: str) -> Iterator[str]:
    data, study, own = audit["data"], audit["study"], reading.treatments[treatment]
    yield from _part("Model details", [*audit["methods"]["statements"][:2], _budget(own)])
    yield from _part(
        "Intended use", [study["purpose"] or "The study does not say what the model decides, and about whom."]
    )
    yield from _part(
        "Factors", [_groups(group) for group in data["groups"]] or ["No sensitive attribute was declared."]
    )
    yield from _part("Training and evaluation data", _rows(data))
    yield from (
        "",
        "## Metrics",
        "",
        f"Mean over {own['members']} models, 90 % interval, and what a constant model gets.",
        "",
    )
    yield "| aspect | metric | value | interval | constant model |"
    yield "|---|---|---|---|---|"
    yield from (_row(reading, **level) for level in reading.values(treatment))
    yield from _part("Harms", _harms(audit, reading, treatment))
    yield from _part(
        "Caveats",
        [
            "Levels are about a recipe: a model that is trained again by it lies about as far from them as the models here do.",
            "Attacks give upper bounds: that none was found by an attack at this sample size does not say that there is none.",
            f"Study {study['digest'][:16]}, data {data['fingerprint'][:16]}, interplay {audit['software']['version']}.",
        ],
    )


def _part(title: str, lines: list[str]) -> Iterator[str]:
    yield from ("", f"## {title}", "")
    yield from (f"- {escaped(clean(line, 2_000))}" for line in lines if line)


def _budget(treatment: Mapping[str, Any]) -> str:
    spent = treatment["privacy"]
    if spent is None:
        return "No guarantee of differential privacy."
    return f"Differential privacy: epsilon {spent['epsilon']:.3g}, delta {spent['delta']:.2g}, for one row of training."


def _groups(group: Mapping[str, Any]) -> str:
    sizes = ", ".join(f"{name(one['name'])} {one['rows']:,} rows" for one in group["sizes"])
    return f"{name(group['name'])}: {sizes}; compared with {name(group['reference'])}"


def _rows(data: Mapping[str, Any]) -> list[str]:
    parts = ", ".join(f"{part['name']} {part['rows']:,}" for part in data["parts"])
    features = ", ".join(name(one["name"]) for one in data["features"])
    return [
        f"{name(data['name'])}, {data['rows']:,} rows ({parts}).",
        f"Predicted is {name(data['label'])}; people hope for {name(str(data['favourable']))}.",
        f"The model sees: {features}.",
    ]


def _row(reading: AuditReading, metric: Mapping[str, Any], value: Mapping[str, Any]) -> str:
    scale = level_scale(metric)
    between = scale.interval(value["low"], value["high"])
    numbers = (scale.amount(value["mean"]), between, scale.amount(metric["constant"]))
    cells = (metric["aspect"], escaped(reading.metric(metric["key"])), *numbers)
    return f"| {' | '.join(cells)} |"


def _harms(audit: Mapping[str, Any], reading: AuditReading, treatment: str) -> list[str]:
    """The harms shown of the treatment against what it was compared with, the most certain first."""
    shown = [
        effect
        for effect in audit["effects"]
        if effect["treatment"] == treatment and effect["tuning"] == "tuned" and effect["verdict"] == "harm"
    ]
    shown.sort(key=lambda effect: (not effect["primary"], effect["adjusted_p"]))
    lines = [effect_sentence(reading, effect) for effect in shown[:LISTED]]
    more = len(shown) - LISTED
    if more > 0:
        lines.append(f"{more} more are in the report.")
    return lines or ["No harm beyond the tolerances was shown of it at this sample size."]
