"""What a first study should say about a table, before anyone has read it column by column."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from interplay.arrays import Array, Float
from interplay.data.checks import FEWEST_FOR_IDENTITY, useless
from interplay.data.column_names import known_later, names_people, names_the_row, weighs_rows
from interplay.data.features import MOST_CATEGORIES
from interplay.data.groups import MOST_VALUES
from interplay.data.labels import classes
from interplay.data.levels import as_text, levels
from interplay.data.missing import without
from interplay.data.nearest import suggestion
from interplay.data.sentinels import sentinels
from interplay.data.spelling import spelled_alike
from interplay.data.table import Column, Table
from interplay.errors import DataError

FEW_NAMES = 20
"""A column called a name with up to so many values is rather the name of a product or a branch."""
CODES = 3, 30
"""How many different whole numbers may be codes."""
QUARTERS = 0.25, 0.5, 0.75


@dataclass(frozen=True)
class ColumnSummary:
    """A column as the comments of a first study list it: `distinct` values and `missing` ones, in `rows` rows."""

    name: str
    kind: str
    distinct: int
    missing: int
    rows: int


@dataclass(frozen=True)
class Proposals:
    """What a first study says about a table.

    Written so that it holds: `drop`, columns left out with the reason; `missing`, values that stand for a missing one;
    `classes`, label values that differ in writing only; `groups`, the sensitive attributes with the edges of their bins; and
    `weight`. Only asked about: `doubtful` columns with the reason, numbers that may be codes (`categorical`), `dates`, the
    column that may name a `person`, and `wide` columns with their number of categories. `counts` are the rows of each class,
    `sizes` those of the groups of each attribute.
    """

    label: str
    counts: Mapping[str, int]
    columns: tuple[ColumnSummary, ...]
    groups: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    sizes: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    drop: Mapping[str, str] = field(default_factory=dict)
    doubtful: Mapping[str, str] = field(default_factory=dict)
    missing: Mapping[str, tuple[float | str, ...]] = field(default_factory=dict)
    classes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    weight: str | None = None
    categorical: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()
    person: str | None = None
    wide: Mapping[str, int] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """How many rows the table has."""
        return sum(self.counts.values())


def propose(table: Table, label: str, groups: Sequence[str]) -> Proposals:
    """What a first study of this table should say.

    Raises DataError, with the nearest column, for a label or a group that is no column, for one column in two roles, and for
    a label that is missing in some rows, has one value, or looks like a quantity.

    Example:
        >>> from interplay.data.table import numbers, table, texts
        >>> months = numbers("months", [-999.0] * 6 + [3.0, 40.0, 12.0, 7.0])
        >>> paid = texts("paid", ["Yes", "yes", "No", "No", "Yes"] * 2)
        >>> found = propose(table([months, paid], "example"), "paid", [])
        >>> dict(found.missing), dict(found.classes)
        ({'months': (-999,)}, {'Yes': ('Yes', 'yes')})

    Does not show: whether a column was known before the decision.
    """
    _check_roles(list(table.columns), label, groups, table.source)
    alike = {_most_frequent(table.column(label), names): names for names in spelled_alike(_names(table.column(label)))}
    codes, names = classes(table.column(label), alike)
    missing = {column.name: values for column in table.columns.values() if (values := _missing(column, label))}
    known = table.replaced(*(without(table.column(name), values)[0] for name, values in missing.items()))
    summaries = tuple(_summary(column) for column in known.columns.values())
    others = [one for one in summaries if one.name not in (label, *groups)]
    weight = next((one.name for one in others if _weighs(known.column(one.name))), None)
    drop = {one.name: why for one in others if one.name != weight and (why := _dropped(known.column(one.name), one))}
    left = [one for one in others if one.name not in drop and one.name != weight and one.name not in table.dates]
    repeated = (one.name for one in left if names_the_row(one.name) and 20 <= one.distinct < one.rows - one.missing)
    bins = {name: _bins(known.column(name)) for name in groups}
    return Proposals(
        label=label,
        counts=dict(zip(names, np.bincount(codes, minlength=len(names)).tolist(), strict=True)),
        columns=summaries,
        groups=bins,
        sizes={name: _sizes(known.column(name), edges) for name, edges in bins.items()},
        drop=drop,
        doubtful={one.name: why for one in left if (why := _doubtful(one))},
        missing=missing,
        classes=alike,
        weight=weight,
        categorical=tuple(one.name for one in left if _codes(known.column(one.name), one)),
        dates=tuple(one.name for one in others if one.name in table.dates and one.name not in drop),
        person=next(repeated, None),
        wide={one.name: one.distinct for one in left if one.kind == "categorical" and one.distinct > MOST_CATEGORIES},
    )


def named_groups(text: str, names: Sequence[str]) -> list[str]:
    """The columns named in a list that commas separate, where names may hold commas themselves.

    As many pieces as make the name of a column are taken together; what makes none is a name by itself.

    Example:
        >>> named_groups("race, sex,age", ["race, sex", "age"]), named_groups("race,sex", ["race", "sex"])
        (['race, sex', 'age'], ['race', 'sex'])
    """
    pieces, found = text.split(","), []
    while pieces:
        ends = range(len(pieces), 0, -1)
        joined = ((end, ",".join(pieces[:end])) for end in ends)
        end, name = next(((end, one) for end, one in joined if one in names or one.strip() in names), (1, pieces[0]))
        found.append(name if name in names else name.strip())
        pieces = pieces[end:]
    return [name for name in found if name]


def _check_roles(names: Sequence[str], label: str, groups: Sequence[str], source: str) -> None:
    for role, name in (("label", label), *(("group", name) for name in groups)):
        if name not in names:
            raise DataError(f"a column of the table as the {role}", repr(name), source, suggestion(name, names))
    roles = [label, *groups]
    twice = next((name for position, name in enumerate(roles) if name in roles[:position]), None)
    if twice is not None:
        found = f"{twice!r} twice"
        raise DataError("the label and the groups in columns of their own", found, source, "name each column once")


def _names(column: Column) -> tuple[str, ...]:
    return levels(column)[1]


def _most_frequent(column: Column, names: tuple[str, ...]) -> str:
    codes, known = levels(column)
    return max(names, key=lambda name: int((codes == known.index(name)).sum()))


def _missing(column: Column, label: str) -> tuple[float | str, ...]:
    found = () if column.name == label else sentinels(column)
    return tuple(int(value) if np.isfinite(value) else str(value) for value in found)


def _summary(column: Column) -> ColumnSummary:
    distinct = len(pd.unique(column.known))
    return ColumnSummary(column.name, column.kind, distinct, int(column.missing.sum()), len(column.values))


def _weighs(column: Column) -> bool:
    return weighs_rows(column.name) and column.kind == "numeric" and bool((column.values > 0).all())


def _dropped(column: Column, one: ColumnSummary) -> str:
    """Why a column is proposed to be left out: what an inspection drops anyway, and what its name adds."""
    if why := useless(column):
        return why
    present = one.rows - one.missing
    if present < FEWEST_FOR_IDENTITY or one.kind == "boolean":
        return ""
    if one.kind == "categorical" and one.distinct > FEW_NAMES and names_people(one.name):
        return f"it seems to hold names or addresses of people: {one.distinct} distinct values"
    if one.distinct == present and names_the_row(one.name):
        return "it seems to name the row: every value is different"
    return ""


def _doubtful(one: ColumnSummary) -> str:
    present = one.rows - one.missing
    if known_later(one.name):
        return "was it recorded at or after the decision?"
    if present < FEWEST_FOR_IDENTITY or one.kind != "categorical" or one.distinct <= present / 2:
        return ""
    return f"perhaps it names the row: {one.distinct} distinct values in {present} rows"


def _codes(column: Column, one: ColumnSummary) -> bool:
    if column.kind != "numeric" or not CODES[0] <= one.distinct <= CODES[1]:
        return False
    known = column.known
    return bool((known == np.round(known)).all())


def _bins(column: Column) -> tuple[float, ...]:
    """Edges near the quartiles for a number with many values; none for others."""
    known = column.known
    if column.kind != "numeric" or len(np.unique(known)) <= MOST_VALUES:
        return ()
    return tuple(_rounded(np.quantile(known, QUARTERS), known)) or (float(np.median(known)),)


def _sizes(column: Column, edges: tuple[float, ...]) -> tuple[int, ...]:
    """The rows of each group."""
    known = column.known
    codes = np.digitize(known, edges) if edges else np.unique(known, return_inverse=True)[1]
    return tuple(np.bincount(codes.reshape(-1)).tolist())


def _rounded(edges: Float[Array, " edge"], known: Float[Array, " row"]) -> Iterator[float]:
    """The edges as a person would write them: multiples of 1, 2 or 5 times a power of ten, each once, inside the range."""
    spread = float(np.subtract(*np.quantile(known, (0.95, 0.05)))) or float(np.ptp(known))
    power = 10.0 ** np.floor(np.log10(spread / 20))
    step = next(power * times for times in (1, 2, 5, 10) if power * times >= spread / 20)
    for edge in np.unique(np.round(edges / step)):
        value = float(as_text(float(np.format_float_positional(edge * step, 12, trim="0"))))
        if known.min() < value <= known.max():
            yield value
