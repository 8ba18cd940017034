"""A first study file for a table: every key explained, and defaults that run."""

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from math import ceil
from pathlib import PurePath

from interplay import catalogue
from interplay.aspects import RANKED_ASPECTS
from interplay.data.features import MOST_CATEGORIES
from interplay.data.levels import as_text
from interplay.data.proposals import ColumnSummary, Proposals
from interplay.data.split import AUDIT_SHARE, PARTS, PERCENT
from interplay.discovery import name_of
from interplay.interventions import (
    GradientIntervention,
    InputIntervention,
    Intervention,
    LossIntervention,
    PredictionIntervention,
    Proposal,
    ReleaseIntervention,
)
from interplay.study.quoting import toml_key, toml_text, toml_texts

FULL_BATCH_BELOW = 2000
"""Training rows below which every step takes all of them."""
LARGE_BATCH = 1024
COST_OF_USE = 0.03
"""The proposed limit: how much balanced accuracy an intervention may cost."""
DECIDING_ROWS = 61
"""Rows that settle this limit for a treatment that hardly differs from the control, were the classes of one size
(`interplay.design.resolution.rows_needed`)."""
MINIMUM_ROWS = 100
LARGEST_AUDIT_SHARE = 0.2
"""More is not proposed: these rows are missing in training."""
LISTED = 40
"""How many columns the comments list."""
UNABLE: Mapping[str, tuple[type[Intervention], ...]] = {
    "network": (),
    "torch": (InputIntervention, LossIntervention),
    "estimator": (InputIntervention, LossIntervention, GradientIntervention),
}
"""What acts inside of the steps of training and is not proposed, by the kind of model."""


