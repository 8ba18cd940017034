"""The part of a new study about its groups."""

from collections.abc import Iterator, Sequence

from interplay.study.quoting import toml_key, toml_text, toml_texts, toml_value

MINIMUM_ROWS = 100


def group_part(name: str, bins: tuple[float, ...]) -> str:
    """One sensitive attribute, with bins where it is a number."""
    edges = f"bins = [{', '.join(map(toml_value, bins))}]" if bins else "#bins = [25, 60]"
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


def groups_part(groups: Sequence[str]) -> str:
    """Which group is mitigated for, and how few rows are too few."""
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
