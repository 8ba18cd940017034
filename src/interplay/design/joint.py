"""Which joint contrasts a study has: effects averaged over other interventions, of two or three together, of the stack.

Everything is decided before anything runs, and is a sum of treatments with weights.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from math import prod
from typing import Literal

from interplay.design.contexts import layer_of, measured_on
from interplay.design.factors import Factors, factorial
from interplay.design.fractional import Word, fraction
from interplay.evidence import CleanTwin, rests_on
from interplay.interventions import PredictionIntervention
from interplay.metrics import Metric

Kind = Literal["main", "two_way", "three_way", "in_stack", "overlay"]
"""main: with an intervention less without it. two_way: how much more two do together than each by itself. three_way:
how much a third changes that. in_stack: an intervention added last to all the others. overlay: all together less the sum
of what each does alone."""

At = Literal["averaged", "baseline", "stack"]
"""averaged: over all settings of the other interventions. baseline: with all the others off. stack: of all together."""

ORDERS: tuple[Kind, ...] = ("main", "two_way", "three_way")


@dataclass(frozen=True)
class JointContrast:
    """A sum of treatments with weights that add up to zero.

    `factors` are the interventions it is about, `weights` what each combination of interventions counts, and `aliases`
    the contrasts of as many interventions that a fraction cannot tell from it. With the value y of a treatment, x = 1
    where a factor is on and -1 where it is off, n treatments and m factors:

        main, two_way, three_way, averaged   sum over treatments of 2 ** m * (product of x) * y / n
        the same at the baseline             the same over the 2 ** m combinations of the factors alone, n = 2 ** m
        in_stack                             y(all) - y(all but the factor)
        overlay                              y(all) - y(none) - sum over factors of (y(factor alone) - y(none))
    """

    kind: Kind
    at: At
    factors: tuple[str, ...]
    weights: Mapping[Word, float]
    aliases: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Crossing:
    """Factors and treatments: `balanced` are those averaged over, `trained` all there are, `defining` the constant words."""

    factors: tuple[str, ...]
    balanced: tuple[Word, ...]
    trained: frozenset[Word]
    defining: tuple[Word, ...] = ()

    def with_layer(self, layer: str) -> "Crossing":
        """The same with every treatment once more under a layer, which is one more factor."""
        doubled = (*self.balanced, *(on | {layer} for on in self.balanced))
        both = self.trained | {on | {layer} for on in self.trained}
        return replace(self, factors=(*self.factors, layer), balanced=doubled, trained=both)

    def ordered(self, word: Word) -> tuple[str, ...]:
        """The factors of a word in their order."""
        return tuple(name for name in self.factors if name in word)


def crossing(built: Factors) -> Crossing:
    """The training interventions of a study."""
    names = built.crossed
    trained = tuple(frozenset(one.interventions) for one in factorial(built))
    part = fraction(names)
    if part is None:
        return Crossing(names, trained, frozenset(trained))
    return Crossing(names, part.runs, frozenset(trained), part.defining)


def joint_contrasts(over: Crossing, about: str = "") -> tuple[JointContrast, ...]:
    """Every joint contrast of a crossing; only those that have the factor `about`, where one is named.

    A contrast that is mixed with one of fewer factors is left out; of several with as many factors that cannot be told
    apart the first stands for all, and names them. At the baseline and in the stack, only what is trained can be
    contrasted. Contrasts that would repeat another are left out: those at the baseline where no other factor is, and
    the overlay of two factors, which is their two-way contrast.

    Example:
        >>> two = Crossing(("a", "b"), (found := tuple(map(frozenset, ("", "a", "b", "ab")))), frozenset(found))
        >>> [(one.kind, one.factors) for one in joint_contrasts(two)]
        [('main', ('a',)), ('main', ('b',)), ('two_way', ('a', 'b')), ('in_stack', ('a',)), ('in_stack', ('b',))]
        >>> {"".join(sorted(on)): weight for on, weight in joint_contrasts(two)[2].weights.items()}
        {'': 1.0, 'a': -1.0, 'b': -1.0, 'ab': 1.0}
    """
    if len(over.factors) < 2:
        return ()
    found = [*_of_few(over), *_in_stack(over), *_overlay(over)]
    return tuple(one for one in found if not about or about in one.factors or one.kind == "overlay")


def contexts_of(metric: Metric, built: Factors) -> tuple[tuple[str, ...], ...]:
    """The layers under which a metric is measured on every crossed model: one that releases what it reads, or none.

    Nothing at all for what poisoned rows do, which are in no crossed model.
    """
    if rests_on(metric.needs, CleanTwin):
        return ()
    return tuple((name,) for name in layer_of(metric, built)) or ((),)


def layers_of(metric: Metric, built: Factors) -> tuple[str, ...]:
    """The prediction layers that are one more factor for a metric."""
    prediction = [name for name, one in built.layers.items() if isinstance(one, PredictionIntervention)]
    bare = not layer_of(metric, built)
    return tuple(name for name in prediction if bare and measured_on(built.treatment((name,)), metric, built))


def _of_few(over: Crossing) -> Iterator[JointContrast]:
    for order, kind in enumerate(ORDERS, start=1):
        told: set[Word] = set()
        for factors in combinations(over.factors, order):
            word = frozenset(factors)
            mixed = [word ^ constant for constant in over.defining]
            if any(len(other) < order for other in mixed):
                continue
            same = [other for other in mixed if len(other) == order]
            if word not in told:
                aliases = tuple(sorted(map(over.ordered, same)))
                yield JointContrast(kind, "averaged", factors, _signed(word, over.balanced), aliases)
            told |= {word, *same}
            few = _within(word)
            if 1 < order < len(over.factors) and set(few) <= over.trained:
                yield JointContrast(kind, "baseline", factors, _signed(word, few))


def _signed(word: Word, treatments: Sequence[Word]) -> dict[Word, float]:
    scale = 2 ** len(word) / len(treatments)
    return {on: scale * prod(1.0 if name in on else -1.0 for name in word) for on in treatments}


def _within(word: Word) -> tuple[Word, ...]:
    return tuple(frozenset(on) for size in range(len(word) + 1) for on in combinations(sorted(word), size))


def _in_stack(over: Crossing) -> Iterator[JointContrast]:
    whole = frozenset(over.factors)
    for name in over.factors:
        if {whole, whole - {name}} <= over.trained:
            yield JointContrast("in_stack", "stack", (name,), {whole: 1.0, whole - {name}: -1.0})


def _overlay(over: Crossing) -> Iterator[JointContrast]:
    whole, single = frozenset(over.factors), [frozenset({name}) for name in over.factors]
    if len(single) > 2 and {whole, frozenset(), *single} <= over.trained:
        weights = {whole: 1.0, frozenset(): len(single) - 1.0, **dict.fromkeys(single, -1.0)}
        yield JointContrast("overlay", "stack", over.factors, weights)
