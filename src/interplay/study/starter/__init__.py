"""A first study file for a table: every key explained, and defaults that run."""

from pathlib import PurePath

from interplay.data.proposals import Proposals
from interplay.data.split import PARTS, PERCENT
from interplay.study.quoting import toml_text
from interplay.study.starter.aims import goals_part, limits_part, priorities_part
from interplay.study.starter.applied import UNABLE as UNABLE
from interplay.study.starter.applied import interventions_part
from interplay.study.starter.groups import group_part, groups_part
from interplay.study.starter.model import model_part
from interplay.study.starter.table import audit_share as audit_share
from interplay.study.starter.table import data_part, drop_part


def starter(proposed: Proposals, source: str, favourable: str | None = None, factory: str = "", kind: str = "") -> str:
    r"""The text of a commented study file, which `load` accepts.

    `source` is the path of the table as the study file's folder sees it, `favourable` the label value that people hope for;
    without it, the file asks for it. Models are of the `kind` "network", "torch" or "estimator"; those of the last two are made
    by a `factory` ("module:name"). Where none is said they are estimators with a factory, and networks without. What is
    proposed so that it holds is written as such, and what is only asked about as a comment that can be used.

    Example:
        >>> from interplay.data.proposals import ColumnSummary
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
        data_part(source, proposed, favourable),
        drop_part(proposed),
        *(group_part(name, bins) for name, bins in proposed.groups.items()),
        groups_part(groups),
        model_part(kind, factory, proposed.rows * PERCENT[PARTS.index("pool")] // 100),
        interventions_part(bool(groups), UNABLE[kind]),
        priorities_part(),
        limits_part(groups),
        goals_part(),
    )
    return "\n".join(part for part in parts if part)


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