def starter(proposed: Proposals, source: str, favourable: str | None = None, factory: str = "", kind: str = "") -> str:
    r"""The text of a commented study file, which `load` accepts.

    `source` is the path of the table as the study file's folder sees it, `favourable` the label value that people hope for;
    without it, the file asks for it. Models are of the `kind` "network", "torch" or "estimator"; those of the last two are made
    by a `factory` ("module:name"). Where none is said they are estimators with a factory, and networks without. What is
    proposed so that it holds is written as such, and what is only asked about as a comment that can be used.

    Example:
        >>> summaries = (ColumnSummary("approve", "boolean", 2, 0, 900), ColumnSummary("race", "categorical", 3, 0, 900))
        >>> text = starter(Proposals("approve", {"no": 300, "yes": 600}, summaries, {"race": ()}), "loans.csv", "yes")
        >>> print(text.partition("\n[data]")[2].split("\n\n")[0])
        <BLANKLINE>
        # A CSV or Parquet file; a relative path starts at the folder of this file.
        source = "loans.csv"

    Does not show: whether the defaults suit the question. The ranking and the limits are for people to set.
    """
    groups, kind = tuple(proposed.groups), kind or ("estimator" if factory else "network")
    parts = (
        _head(source),
        _data(source, proposed, favourable),
        _drop(proposed),
        *(_group(name, bins) for name, bins in proposed.groups.items()),
        _groups(groups),
        _model(kind, factory, proposed.rows * PERCENT[PARTS.index("pool")] // 100),
        _interventions(bool(groups), UNABLE[kind]),
        _priorities(),
        _limits(groups),
        _goals(),
    )
    return "\n".join(part for part in parts if part)


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


def _data(source: str, proposed: Proposals, favourable: str | None) -> str:
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
    return ", ".join(f"{toml_key(name)} = [{', '.join(map(_value, values))}]" for name, values in named.items())


def _value(value: float | str) -> str:
    return toml_text(value) if isinstance(value, str) else as_text(value)


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


def _drop(proposed: Proposals) -> str:
    lines = [f"{toml_key(name)} = {toml_text(why)}" for name, why in proposed.drop.items()]
    doubtful = [f"#{toml_key(name)} = {toml_text(why)}" for name, why in proposed.doubtful.items()]
    example = '#"a column" = "recorded after the decision"'
    return f"""\
# Columns left out, each with the reason. Leave out whatever was recorded at or after the decision: it gives the label
# away.
[data.drop]
{chr(10).join((*lines, *doubtful)) or example}
"""


def _group(name: str, bins: tuple[float, ...]) -> str:
    edges = f"bins = [{', '.join(map(_value, bins))}]" if bins else "#bins = [25, 60]"
    return f"""\
# A sensitive attribute. The model does not see it unless `feature` is true.
[groups.attributes.{toml_key(name)}]
column = {toml_text(name)}
feature = false
# The group that others are compared with; without it, the largest.
#reference = "a value"
# New groups from several values, or the edges that cut a number into groups.
#merge = {{ other = ["one value", "another"] }}
{edges}
"""


def _groups(groups: Sequence[str]) -> str:
    return f"""\
[groups]
{"".join(_grouping_lines(groups))}\
# A group with fewer rows than this in the denominator of a metric is left out, with a footnote.
minimum_rows = {MINIMUM_ROWS}
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


def _model(kind: str, factory: str, training_rows: int) -> str:
    if kind == "estimator":
        return _estimator(factory)
    return f"""\
# The model and its training when no intervention is on. A verdict is about this recipe.
[model]
{_ARCHITECTURE if kind == "network" else _module(factory)}\
{_training(training_rows)}"""


_ARCHITECTURE = """\
# "dense" takes any columns. "convolutional" takes the pixels of an image, line by line, and needs its height and width,
# as in image = [8, 8]; filters = [16] are those of each convolution.
architecture = "dense"
# Widths of the hidden layers; [] is logistic regression.
hidden = [16]
"""


def _module(factory: str) -> str:
    return f"""\
kind = "torch"
# A class or function that makes an untrained torch.nn.Module, as "module:name"; the module is looked for beside this file,
# then on Python's path. Parameters `columns` and `classes` get how many there are.
factory = {toml_text(factory)}
# What the class or function is called with besides.
#options = {{ }}
"""


def _training(training_rows: int) -> str:
    full = training_rows < FULL_BATCH_BELOW
    size = '"full"' if full else str(LARGE_BATCH)
    return f"""\
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


def _estimator(factory: str) -> str:
    return f"""\
# The model when no intervention is on, as its own library trains it. A verdict is about this recipe.
[model]
kind = "estimator"
# A class or function that makes an untrained classifier with fit and predict_proba, as "module:name"; the module is looked
# for beside this file, then on Python's path.
factory = {toml_text(factory)}
# What the class or function is called with.
#options = {{ }}
# "encoded" columns of numbers without gaps, or the columns of the "table" as they were read, by name.
inputs = "encoded"
"""


def _interventions(grouped: bool, unable: tuple[type[Intervention], ...]) -> str:
    head = """\
# What is done for trust. Every subset of those that act on training is trained; the others go on top of each. The list
# of all, with their parameters: interplay catalogue
"""
    return head + "\n".join(_intervention(name, proposal, grouped) for name, proposal in _proposed(unable))


def _proposed(unable: tuple[type[Intervention], ...]) -> list[tuple[str, Proposal]]:
    """What a new study lists: by its last aspect, what acts on training first, and what needs no group before what does.

    Of the kinds that the models are `unable` to have, what stands in for them is listed.
    """
    kinds = [(kind, vars(kind).get("proposal")) for kind in catalogue.interventions().values()]
    listed = [(kind, made) for kind, made in kinds if made is not None and _applies(kind, made, unable)]

    def place(item: tuple[type[Intervention], Proposal]) -> tuple[int, bool, bool, str]:
        kind, proposal = item
        layer = issubclass(kind, PredictionIntervention | ReleaseIntervention)
        return max(map(RANKED_ASPECTS.index, kind.aspects)), layer, proposal.by_group, name_of(kind)

    return [(name_of(kind), proposal) for kind, proposal in sorted(listed, key=place)]


def _applies(kind: type[Intervention], proposal: Proposal, unable: tuple[type[Intervention], ...]) -> bool:
    if not unable:
        return not proposal.without_steps
    return proposal.without_steps or not issubclass(kind, unable)


def _intervention(name: str, proposal: Proposal, grouped: bool) -> str:
    possible = grouped or not proposal.by_group
    why = proposal.why if possible else f"{proposal.why} It needs a sensitive attribute."
    lines = ["[[interventions]]", f'name = "{name}"', *([proposal.parameters] if proposal.parameters else ())]
    comment = textwrap.wrap(why, 118, initial_indent="# ", subsequent_indent="# ", break_on_hyphens=False)
    return "".join(f"{line}\n" for line in (*comment, *(line if possible else f"#{line}" for line in lines)))


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
# Hard limits: a treatment that breaks one is not admissible. This one is a proposal: balanced accuracy at most
# {100 * COST_OF_USE:g} points below the control's, which is the same model with nothing applied.
[[limits]]
metric = "balanced_accuracy"
at_most_below_control = {COST_OF_USE:g}
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
