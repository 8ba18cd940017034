"""The part of a new study that people fill in: priorities, limits and goals."""

from collections.abc import Sequence

from interplay.aspects import RANKED_ASPECTS
from interplay.study.quoting import toml_key, toml_text, toml_texts

COST_OF_USE = 0.03
"""The proposed limit: how much balanced accuracy an intervention may cost."""


def priorities_part() -> str:
    """The ranking of the aspects, open until somebody signs it."""
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


def limits_part(groups: Sequence[str]) -> str:
    """A proposed limit, examples of others, and tolerances."""
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


def goals_part() -> str:
    """Goals that nothing measures, as an example."""
    return """\
# Goals that nothing here measures: accountability, human agency, safety, alignment, diversity. The report shows them;
# they never decide.
#[[soft_goals]]
#aspect = "accountability"
#text = "every refusal is signed by a person"
#responsible = "the head of lending"
#evidence = ""
"""
