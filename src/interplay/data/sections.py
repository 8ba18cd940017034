"""What a study says about its data and its groups."""

from typing import Any, Literal

from pydantic import Field

from interplay.data.features import MOST_CATEGORIES
from interplay.data.split import AUDIT_SHARE
from interplay.sections import Section

PURPOSES = {
    "person": "names the person",
    "weight": "weighs the rows",
    "time": "orders the rows in time",
    "trained_on": "marks the rows that a given model was trained on",
}
"""What a column is for that a study names and the model does not see, by the key of `DataSection`."""


class DataSection(Section):
    """Which rows, which column is decided, and what the model may see."""

    source: str
    """A path to a CSV or Parquet file, or the name of a data set: mortgage, digits, adult, silobank."""
    path: str | None = None
    """Where a named data set lies when it does not ship with a package (adult)."""
    label: str | None = None
    """The column to predict; named data sets have one."""
    favourable: str | int | float | bool | None = None
    """The label value a person hopes for; None takes the data set's own, else the last value, with a warning."""
    classes: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Classes that several label values make, such as { Yes = ["Yes", "yes"] }."""
    features: tuple[str, ...] | None = None
    """The columns the model sees; None means all but the label, the groups and the dropped ones."""
    drop: dict[str, str] = Field(default_factory=dict)
    """Columns left out, each with the reason."""
    immutable: tuple[str, ...] = ()
    """Columns an attacker cannot change."""
    largest_change: dict[str, float] = Field(default_factory=dict)
    """How far an attacker can move a number, in the column's own unit, such as { income = 500 }; for a column on a
    logarithmic scale the factor by which 1 + value grows or shrinks at most. Other columns move by the attack's radius,
    in standard deviations."""
    radius: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    """How far an attacker can move a column at most, in standard deviations of it. An intervention that declares a radius of its
    own trains with that. Where nothing declares any, it is found on the tuning rows."""
    categorical: tuple[str, ...] = ()
    """Columns whose numbers are codes: every value is a category of its own."""
    most_categories: int = Field(default=MOST_CATEGORIES, ge=2, le=10_000)
    """Up to how many categories of a column have a column of their own; rarer ones share one."""
    days: tuple[str, ...] = ()
    """Columns of dates that the model sees, as days since the earliest; other dates are left out."""
    time: str | None = None
    """The column that says when: the latest rows test and confirm, and earlier ones train, tune and calibrate."""
    weight: str | None = None
    """The column that says how much a row counts, as for a survey: in training, in fitting and in every metric."""
    person: str | None = None
    """The column that names the person a row is about, where people can have several rows. All rows of a person lie in
    one part of the split, and the model does not see the column."""
    trained_on: str | None = None
    """The column that is true, or 1, for the rows that a trained model of kind "fitted" was trained on. They are measured for
    membership only; every other metric is measured on the other rows."""
    twins: Literal["together", "apart"] = "together"
    """Rows that agree in every feature lie in one part of the split; "apart" where they are different people who agree
    by chance, as with few and coarse features."""
    audit_share: float = Field(default=AUDIT_SHARE, ge=0.02, le=0.4)
    """The share of the rows that is held back for `interplay confirm`; more of it leaves fewer rows to train on."""
    missing: dict[str, tuple[float | str, ...]] = Field(default_factory=dict)
    """Values that stand for "missing", per column; "inf" and "-inf" are infinite numbers. An empty list says that only empty
    cells of the column are missing, and "NA" is a value."""
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
