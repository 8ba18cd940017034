"""An effect, an interaction and a whole audit in plain sentences with numbers."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from interplay.quantities import plural
from interplay.report.names import clean, heading
from interplay.report.reading import Audit, AuditReading, Effect, in_tolerances, numbered
from interplay.report.words import VERDICTS

UNRESOLVED = {
    "nothing_admissible": "No treatment is admissible under the declared limits.",
    "nothing_learned": "Nothing is recommended, because no treatment, the control included, is shown to beat a model that "
    "says the same of everybody.",
    "priorities_not_set": "Nothing is recommended, because nobody has set the priorities: this audit compares, and a person "
    "ranks the aspects and signs.",
}
"""Why no treatment is chosen, as the decision in one sentence."""

WHY_HEADINGS = {
    "nothing_admissible": "Why none is admissible",
    "nothing_learned": "Why nothing is recommended",
    "priorities_not_set": "Why nothing is recommended",
}


def listed(names: Sequence[str]) -> str:
    """Names as a sentence lists them.

    Example:
        >>> listed(["reweighing", "DP-SGD", "adversarial training"])
        'reweighing, DP-SGD and adversarial training'
    """
    return " and ".join(filter(None, (", ".join(names[:-1]), "".join(names[-1:]))))


def _several(names: Sequence[str]) -> bool:
    """Whether these names take a plural verb: there are several, or the one is a plural such as 'prediction sets'."""
    return len(names) > 1 or any(re.search(r"[a-z]{2}[b-rt-z]s\b", called) for called in names)


@dataclass(frozen=True)
class _Subject:
    """Who does something in a sentence, with the verbs that go with it."""

    words: str
    several: bool

    def verb(self, root: str) -> str:
        known = {"be": ("is", "are"), "do": ("does", "do")}
        one, many = known.get(root, (root + "s", root))
        return many if self.several else one

    @property
    def it(self) -> str:
        return "they" if self.several else "it"


def _subject(reading: AuditReading, effect: Effect) -> _Subject:
    applied = reading.called(effect["applied"]) or [reading.treatment(effect["treatment"])]
    beside = [
        name for name in reading.treatments[effect["treatment"]]["interventions"] if name not in effect["applied"]
    ]
    words = f"{listed(applied)} beside {listed(reading.called(beside))}" if beside else listed(applied)
    return _Subject(heading(words), _several(applied))


def _change(reading: AuditReading, effect: Effect, subject: _Subject) -> str:
    """What happened to the metric: 'it raises the accuracy disparity (race) by 6.1 points (90 % interval ...)'."""
    scale, written = reading.scale(effect), reading.written(effect)
    own, (low, high) = written.own(effect["estimate"]), written.ends(effect["low"], effect["high"])
    rises = own > 0 or (own == 0 and written.direction == "lower_is_better")
    if not rises and low is not None and high is not None:
        low, high = -high, -low
    size = f"{scale.amount(abs(own))} ({reading.interval} {scale.interval(low, high)})"
    quantity = reading.quantity(effect)
    if effect["baseline"] is None:
        return f"{'their' if subject.several else 'its'} {quantity} is {size}"
    return f"{subject.it} {subject.verb('raise' if rises else 'lower')} the {quantity} by {size}"


def _open_question(effect: Effect, tolerance: str) -> str:
    """What is not settled about a harm: its size, or whether it survives the correction for many comparisons."""
    if effect["low"] > effect["tolerance"]:
        return (
            f"taken alone that exceeds the tolerance of {tolerance}, after correction for many comparisons it may not"
        )
    return f"whether that exceeds the tolerance of {tolerance} is not settled"


def _tolerance(reading: AuditReading, effect: Effect) -> str:
    """The tolerance, without a unit that the change has just named."""
    written = reading.written(effect)
    plain = not (written.relative and written.direction == "higher_is_better")
    return reading.scale(effect).number(effect["tolerance"]) if plain else written.tolerated(effect["tolerance"])


def effect_sentence(reading: AuditReading, effect: Effect) -> str:
    """The effect in words, with its number, its interval and its tolerance."""
    subject, verdict, target = _subject(reading, effect), effect["verdict"], effect["target"]
    who, verb = subject.words, subject.verb
    reason = heading(clean(effect["reason"]).rstrip("."))
    tail = f" {reason}." if reason else ""
    if not numbered(effect) or verdict in ("withheld", "not_measurable"):
        return f"{who}: {reading.quantity(effect)} is {VERDICTS[verdict].words}.{tail}"
    change, tolerance = _change(reading, effect, subject), _tolerance(reading, effect)
    sentences = {
        "harm": f"{who} {verb('harm')} {target} here: {change}, above the tolerance of {tolerance}.",
        "harm_undetermined": f"{who} {verb('be')} worse for {target} here: {change}; "
        f"{_open_question(effect, tolerance)}.",
        "improvement": f"{who} {verb('improve')} {target} here: {change}, beyond the tolerance of {tolerance}.",
        "no_material_harm": f"{who} {verb('do')} no material harm to {target} here: {change}; a change for the worse "
        f"beyond the tolerance of {tolerance} is ruled out.",
        "not_shown_to_work": f"{who} {verb('do')} no material harm to {target} here and {verb('be')} not shown to work: "
        f"{change}, and a change for the worse beyond the tolerance of {tolerance} is ruled out.{tail}",
        "did_nothing_here": f"{who} did nothing here: {change}, and a change for the worse beyond the tolerance of "
        f"{tolerance} is ruled out.{tail}",
        "inconclusive": f"{who} and {target}: inconclusive. In these data {change}; the tolerance is {tolerance}."
        f"{tail}",
    }
    return sentences[verdict]


def _shown(reading: AuditReading, verdict: str) -> list[Effect]:
    """The primary effects with a verdict, the most important aspect first, and there the most certain one."""
    primary = [effect for effect in reading.audit["effects"] if effect["primary"]]
    tuned = [effect for effect in primary if effect["tuning"] == "tuned"] or primary

    def order(effect: Effect) -> tuple[int, float]:
        low = effect["low"] if numbered(effect) else float("-inf")
        return reading.rank(effect["target"]), -in_tolerances(low, effect["tolerance"])

    return sorted((effect for effect in tuned if effect["verdict"] == verdict), key=order)


def _outside(reading: AuditReading) -> list[Effect]:
    """The harms of directed pairs that no primary probe shows, the most important aspect first."""
    places = dict.fromkeys(place for pair in reading.audit["interactions"] for place in pair["harms"])
    found = [effect for effect in reading.at(list(places)) if not effect["primary"]]
    return sorted(found, key=lambda effect: reading.rank(effect["target"]))


def verdict_sentence(audit: Audit) -> str:
    """The first sentence of the report: the harm to the highest-ranked aspect, or that none is settled.

    A harm that is shown outside of the primary probes comes before one that is not settled.
    """
    reading = AuditReading(audit)
    for effect in (*_shown(reading, "harm"), *_outside(reading), *_shown(reading, "harm_undetermined")):
        return effect_sentence(reading, effect)
    counts = pair_counts(audit)
    unjudged = sum(counts[verdict] for verdict, word in VERDICTS.items() if word.tone == "absent")
    return (
        f"No harm beyond the tolerances was shown for any interaction; {counts['inconclusive']} of the 20 interactions "
        f"are undecided and {unjudged} could not be judged."
    )


def harm_sentences(audit: Audit) -> list[str]:
    """Every harm of a directed pair: those that primary effects show, those shown outside of them, those not settled."""
    reading = AuditReading(audit)
    shown = [*_shown(reading, "harm"), *_outside(reading), *_shown(reading, "harm_undetermined")]
    return [effect_sentence(reading, effect) for effect in shown]


def pair_counts(audit: Audit) -> Counter[str]:
    """How many of the 20 interactions have each verdict."""
    return Counter(pair["verdict"] for pair in audit["interactions"])


def counts_sentence(audit: Audit) -> str:
    """The 20 interactions by verdict, worst first: 'Of 20 interactions: 3 harm, 6 no material harm, ...'."""
    counts = pair_counts(audit)
    parts = [f"{counts[verdict]} {word.words}" for verdict, word in VERDICTS.items() if counts[verdict]]
    return f"Of the 20 interactions: {'; '.join(parts)}."


def why_heading(audit: Audit) -> str:
    """What stands above the reasons of the decision."""
    decision = audit["decision"]
    return "Why this treatment" if decision["treatment"] is not None else WHY_HEADINGS[decision["unresolved"]]


def decision_sentence(audit: Audit) -> str:
    """What to deploy under the declared limits and priorities, in one sentence."""
    decision = audit["decision"]
    if decision["treatment"] is None:
        return UNRESOLVED[decision["unresolved"]]
    chosen = AuditReading(audit).treatment(decision["treatment"])
    residual = len(decision["residual"])
    left = f"{plural(residual, 'harm remains', 'harms remain')}" if residual else "no shown harm remains"
    return f"Chosen under the declared limits and priorities: {chosen}; {left}."
