"""A first study file for a table: every key explained, and defaults that run."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from interplay.aspects import RANKED_ASPECTS
from interplay.data.nearest import suggestion
from interplay.data.split import AUDIT_SHARE, PARTS, PERCENT
from interplay.errors import StudyError
from interplay.study.quoting import toml_key, toml_text, toml_texts

FULL_BATCH_BELOW = 2000
"""Training rows below which every step takes all of them."""
LARGE_BATCH = 1024
NAMING_SHARE = 0.95
"""A text column with this share of distinct values names the row instead of describing it."""
FEWEST_FOR_NAMING = 20
LISTED = 40
"""How many columns the comments list."""

_IDENTIFIER = re.compile(r"(?i:(^|[_\W])(id|uuid|guid|identifier|key|number|no)$)|[a-z](ID|Id)$")


@dataclass(frozen=True)
class ColumnSummary:
    """What a first study needs to know of a column: `distinct` values and `missing` ones, in `rows` rows.

    `kind` is "numeric", "categorical" or "boolean".
    """

    name: str
    kind: str
    distinct: int
    missing: int
    rows: int


def starter(columns: Sequence[ColumnSummary], source: str, label: str, groups: Sequence[str]) -> str:
    r"""The text of a commented study file, which `load` accepts.

    `source` is the path of the table as the study file's folder sees it, `label` the column to predict, `groups` the
    sensitive attributes. Constant columns and columns that name the row are put under [data.drop]. Raises `StudyError`,
    with the nearest column, for a label or a group that is not a column, or for one column in two roles.

    Example:
        >>> summaries = [ColumnSummary("approve", "boolean", 2, 0, 900), ColumnSummary("race", "categorical", 3, 0, 900)]
        >>> text = starter(summaries, "loans.csv", "approve", ["race"])
        >>> print(text.partition("\n[data]")[2].split("\n\n")[0])
        <BLANKLINE>
        # A CSV or Parquet file; a relative path starts at the folder of this file.
        source = "loans.csv"

    Does not show: whether the defaults suit the question. The ranking and the limits are for people to set.
    """
    _check_roles([column.name for column in columns], source, label, groups)
    others = [column for column in columns if column.name not in (label, *groups)]
    rows = max((column.rows for column in columns), default=0)
    parts = (
        _head(source),
        _data(source, label, others),
        _drop(others),
        *(_group(name) for name in groups),
        _groups(groups),
        _model(rows * PERCENT[PARTS.index("pool")] // 100),
        _interventions(bool(groups)),
        _priorities(),
        _limits(groups),
        _goals(),
    )
    return "\n".join(part for part in parts if part)


def _check_roles(names: Sequence[str], source: str, label: str, groups: Sequence[str]) -> None:
    for role, name in (("label", label), *(("group", name) for name in groups)):
        if name not in names:
            step = suggestion(name, names)
            raise StudyError(f"a column of the table as the {role}", repr(name), source, step)
    roles = [label, *groups]
    twice = next((name for position, name in enumerate(roles) if name in roles[:position]), None)
    if twice is not None:
        found = f"{twice!r} twice"
        raise StudyError("the label and the groups in columns of their own", found, source, "name each column once")


def _head(source: str) -> str:
    stem = PurePath(source.replace("\\", "/")).stem or "data"
    return f"""\
# A study declares everything before anything runs. Lines that begin with "#" and a space explain; those without the
# space are examples: take the "#" away to use them. Changing anything gives the study a new hash and a new run folder.

version = 1
name = {toml_text(f"audit of {stem}")}
# What the model decides, and about whom.
purpose = ""
# Every random number follows from the seed.
seed = 0
# Models trained for every treatment at first. 16 serve the membership attacks as each other's shadow models.
members = 16
# Up to how many are added to treatments whose comparisons stay open. A larger number continues a finished run.
most_members = 20
# Bootstrap draws of the rows, for the intervals.
draws = 200
"""


def _data(source: str, label: str, others: Sequence[ColumnSummary]) -> str:
    listed = "\n".join(_described(column) for column in others[:LISTED])
    more = f"\n#   and {len(others) - LISTED} more" if len(others) > LISTED else ""
    return f"""\
[data]
# A CSV or Parquet file; a relative path starts at the folder of this file.
source = {toml_text(source)}

