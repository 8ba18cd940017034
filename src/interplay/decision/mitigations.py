"""What to try against a harm, by source and target: interventions of the catalogue, and ideas that it does not have yet.

Nothing here is promised to work on a user's data: a mitigation is one more treatment, to be declared and measured.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from interplay import catalogue
from interplay.aspects import Aspect
from interplay.decision.decision import Decision
from interplay.effects.effect import Effect


@dataclass(frozen=True)
class Mitigation:
    """Something to try. `intervention` is a catalogue name, and empty for an idea the catalogue does not have."""

    text: str
    reference: str
    intervention: str = ""


def mitigations(source: Aspect, target: Aspect) -> tuple[Mitigation, ...]:
    """What to try where an intervention of `source` harms `target`; those of the catalogue come first.

    Example:
        >>> [each.intervention for each in mitigations(Aspect.PRIVACY, Aspect.FAIRNESS)][:3]
        ['dp_sgd', 'dp_sgd', 'group_clipping']
    """
    return (*_of_the_catalogue(f"{source.letter}->{target.letter}"), *_ideas(f"{source.value}_to_{target.value}"))


def _of_the_catalogue(harm: str) -> Iterator[Mitigation]:
    for name, kind in catalogue.interventions().items():
        for use in vars(kind).get("mitigates", ()):  # of the class itself: a variant is not tried for what its model is
            if use.harm == harm:
                yield Mitigation(use.text, use.reference, name)


def _ideas(name: str) -> Iterator[Mitigation]:
    interaction = catalogue.interactions().get(name)
    for idea in interaction.ideas if interaction else ():
        yield Mitigation(idea.text, idea.reference)


def to_try(decision: Decision, planned: Iterable[Effect]) -> dict[tuple[Aspect, Aspect], tuple[Mitigation, ...]]:
    """What to try, by directed pair, against the harms that remain with the chosen treatment.

    Where nobody has set the priorities there is nothing: which harm to act on is theirs to say. Where nothing is
    admissible it is against the harms of the planned comparisons, on metrics whose limits are not shown
    to be kept, or on all where there are none on those.
    """
    if decision.unresolved == "priorities_not_set":
        return {}
    asked = decision.residual if decision.treatment is not None else planned
    harms = [one for one in asked if one.tuning == "tuned" and one.verdict in ("harm", "harm_undetermined")]
    limited = {one.metric for one in decision.limits if one.status != "admissible"}
    if decision.treatment is None:
        harms = [one for one in harms if one.metric in limited] or harms
    pairs = dict.fromkeys((source, one.target) for one in harms for source in one.source)
    return {pair: mitigations(*pair) for pair in pairs if mitigations(*pair)}


def listed(source: Aspect, target: Aspect) -> str:
    """The same in one line."""
    return "; ".join(
        f"{each.text} ({f'{each.intervention}, ' if each.intervention else 'not in the catalogue, '}{each.reference})"
        for each in mitigations(source, target)
    )
