"""The study: what the user declares before anything runs."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from interplay.aspects import RANKED_ASPECTS, Aspect


class Section(BaseModel):
    """A part of a study; unknown keys are errors, values are frozen."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class DataSection(Section):
    """Which rows, which column is decided, and what the model may see."""

    source: str
    """A path to a CSV or Parquet file, or the name of a data set: mortgage, digits, adult, silobank."""
    path: str | None = None
    """Where a named data set lies when it does not ship with a package (adult)."""
    label: str | None = None
    """The column to predict; named data sets have one."""
    favourable: str | int | float | bool | None = None
    """The label value a person hopes for; None takes the data set's own, else the larger of two values."""
    features: tuple[str, ...] | None = None
    """The columns the model sees; None means all but the label, the groups and the dropped ones."""
    drop: dict[str, str] = Field(default_factory=dict)
    """Columns left out, each with the reason."""
    immutable: tuple[str, ...] = ()
    """Columns an attacker cannot change."""
    missing: dict[str, tuple[float | str, ...]] = Field(default_factory=dict)
    """Values that stand for "missing", per column."""
    options: dict[str, Any] = Field(default_factory=dict)
    """Parameters of a generated data set (silobank: rows, share of women, placebo)."""


class GroupSection(Section):
    """One sensitive attribute."""

    column: str | None = None
    """The column; None means the column of the same name."""
    reference: str | None = None
    """The group others are compared with; None means the largest."""
    merge: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """New group names and the values they join."""
    bins: tuple[float, ...] = ()
    """Edges that cut a numeric column into groups."""
    feature: bool = False
    """Whether the model may see the column."""


class GroupsSection(Section):
    """The sensitive attributes, their intersections, and the smallest denominator a group may have."""

    attributes: dict[str, GroupSection] = Field(default_factory=dict)
    intersections: tuple[tuple[str, ...], ...] = ()
    mitigate: str | None = None
    """The grouping fairness interventions act on; None means the first attribute."""
    minimum_rows: int = Field(default=100, ge=1)


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
