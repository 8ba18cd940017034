"""An interaction, or one of its probes, in plain words: what it is, how it is measured, and what a run found of it."""

import inspect
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from interplay import catalogue
from interplay.data.nearest import suggestion
from interplay.decision.mitigations import mitigations
from interplay.errors import StudyError
from interplay.interactions import Interaction, Probe, Unmeasured
from interplay.metrics import GroupMetric
from interplay.report.names import clean

WIDTH = 96
EXPECTED = {"harm": "harm", "improvement": "an improvement", "either": "either direction"}


def pair_name(interaction: Interaction) -> str:
    """The short name of a directed pair.

    Example:
        >>> pair_name(catalogue.interactions()["privacy_to_fairness"])
        'P->F'
    """
    return f"{interaction.source.letter}->{interaction.target.letter}"


def explain(asked: str, audit: Mapping[str, Any] | None = None) -> str:
    """What is known of a pair ("P->F", "privacy_to_fairness") or of a probe ("P->F.clipping", "privacy_to_fairness/worst
    group"), and what an audit found of it where one is given.

    Raises StudyError where there is no such pair or probe.
    """
    interaction, probe = _find(asked)
    lines = _of_pair(interaction) if probe is None else _of_probe(interaction, probe)
    if audit is not None:
        lines = [*lines, *_found(interaction, probe, audit)]
    return "\n".join(clean(line, 4_000) for line in lines)


def _find(asked: str) -> tuple[Interaction, Probe | Unmeasured | None]:
    known: dict[str, tuple[Interaction, Probe | Unmeasured | None]] = {}
    for name, interaction in catalogue.interactions().items():
        short = pair_name(interaction)
        known |= dict.fromkeys((name, short), (interaction, None))
        for probe in interaction.probes:
            names = [f"{name}/{probe.name}", f"{short}/{probe.name}", *([probe.alias] if probe.alias else [])]
            known |= dict.fromkeys(names, (interaction, probe))
    folded = {key.lower(): key for key in known}
    key = folded.get(asked.strip().lower().replace("→", "->"))
    if key is None:
        remedy = f"{suggestion(asked, sorted(known))}; all of them: interplay catalogue"
        raise StudyError("a directed pair or one of its probes", repr(asked), "interplay explain", remedy)
    return known[key]


def _of_pair(interaction: Interaction) -> list[str]:
    first, second = interaction.source.value, interaction.target.value
    lines = [
        f"{pair_name(interaction)}: what {first} interventions do to {second}  (Cresswell, 2025, section {interaction.section})",
        "",
        *_wrapped(interaction.summary),
    ]
    lines += ["", "Measured by"]
    for probe in interaction.measured:
        lines += _item(f"{_name(probe)}{'' if probe.primary else ' (secondary)'}", probe.claim)
    if interaction.unmeasured:
        lines += ["", "Not measured by this version"]
        for missing in interaction.unmeasured:
            lines += _item(_name(missing), f"{missing.claim} It needs {missing.missing}.")
    if tried := mitigations(interaction.source, interaction.target):
        lines += ["", "What to try against a harm; each is one more treatment, to be declared and measured"]
        for one in tried:
            lines += _item("", f"{one.text} ({f'{one.intervention}; ' if one.intervention else ''}{one.reference})")
    return lines


def _of_probe(interaction: Interaction, probe: Probe | Unmeasured) -> list[str]:
    lines = [f"{pair_name(interaction)}, {_name(probe)}  (Cresswell, 2025, section {interaction.section})", ""]
    lines += _wrapped(probe.claim)
    if isinstance(probe, Unmeasured):
        lines += _section("Not measured by this version", f"It needs {probe.missing}.")
    else:
        lines += [*_section("Why it may happen", probe.mechanism), *_section("How it is measured", _how(probe))]
        lines += _section("What the number is", _metric_in_words(probe.metric))
        lines += _section("What it does not show", _does_not_show(probe.metric))
        lines += _section("A world in which it is known to happen", probe.positive_control)
        lines += _section("A world in which it is known not to", probe.negative_control)
    lines += _section("What the literature expects", f"{EXPECTED[probe.expects]}; it never enters a verdict.")
    return [*lines, "", "Sources", *(f"  {one}" for one in probe.references)]


def _how(probe: Probe) -> str:
    metric = catalogue.metrics()[probe.metric]
    applied = " or ".join(probe.interventions)
    where = f", each with {' and '.join(probe.context)}" if probe.context else ""
    if probe.baseline == "absent":
        against = "zero: without the intervention there is nothing of this kind"
    elif probe.baseline == "same":
        other = catalogue.metrics()[str(probe.baseline_metric)]
        against = f"{other.title} ({probe.baseline_metric}) of the same models and rows"
    else:
        against = f"the same without it{f', but with {chr(32).join(probe.replaces)} instead' if probe.replaces else ''}"
    better = metric.direction.replace("_", " ")
    judged = " It is judged for every group." if issubclass(metric, GroupMetric) else ""
    weight = _weight(probe)
    return (
        f"{metric.title} ({probe.metric}; {better}) of models with {applied}{where}, against {against}. A change for the worse "
        f"counts as harm where it exceeds the tolerance, {metric.tolerance:g} {'as a ratio' if metric.relative else metric.unit} "
        f"unless the study declares another one.{judged} {weight}"
    )


def _weight(probe: Probe) -> str:
    known = catalogue.interventions()
    if probe.primary:
        return "It decides the verdict of the pair."
    if not any(known[name].aspects for name in probe.interventions):
        return "It says where a harm comes from, and is no part of the verdict."
    return "It is secondary: shown, and no part of the verdict."


def _metric_in_words(name: str) -> str:
    text = inspect.cleandoc(catalogue.metrics()[name].__doc__ or "")
    return text.partition("\n\nReference:")[0]


def _does_not_show(name: str) -> str:
    text = inspect.cleandoc(catalogue.metrics()[name].__doc__ or "")
    said = text.partition("Does not show: ")[2]
    return said[:1].upper() + said[1:]


def _found(interaction: Interaction, probe: Probe | Unmeasured | None, audit: Mapping[str, Any]) -> Iterator[str]:
    study = audit.get("study", {}).get("name", "")
    yield from ("", f"In the run of {study!r}")
    names = [one.name for one in (interaction.probes if probe is None else [probe])]
    wanted = {f"{interaction.name}/{name}" for name in names}
    effects = [one for one in audit["effects"] if one["probe"] in wanted and one["tuning"] == "tuned"]
    if not effects:
        yield "  nothing was compared for it: no intervention of it is listed, or what it reads is not released"
    for one in effects:
        contrast = f", {one['contrast']}" if one["contrast"] else ""
        verdict = str(one["verdict"] or "not measured").replace("_", " ")
        yield from _item(f"{one['treatment']}: {one['metric']}{contrast}", f"{verdict}. {one['reason']}")


def _name(probe: Probe | Unmeasured) -> str:
    return f"{probe.name} [{probe.alias}]" if probe.alias else probe.name


def _section(title: str, text: str) -> list[str]:
    paragraphs = [_wrapped(part, "  ") for part in text.split("\n\n")]
    return ["", title, *(line for place, part in enumerate(paragraphs) for line in ([""] if place else []) + part)]


def _item(head: str, text: str) -> Sequence[str]:
    return [*([f"  - {head}"] if head else []), *_wrapped(text, "    " if head else "  - ", "    ")]


def _wrapped(text: str, first: str = "", later: str | None = None) -> list[str]:
    return textwrap.wrap(
        " ".join(text.split()), WIDTH, initial_indent=first, subsequent_indent=first if later is None else later
    )
