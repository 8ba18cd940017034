"""Everything of the house by name, found by discovery: interventions, metrics and interactions.

Other packages add their own under the entry point groups "interplay.interventions", "interplay.metrics" (classes) and
"interplay.interactions" (the constant INTERACTION). They appear as "package/name"; foreign probes join those of their
pair, so that there is one interaction for every directed pair.
"""

import inspect
import math
from collections.abc import Mapping
from dataclasses import MISSING, Field, asdict, fields, replace
from functools import cache
from types import MappingProxyType
from typing import Any, TypeVar

import interplay.interactions
import interplay.interventions
import interplay.metrics
from interplay import discovery
from interplay.errors import DiscoveryError
from interplay.interactions import Interaction
from interplay.interventions import Intervention
from interplay.metrics import Metric

Kind = TypeVar("Kind", Intervention, Metric)

ALIASES: Mapping[str, str] = MappingProxyType({})
"""Old names and the ones that replaced them, so that stored studies stay readable after a file is renamed."""


DECLARED = "declared by the study"
"""Where an intervention that a study describes is described."""


def current(name: str) -> str:
    """The name a thing has today.

    Example:
        >>> current("dp_sgd")
        'dp_sgd'
    """
    return ALIASES.get(name, name)


@cache
def interventions() -> dict[str, type[Intervention]]:
    """Every intervention by name."""
    ours = discovery.classes(interplay.interventions, Intervention)
    return {**ours, **_foreign("interplay.interventions", Intervention)}


@cache
def metrics() -> dict[str, type[Metric]]:
    """Every metric by name."""
    ours = discovery.classes(interplay.metrics, Metric)  # type: ignore[type-abstract]
    return {**ours, **_foreign("interplay.metrics", Metric)}  # type: ignore[type-abstract]


@cache
def interactions() -> dict[str, Interaction]:
    """Every interaction by name, one per directed pair; it holds the probes that other packages add to the pair."""
    found = discovery.constants(interplay.interactions, "INTERACTION", Interaction)
    for name, added in discovery.contributed("interplay.interactions", Interaction).items():
        if added.name not in found:
            raise DiscoveryError(
                "one of the directed pairs of the catalogue", added.name, f"entry point {name}", "correct its aspects"
            )
        package = name.partition("/")[0]
        probes = (replace(probe, name=f"{package}/{probe.name}") for probe in added.probes)
        found[added.name] = replace(found[added.name], probes=(*found[added.name].probes, *probes))
    return found


def _foreign(group: str, base: type[Kind]) -> dict[str, type[Kind]]:
    found: dict[str, type[Kind]] = {}
    for name, kind in discovery.contributed(group, type).items():
        if not issubclass(kind, base) or inspect.isabstract(kind):
            raise DiscoveryError(
                f"a final subclass of {base.__name__}", kind.__name__, f"entry point {name}", "correct its value"
            )
        if discovery.name_of(kind) != name:
            raise DiscoveryError(
                f"a name like that of its file, {discovery.name_of(kind)}",
                name,
                f"entry point {name}",
                "name the entry point after the file that defines the class",
            )
        found[name] = kind
    return found


def describe() -> dict[str, Any]:
    """The whole catalogue as plain dictionaries and lists, ready for JSON."""
    return {
        "interventions": [_intervention(name, kind) for name, kind in interventions().items()],
        "metrics": [_metric(name, kind) for name, kind in metrics().items()],
        "interactions": [_interaction(name, one) for name, one in interactions().items()],
        "aliases": dict(ALIASES),
    }


def _intervention(name: str, kind: type[Intervention]) -> dict[str, Any]:
    return {
        "name": name,
        "title": kind.title,
        "summary": _first_line(kind),
        "aspects": [aspect.value for aspect in kind.aspects],
        "phase": phase(kind).__name__,
        "parameters": _parameters(kind),
        "serves": [_plain(asdict(service)) for service in kind.serves],
        "reference": kind.reference or DECLARED,
    }


def _metric(name: str, kind: type[Metric]) -> dict[str, Any]:
    return {
        "name": name,
        "title": kind.title,
        "summary": _first_line(kind),
        "aspect": kind.aspect.value,
        "direction": kind.direction,
        "unit": kind.unit,
        "bounds": [_finite(bound) for bound in kind.bounds],
        "tolerance": kind.tolerance,
        "relative": kind.relative,
        "headline": kind.headline,
        "parameters": _parameters(kind),
        "needs": [need.__name__ for need in kind.needs],
        "reference": kind.reference,
    }


def _interaction(name: str, one: Interaction) -> dict[str, Any]:
    return {
        "name": name,
        "source": one.source.value,
        "target": one.target.value,
        "section": one.section,
        "summary": one.summary,
        "probes": [_plain(asdict(probe)) for probe in one.measured],
        "unmeasured": [_plain(asdict(probe)) for probe in one.unmeasured],
    }


def phase(kind: type[Intervention]) -> type[Intervention]:
    """The abstract class that says when an intervention acts.

    Example:
        >>> phase(interventions()["dp_sgd"]).__name__
        'GradientIntervention'
    """
    return next(base for base in kind.__mro__[::-1] if base is not Intervention and issubclass(base, Intervention))


def _first_line(kind: type) -> str:
    return inspect.cleandoc(kind.__doc__ or "").partition("\n")[0]


def _parameters(kind: type[Intervention] | type[Metric]) -> list[dict[str, Any]]:
    return [{"name": field.name, "default": _default(field)} for field in fields(kind)]


def _default(field: "Field[Any]") -> Any:
    default = field.default if field.default_factory is MISSING else field.default_factory()
    return None if default is MISSING else _plain(default)


def _finite(bound: float) -> float | None:
    return bound if math.isfinite(bound) else None


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, tuple | list) else value
