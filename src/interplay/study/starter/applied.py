"""The part of a new study about what is done for trust: the interventions that it proposes."""

import textwrap
from collections.abc import Mapping

from interplay import catalogue
from interplay.aspects import RANKED_ASPECTS
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

UNABLE: Mapping[str, tuple[type[Intervention], ...]] = {
    "network": (),
    "torch": (InputIntervention, LossIntervention),
    "estimator": (InputIntervention, LossIntervention, GradientIntervention),
}
"""What acts inside of the steps of training and is not proposed, by the kind of model."""


def interventions_part(grouped: bool, unable: tuple[type[Intervention], ...]) -> str:
    """The interventions that are proposed, but for those that models of this kind are unable to have."""
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