# The column to predict.
label = {toml_text(label)}
# The label value that a person hopes for; without it, the last of the values.
#favourable = 1
# The columns that the model sees; without it, all but the label, the sensitive attributes and the dropped ones:
{listed or "#   none"}{more}
{_column_examples(others)}{_split(others)}"""


def _column_examples(others: Sequence[ColumnSummary]) -> str:
    name = next((column.name for column in others if not _useless(column)), None)
    if name is None:
        return ""
    return f"""\
#features = {toml_texts((name,))}
# Columns that an attacker cannot change, such as an age.
#immutable = {toml_texts((name,))}
# Values that stand for a missing one, by column.
#missing = {{ {toml_key(name)} = [999, "unknown"] }}
"""


def _split(others: Sequence[ColumnSummary]) -> str:
    """How rows are split; proposes a column named like an identifier, with values that repeat, as that of the person."""
    repeated = (column for column in others if _IDENTIFIER.search(column.name) and not _useless(column))
    name = next((column.name for column in repeated if 20 <= column.distinct < column.rows - column.missing), None)
    hint = "" if name is None else f" {toml_text(name)} looks like one: its values repeat."
    return f"""\
# The column that names the person, where people can have several rows: they are kept together.{hint}
#person = {toml_text(name or "a column")}
# Rows that agree in every feature are kept together too; "apart" where they are different people by chance.
#twins = "apart"
# The share of the rows held back for `interplay confirm`, from 0.02 to 0.4. Raise it where the plan says that they
# cannot judge a confirmation; they are taken from the rows to train on.
audit_share = {AUDIT_SHARE:g}
"""


def _described(column: ColumnSummary) -> str:
    missing = f", {column.missing} missing" if column.missing else ""
    return f"#   {toml_text(column.name)}: {toml_text(column.kind)[1:-1]}, {column.distinct} distinct{missing}"


def _drop(others: Sequence[ColumnSummary]) -> str:
    lines = [f"{toml_key(column.name)} = {toml_text(why)}" for column in others if (why := _useless(column))]
    doubtful = [f"#{toml_key(column.name)} = {toml_text(why)}" for column in others if (why := _doubtful(column))]
    example = '#"a column" = "recorded after the decision"'
    return f"""\
# Columns left out, each with the reason. Leave out whatever was recorded at or after the decision: it gives the label
# away.
[data.drop]
{chr(10).join((*lines, *doubtful)) or example}
"""


def _useless(column: ColumnSummary) -> str:
    present = column.rows - column.missing
    if not present:
        return "every value is missing"
    if column.distinct <= 1 and not column.missing:
        return "it has one value in every row"
    if present < FEWEST_FOR_NAMING or column.kind == "boolean":
        return ""
    if column.kind == "categorical" and column.distinct >= NAMING_SHARE * present:
        return f"it seems to name the row: {column.distinct} distinct values in {present} rows"
    if column.distinct == present and _IDENTIFIER.search(column.name):
        return "it seems to name the row: every value is different"
    return ""


def _doubtful(column: ColumnSummary) -> str:
    present = column.rows - column.missing
    many = column.kind == "categorical" and column.distinct > present / 2
    if present < FEWEST_FOR_NAMING or not many or _useless(column):
        return ""
    return f"perhaps it names the row: {column.distinct} distinct values in {present} rows"


def _group(name: str) -> str:
    return f"""\
# A sensitive attribute. The model does not see it unless `feature` is true.
[groups.attributes.{toml_key(name)}]
column = {toml_text(name)}
feature = false
# The group that others are compared with; without it, the largest.
#reference = "a value"
# New groups from several values, or the edges that cut a number into groups.
#merge = {{ other = ["one value", "another"] }}
#bins = [25, 60]
"""


def _groups(groups: Sequence[str]) -> str:
    return f"""\
[groups]
{"".join(_grouping_lines(groups))}\
# A group with fewer rows than this in the denominator of a metric is left out, with a footnote.
minimum_rows = 100
"""


def _grouping_lines(groups: Sequence[str]) -> Iterator[str]:
    if groups:
        yield "# The attribute or intersection that interventions for fairness act on.\n"
        yield f"mitigate = {toml_text(groups[0])}\n"
    else:
        yield "# Without sensitive attributes there is no fairness to measure: declare some as [groups.attributes.NAME].\n"
    if len(groups) > 1 and " x ".join(groups[:2]) not in groups:
        yield "# Combinations of attributes, measured as groups of their own.\n"
        yield f"intersections = [{toml_texts(tuple(groups[:2]))}]\n"


def _model(training_rows: int) -> str:
    full = training_rows < FULL_BATCH_BELOW
    size = '"full"' if full else str(LARGE_BATCH)
    return f"""\
