"""The part of a new study about its table: columns, classes, what is left out, and rows that are held back."""

from collections.abc import Mapping, Sequence
from math import ceil

from interplay.data.features import MOST_CATEGORIES
from interplay.data.proposals import ColumnSummary, Proposals
from interplay.data.split import AUDIT_SHARE
from interplay.study.quoting import toml_key, toml_text, toml_texts, toml_value
from interplay.study.starter.groups import MINIMUM_ROWS

DECIDING_ROWS = 61
"""Rows that settle this limit for a treatment that hardly differs from the control, were the classes of one size
(`interplay.design.resolution.rows_needed`)."""
LARGEST_AUDIT_SHARE = 0.2
"""More is not proposed: these rows are missing in training."""
LISTED = 40
"""How many columns the comments list."""


def audit_share(proposed: Proposals) -> float:
    """The share of the rows held back for a confirmation: enough to settle the proposed limit, and for the two largest
    groups of each attribute to be compared; at least the usual share.

    What would take more than `LARGEST_AUDIT_SHARE` is not reached, and then not aimed at.

    Example:
        >>> audit_share(Proposals("paid", {"no": 1_000, "yes": 1_000}, (), {"sex": ()}, {"sex": (1_400, 600)}))
        0.17
        >>> audit_share(Proposals("paid", {"no": 1_000, "yes": 1_000}, (), {"race": ()}, {"race": (1_900, 100)}))
        0.06
    """
    classes = proposed.counts.values()
    settling = DECIDING_ROWS * sum(1 / max(count, 1) for count in classes) / len(classes) ** 2
    comparing = [MINIMUM_ROWS / max(sorted(sizes)[-2], 1) for sizes in proposed.sizes.values() if len(sizes) > 1]
    wanted = [share for share in (settling, *comparing) if share <= LARGEST_AUDIT_SHARE]
    return max([AUDIT_SHARE, *(ceil(100 * share) / 100 for share in wanted)])


def data_part(source: str, proposed: Proposals, favourable: str | None) -> str:
    """The table, its label and its columns."""
    others = [one for one in proposed.columns if one.name != proposed.label and one.name not in proposed.groups]
    listed = "\n".join(_described(column) for column in others[:LISTED])
    more = f"\n#   and {len(others) - LISTED} more" if len(others) > LISTED else ""
    return f"""\
[data]
# A CSV or Parquet file; a relative path starts at the folder of this file.
source = {toml_text(source)}

# The column to predict.
label = {toml_text(proposed.label)}
{_classes(proposed)}{_favourable(proposed, favourable)}\
# The columns that the model sees; without it, all but the label, the sensitive attributes and the dropped ones:
{listed or "#   none"}{more}
{_column_examples(others, proposed)}{_codes(proposed)}{_categories(proposed)}{_missing(others, proposed)}\
{_dates(proposed)}{_weight(proposed)}{_split(proposed)}"""


def _classes(proposed: Proposals) -> str:
    if not proposed.classes:
        return ""
    return f"""\
# These values differ in writing only, and are one class.
classes = {{ {_tables(proposed.classes)} }}
"""


def _favourable(proposed: Proposals, favourable: str | None) -> str:
    shares = ", ".join(f"{toml_text(name)} {rows}" for name, rows in proposed.counts.items())
    if favourable is not None:
        return f"# The label value that a person hopes for, of {shares}.\nfavourable = {toml_text(favourable)}\n"
    return f"""\
# TO FILL IN: the label value that a person hopes for, of {shares}.
# Until it is declared the last one is taken, with a warning.
#favourable = {toml_text(list(proposed.counts)[-1])}
"""


def _tables(named: Mapping[str, Sequence[float | str]]) -> str:
    return ", ".join(f"{toml_key(name)} = [{', '.join(map(toml_value, values))}]" for name, values in named.items())


def _column_examples(others: Sequence[ColumnSummary], proposed: Proposals) -> str:
    name = _any_column(others, proposed)
    if name is None:
        return ""
    return f"""\
#features = {toml_texts((name,))}
# Columns that an attacker cannot change, such as an age.
#immutable = {toml_texts((name,))}
"""


def _any_column(others: Sequence[ColumnSummary], proposed: Proposals) -> str | None:
    """A column that the model sees, for examples."""
    gone = {*proposed.drop, *proposed.dates, proposed.weight}
    return next((column.name for column in others if column.name not in gone), None)


def _codes(proposed: Proposals) -> str:
    if not proposed.categorical:
        return ""
    return f"""\
# Columns whose numbers are codes, such as occupations or regions: every value is a category. These have few whole numbers:
#categorical = {toml_texts(proposed.categorical)}
"""


def _categories(proposed: Proposals) -> str:
    wide = ", ".join(f"{toml_text(name)} has {count}" for name, count in list(proposed.wide.items())[:5])
    return f"""\
# Up to how many categories of a column have a column of their own; rarer ones share one.{" " if wide else ""}{wide}
most_categories = {MOST_CATEGORIES}
"""


def _missing(others: Sequence[ColumnSummary], proposed: Proposals) -> str:
    if proposed.missing:
        return f"""\
# Values that seem to stand for a missing one, by column. Take out what is a value.
missing = {{ {_tables(proposed.missing)} }}
"""
    name = _any_column(others, proposed)
    if name is None:
        return ""
    return f"""\
# Values that stand for a missing one, by column; an empty list where "NA" is a value.
#missing = {{ {toml_key(name)} = [999, "unknown"] }}
"""


def _dates(proposed: Proposals) -> str:
    if not proposed.dates:
        return ""
    return f"""\
# Dates are left out. These are seen as days since the earliest:
#days = {toml_texts(proposed.dates)}
# The date by which rows are split: the latest test and confirm.
#time = {toml_text(proposed.dates[0])}
"""


def _weight(proposed: Proposals) -> str:
    if proposed.weight is not None:
        return f"""\
# How much a row counts, in training, fitting and every metric. The model does not see it.
weight = {toml_text(proposed.weight)}
"""
    return """\
# The column that says how much a row counts, as for a survey.
#weight = "a column"
"""


def _split(proposed: Proposals) -> str:
    """How rows are split; proposes a column named like an identifier, with values that repeat, as that of the person."""
    name = proposed.person
    hint = "" if name is None else f" {toml_text(name)} looks like one: its values repeat."
    return f"""\
# The column that names the person, where people can have several rows: they are kept together.{hint}
#person = {toml_text(name or "a column")}
# Rows that agree in every feature are kept together too; "apart" where they are different people by chance.
#twins = "apart"
# The share of the rows held back for `interplay confirm`, from 0.02 to 0.4. Raise it where the plan says that they
# cannot judge a confirmation; they are taken from the rows to train on.
audit_share = {audit_share(proposed):g}
"""


def _described(column: ColumnSummary) -> str:
    missing = f", {column.missing} missing" if column.missing else ""
    return f"#   {toml_text(column.name)}: {toml_text(column.kind)[1:-1]}, {column.distinct} distinct{missing}"


def drop_part(proposed: Proposals) -> str:
    """Columns that are left out, each with the reason."""
    lines = [f"{toml_key(name)} = {toml_text(why)}" for name, why in proposed.drop.items()]
    doubtful = [f"#{toml_key(name)} = {toml_text(why)}" for name, why in proposed.doubtful.items()]
    example = '#"a column" = "recorded after the decision"'
    return f"""\
# Columns left out, each with the reason. Leave out whatever was recorded at or after the decision: it gives the label
# away.
[data.drop]
{chr(10).join((*lines, *doubtful)) or example}
"""
