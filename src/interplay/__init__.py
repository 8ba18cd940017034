"""interplay: what every trust intervention does to every other aspect of trust, on your own data and model."""

from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from interplay.auditing.confirm import confirm
    from interplay.auditing.finished import open
    from interplay.auditing.given import audit
    from interplay.auditing.result import Audit
    from interplay.auditing.run import run
    from interplay.auditing.tracked import track
    from interplay.data.sections import DataSection, GroupSection, GroupsSection
    from interplay.errors import InterplayError
    from interplay.families.fitted.given import fitted
    from interplay.gating.approval import approve
    from interplay.gating.compare import compare
    from interplay.gating.gate import gate
    from interplay.study.load import load
    from interplay.study.model import (
        InterventionSection,
        LimitSection,
        ModelSection,
        PrioritiesSection,
        SoftGoalSection,
        Study,
    )

_HOMES = {
    "Audit": "interplay.auditing.result",
    "audit": "interplay.auditing.given",
    "open": "interplay.auditing.finished",
    "approve": "interplay.gating.approval",
    "compare": "interplay.gating.compare",
    "confirm": "interplay.auditing.confirm",
    "gate": "interplay.gating.gate",
    "run": "interplay.auditing.run",
    "track": "interplay.auditing.tracked",
    "DataSection": "interplay.data.sections",
    "GroupSection": "interplay.data.sections",
    "GroupsSection": "interplay.data.sections",
    "InterplayError": "interplay.errors",
    "fitted": "interplay.families.fitted.given",
    "load": "interplay.study.load",
    "InterventionSection": "interplay.study.model",
    "LimitSection": "interplay.study.model",
    "ModelSection": "interplay.study.model",
    "PrioritiesSection": "interplay.study.model",
    "SoftGoalSection": "interplay.study.model",
    "Study": "interplay.study.model",
}

__all__ = [
    "Audit",
    "DataSection",
    "GroupSection",
    "GroupsSection",
    "InterplayError",
    "InterventionSection",
    "LimitSection",
    "ModelSection",
    "PrioritiesSection",
    "SoftGoalSection",
    "Study",
    "approve",
    "audit",
    "compare",
    "confirm",
    "fitted",
    "gate",
    "load",
    "open",
    "run",
    "track",
]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return version("interplay")
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'interplay' has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