# The model and its training when no intervention is on. A verdict is about this recipe.
[model]
# "dense" takes any columns. "convolutional" takes the pixels of an image, line by line, and needs its height and width,
# as in image = [8, 8]; filters = [16] are those of each convolution.
architecture = "dense"
# Widths of the hidden layers; [] is logistic regression.
hidden = [16]
# "sgd" (with momentum) or "adam".
optimiser = "sgd"
# The rate that you train with: models as applied have it. Without it they have the one chosen for the control.
#learning_rate = 0.1
# Every tuned treatment chooses from this list, which grows where the best rate lies at its edge. Of a single rate, none
# other is tried.
learning_rates = [0.01, 0.03, 0.1, 0.3, 1.0]
# "full", or the expected rows of a batch. About {training_rows} rows are trained on, half of them by each member.
batch_size = {size}
steps = 400
weight_decay = 0.0
"""


_FOR_GROUPS = ("reweighing", "group_thresholds", "group_conformal")
_WHY = {
    "reweighing": "Weights that make label and group independent in the training rows.",
    "group_thresholds": "A decision threshold of its own for every group.",
    "dp_sgd": "Clipped and noisy gradients; the budget holds at the size that a member trains on.",
    "adversarial_training": "Training on inputs that an attacker has moved.",
    "release_explanations": "Explanations given out with each decision.",
    "split_conformal": "Prediction sets that hold the true label with a promised probability.",
    "group_conformal": "Prediction sets that keep the promise in every group.",
}
_PARAMETERS = {"dp_sgd": "parameters = { privacy_epsilon = 8.0 }\n"}


def _interventions(grouped: bool) -> str:
    head = """\
# What is done for trust. Every subset of those that act on training is trained; the others go on top of each. The list
# of all, with their parameters: interplay catalogue
"""
    return head + "\n".join(_intervention(name, grouped or name not in _FOR_GROUPS) for name in _WHY)


def _intervention(name: str, possible: bool) -> str:
    mark = "" if possible else "#"
    lines = ["[[interventions]]", f'name = "{name}"', *_PARAMETERS.get(name, "").splitlines()]
    why = _WHY[name] if possible else f"{_WHY[name]} It needs a sensitive attribute."
    return f"# {why}\n" + "".join(f"{mark}{line}\n" for line in lines)


def _priorities() -> str:
    return f"""\
# The aspects, the most important first, and who ranked them. As long as set_by is empty the report compares and
# recommends nothing. Rank them, write who did, and a treatment is chosen; what was trained is used again.
[priorities]
#ranking = {toml_texts(tuple(aspect.value for aspect in RANKED_ASPECTS))}
set_by = ""
set_on = ""
stakeholders = []
# How much a risk to an aspect counts in the risk register, from 0 to 1; by rank when nothing is written.
#[priorities.weights]
#fairness = 1.0
"""


def _limits(groups: Sequence[str]) -> str:
    disparity = f"accuracy_disparity/{groups[0]}" if groups else "membership_risk"
    bound = "0.05" if groups else "0.6"
    return f"""\
# Hard limits: a treatment that breaks one is not admissible. This one is a proposal: balanced accuracy at most 3 points
# below the control's, which is the same model with nothing applied.
[[limits]]
metric = "balanced_accuracy"
at_most_below_control = 0.03
reason = "proposed by interplay init: what an intervention may cost in usefulness"

# A limit of its own, whatever the control has.
#[[limits]]
#metric = "accuracy"
#at_least = 0.8
#reason = "below this the model is of no use"

#[[limits]]
#metric = {toml_text(disparity)}
#at_most = {bound}
#reason = "our policy"

# The smallest change that matters, by metric; without it, the metric's own.
#[tolerances]
#accuracy = 0.02
#{toml_key(disparity)} = 0.02
"""


def _goals() -> str:
    return """\
# Goals that nothing here measures: accountability, human agency, safety, alignment, diversity. The report shows them;
# they never decide.
#[[soft_goals]]
#aspect = "accountability"
#text = "every refusal is signed by a person"
#responsible = "the head of lending"
#evidence = ""
"""
