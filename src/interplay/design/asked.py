"""The interactions as a study asks them."""

from dataclasses import replace

from interplay import catalogue
from interplay.design.factors import Factors
from interplay.interactions import Interaction, Probe, Unmeasured


def asked(factors: Factors) -> dict[str, Interaction]:
    """The interactions of the catalogue, with the study's own interventions in place of those that they stand in for.

    A probe of released explanations is asked of integrated gradients where these are what a study releases.
    """
    own = {one.stands_in_for: name for name, one in factors.all.items() if one.stands_in_for not in factors.all}
    return {name: _of(interaction, own) for name, interaction in catalogue.interactions().items()}


def _of(interaction: Interaction, own: dict[str, str]) -> Interaction:
    return replace(interaction, probes=tuple(_probe(one, own) for one in interaction.probes))


def _probe(probe: Probe | Unmeasured, own: dict[str, str]) -> Probe | Unmeasured:
    if isinstance(probe, Unmeasured):
        return probe
    interventions, context, replaces = (
        tuple(own.get(name, name) for name in names) for names in (probe.interventions, probe.context, probe.replaces)
    )
    return replace(probe, interventions=interventions, context=context, replaces=replaces)
