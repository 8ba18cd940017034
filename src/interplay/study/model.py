"""The study: what the user declares before anything runs."""

from typing import Any, Literal

from pydantic import Field

from interplay.aspects import RANKED_ASPECTS, Aspect
from interplay.data.sections import DataSection, GroupsSection
from interplay.sections import Section


class ModelSection(Section):
    """The model and how it is trained without any intervention."""

    hidden: tuple[int, ...] = (16,)
    """Widths of the hidden layers; empty means logistic regression."""
    optimiser: Literal["sgd", "adam"] = "sgd"
    learning_rate: float = Field(default=0.1, gt=0)
    """The rate of the control as applied; the tuned arm chooses from `learning_rates`."""
    learning_rates: tuple[float, ...] = (0.01, 0.03, 0.1, 0.3, 1.0)
    batch_size: int | Literal["full"] = "full"
    steps: int = Field(default=400, ge=1)
    weight_decay: float = Field(default=0.0, ge=0)


class InterventionSection(Section):
    """One intervention by its catalogue name, and its parameters."""

    name: str
    parameters: dict[str, Any] = Field(default_factory=dict)


class PrioritiesSection(Section):
    """The ranking of the aspects, and who set it."""

    ranking: tuple[Aspect, ...] = RANKED_ASPECTS
    set_by: str = ""
    set_on: str = ""
    stakeholders: tuple[str, ...] = ()


class LimitSection(Section):
    """A hard limit on a metric: a treatment that breaks it is not admissible."""

    metric: str
    at_least: float | None = None
    at_most: float | None = None
    reason: str = ""


class SoftGoalSection(Section):
    """A goal without a measurement: shown with its evidence, never gating."""

    aspect: Literal["accountability", "human agency", "safety", "alignment", "diversity"]
    text: str
    responsible: str
    evidence: str = ""


class Study(Section):
    """Everything a user declares: data, groups, model, interventions, priorities, limits, tolerances and goals."""

    version: Literal[1] = 1
    name: str
    purpose: str = ""
    seed: int = Field(default=0, ge=0)
    members: int = Field(default=16, ge=2)
    draws: int = Field(default=200, ge=50)
    data: DataSection
    groups: GroupsSection = GroupsSection()
    model: ModelSection = ModelSection()
    interventions: tuple[InterventionSection, ...] = ()
    priorities: PrioritiesSection = PrioritiesSection()
    limits: tuple[LimitSection, ...] = ()
    tolerances: dict[str, float] = Field(default_factory=dict)
    soft_goals: tuple[SoftGoalSection, ...] = ()
