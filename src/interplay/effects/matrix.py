"""The matrix of the 20 directed pairs: whether pursuing one aspect harms another on these data."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from interplay.aspects import DIRECTED_PAIRS, Aspect
from interplay.effects.effect import Effect
from interplay.effects.families import LEVELS
from interplay.effects.results import Effects
from interplay.interactions import Interaction, Probe, Unmeasured
from interplay.statistics.multiplicity import holm

PairOutcome = Literal[
    "harm",
    "harm_undetermined",
    "no_material_harm",
    "improvement",
    "inconclusive",
    "not_shown_to_work",
    "did_nothing_here",
    "withheld",
    "not_measurable",
    "not_yet_measurable",
    "not_in_this_study",
]
"""The verdicts of an effect, and two for pairs without one: this version has no executable probe, or the study lists no
intervention a probe needs. `withheld` and `not_measurable` mean that every primary probe is so."""

OPEN = frozenset({"inconclusive", "harm_undetermined"})
"""Verdicts of comparisons that are not settled."""

CLEAR = frozenset({"no_material_harm", "not_shown_to_work", "did_nothing_here", "improvement"})


@dataclass(frozen=True)
class PairVerdict:
    """The verdict on one directed pair; `effects` are the positions of its probes in the effects of the study (re-tuned).

    `verdict` is the worst over all metrics of the target, and `primary` what the primary probes alone say: they differ
    where a harm is shown outside of them. `harms` are the positions of all shown harms, those of primary probes first and
    there the largest first. `open_metrics` are the other metrics on which something stays undecided; these decide nothing.

    `clear_p` is the p value against "some primary effect is at least the tolerance" (the largest of theirs), and
    `clear_holm_p` the same after Holm's correction over all pairs that have one: both small when no material harm is
    shown for the pair, and for the whole matrix.
    """

    source: Aspect
    target: Aspect
    verdict: PairOutcome
    effects: tuple[int, ...]
    sentence: str
    clear_p: float | None = None
    clear_holm_p: float | None = None
    primary: PairOutcome = "not_measurable"
    harms: tuple[int, ...] = ()
    open_metrics: tuple[str, ...] = ()


def matrix(effects: Effects, interactions: Iterable[Interaction]) -> tuple[PairVerdict, ...]:
    """One verdict for each of the 20 directed pairs, in the order of `DIRECTED_PAIRS`.

    Primary probes of re-tuned treatments decide. One harm makes the pair harm; no material harm needs every primary
    probe to be clear (each is tested at full level, so that within a pair no correction is needed; over all pairs
    `clear_holm_p` has it); improvement needs one improvement with all others clear.

    A harm that is shown outside of them is not hidden: on any metric of the target, by a probe that is not primary or by
    a treatment that applies nothing but interventions for the source, it makes the pair harm. It has passed the
    correction of its own family (see `interplay.effects.families`). What else is open there is only counted: with
    forty metrics something always is.
    """
    known = {(interaction.source, interaction.target): interaction for interaction in interactions}
    pairs = [
        _with_all_metrics(_pair(source, target, known.get((source, target)), effects), effects)
        for source, target in DIRECTED_PAIRS
    ]
    tested = [place for place, pair in enumerate(pairs) if pair.clear_p is not None]
    strict = holm(np.array([pairs[place].clear_p for place in tested], dtype=np.float64))
    for place, p_value in zip(tested, strict, strict=True):
        pairs[place] = replace(pairs[place], clear_holm_p=float(p_value))
    return tuple(pairs)


def _pair(source: Aspect, target: Aspect, interaction: Interaction | None, effects: Effects) -> PairVerdict:
    probes = () if interaction is None else interaction.probes
    executable = [probe for probe in probes if isinstance(probe, Probe)]
    if interaction is None or not executable:
        missing = "; ".join(probe.missing for probe in probes if isinstance(probe, Unmeasured)) or "a probe"
        return PairVerdict(source, target, "not_yet_measurable", (), f"not yet measurable: {missing}")
    places = tuple(
        place
        for place, effect in enumerate(effects.effects)
        if effect.tuning == "tuned" and effect.probe.partition("/")[0] == interaction.name
    )
    primary = [effects.effects[place] for place in places if effects.effects[place].primary]
    if not primary:
        return PairVerdict(source, target, "not_in_this_study", places, _needed(executable))
    outcome = pooled_outcome({effect.verdict for effect in primary})
    sentence = _sentence(source, target, outcome, primary)
    return PairVerdict(source, target, outcome, places, sentence, _clear_p(primary))


def concerns(effect: Effect, source: Aspect, target: Aspect) -> bool:
    """Whether a re-tuned effect says what interventions for `source`, as the study sets them, do to `target`.

    Those of probes, and those of treatments that apply nothing else. A probe of what pursues no aspect says where a harm
    comes from, and shows none of the pair.
    """
    alone = effect.source == (source,) or (len(effect.applied) == 1 and source in effect.source)
    asked = effect.probe.partition("/")[0] == f"{source.value}_to_{target.value}"
    other_strength = any("=" in name for name in effect.applied)
    if effect.tuning != "tuned" or other_strength or source not in effect.source:
        return False
    return asked or (alone and effect.target == target)


def shown_harms(effects: Sequence[Effect], source: Aspect, target: Aspect) -> tuple[int, ...]:
    """The positions of all harms shown for a pair: those of primary probes first, and there the largest first."""
    found = [place for place, one in enumerate(effects) if one.verdict == "harm" and concerns(one, source, target)]
    return tuple(sorted(found, key=lambda place: (not effects[place].primary, -_size(effects[place]))))


def _size(effect: Effect) -> float:
    """The lower end in tolerances."""
    return (effect.low or 0.0) / max(effect.tolerance, 1e-9)


def _with_all_metrics(pair: PairVerdict, effects: Effects) -> PairVerdict:
    every = effects.effects
    harms = shown_harms(every, pair.source, pair.target)
    mine = [one for one in every if concerns(one, pair.source, pair.target)]
    decided = {one.metric for one in mine if one.primary}
    undecided = dict.fromkeys(one.metric for one in mine if one.verdict in OPEN and one.metric not in decided)
    found = replace(pair, primary=pair.verdict, harms=harms, open_metrics=tuple(undecided))
    if not harms or pair.verdict == "harm":
        return found
    return replace(found, verdict="harm", sentence=_outside(pair, every[harms[0]]))


def _outside(pair: PairVerdict, shown: Effect) -> str:
    """A pair that is harmed on a metric outside of its primary probes, and what those say."""
    level = f"{100 * LEVELS[shown.family]:g} %"
    return (
        f"{pair.source.value} -> {pair.target.value}: harm outside of the primary probes (corrected in the "
        f"{shown.family} family, where {level} of the harms may be false); {_named(shown)}: {shown.reason}; the primary "
        f"probes alone: {pair.sentence.partition(': ')[2] or pair.sentence}"
    )


def _named(effect: Effect) -> str:
    contrast = f" ({effect.contrast})" if effect.contrast else ""
    return f"{' + '.join(effect.applied)} on {effect.metric}{contrast}"


def _clear_p(primary: list[Effect]) -> float | None:
    """The intersection-union test: every primary effect must be below its tolerance."""
    found = [effect.clear_p for effect in primary if effect.clear_p is not None]
    return max(found) if len(found) == len(primary) else None


def pooled_outcome(verdicts: set[str]) -> PairOutcome:
    """The verdict of several effects taken together: one harm is harm, and no material harm needs all to be clear.

    Example:
        >>> pooled_outcome({"improvement", "no_material_harm"}), pooled_outcome({"improvement", "inconclusive"})
        ('improvement', 'inconclusive')
    """
    if "harm" in verdicts:
        return "harm"
    if "harm_undetermined" in verdicts:
        return "harm_undetermined"
    if verdicts <= CLEAR:
        order: tuple[PairOutcome, ...] = ("improvement", "no_material_harm", "not_shown_to_work")
        return next((verdict for verdict in order if verdict in verdicts), "did_nothing_here")
    if verdicts == {"withheld"}:
        return "withheld"
    return "not_measurable" if verdicts <= {"withheld", "not_measurable"} else "inconclusive"


def _needed(probes: list[Probe]) -> str:
    choices = {
        " with ".join((name, *probe.context, *probe.replaces))
        for probe in probes
        if probe.primary
        for name in probe.interventions
    }
    return f"not in this study: list {' or '.join(sorted(choices))} to measure it"


def _sentence(source: Aspect, target: Aspect, outcome: PairOutcome, primary: list[Effect]) -> str:
    deciding = [effect for effect in primary if effect.verdict == outcome] or [
        effect for effect in primary if effect.verdict not in CLEAR
    ]
    shown = deciding[0] if deciding else primary[0]
    return (
        f"{source.value} -> {target.value}: {outcome.replace('_', ' ')} ({len(deciding)} of {len(primary)} primary "
        f"comparisons); {_named(shown)}: {shown.reason}"
    )
