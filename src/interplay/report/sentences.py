"""An effect, an interaction and a whole audit in plain sentences with numbers."""

from collections import Counter

from interplay.report.names import clean, heading, name
from interplay.report.quantities import Scale, plural
from interplay.report.reading import Audit, Effect, Reading, in_tolerances
from interplay.report.words import VERDICTS


def _interval(scale: Scale, low: float, high: float) -> str:
    return f"(90\N{NO-BREAK SPACE}% interval {scale.interval(low, high)})"


def _verb(reading: Reading, effect: Effect, worse: bool) -> str:
    rises = (reading.metrics[effect["metric"]]["direction"] == "lower_is_better") == worse
    return "raises" if rises else "lowers"


def _change(reading: Reading, effect: Effect) -> str:
    """What the applied interventions do to the metric: 'raises the accuracy disparity (race) by 6.1 points (...)'."""
    scale, estimate = reading.scale(effect), effect["estimate"]
    worse = estimate >= 0
    low, high = (effect["low"], effect["high"]) if worse else (-effect["high"], -effect["low"])
    if effect["baseline"] is None:
        return f"has a {reading.quantity(effect)} of {scale.amount(abs(estimate))} {_interval(scale, low, high)}"
    return (
        f"{_verb(reading, effect, worse)} the {reading.quantity(effect)} "
        f"by {scale.amount(abs(estimate))} {_interval(scale, low, high)}"
    )


def _applied(reading: Reading, effect: Effect) -> str:
    who = heading(reading.interventions(effect["applied"], " and ")) or "The treatment"
    others = [entry for entry in reading.treatments[effect["treatment"]]["interventions"] if entry not in effect["applied"]]
    return f"{who} beside {reading.interventions(others, ' and ')}" if others else who


def effect_sentence(reading: Reading, effect: Effect) -> str:
    """The effect in words, with its number, its interval and its tolerance."""
    who, target, verdict = _applied(reading, effect), effect["target"], effect["verdict"]
    quantity, reason = reading.quantity(effect), clean(effect["reason"]).rstrip(".")
    if effect["estimate"] is None or effect["low"] is None or effect["high"] is None:
        return f"{who}: {quantity} is {VERDICTS[verdict].words}: {reason or 'no reason is recorded'}."
    tolerance = f"the tolerance of {reading.scale(effect).number(effect['tolerance'])}"
    it = "it " + _change(reading, effect)
    tail = f" {heading(reason)}." if reason else ""
    sentences = {
        "harm": f"{who} harms {target} here: {it}, above {tolerance}.",
        "harm_undetermined": f"{who} is worse for {target} here: {it}; whether that exceeds {tolerance} is not settled.",
        "improvement": f"{who} improves {target} here: {it}, beyond {tolerance}.",
        "no_material_harm": f"{who} does no material harm to {target} here: {it}; more than {tolerance} is ruled out.",
        "inconclusive": f"{who} and {target}: inconclusive. In these data {it}; the tolerance is "
        f"{reading.scale(effect).number(effect['tolerance'])}.{tail}",
        "did_nothing_here": f"{who} did nothing here: it did not help its own aspect, and {it}, within {tolerance}.",
    }
    return sentences.get(verdict, f"{who}: {quantity} is {VERDICTS[verdict].words}: {reason}.")


def _harms(reading: Reading) -> list[Effect]:
    """The primary harms, the most important aspect first, and there the most certain one."""
    found = [effect for effect in reading.audit["effects"] if effect["primary"] and effect["verdict"] == "harm"]
    tuned = [effect for effect in found if effect["tuning"] == "tuned"] or found

    def order(effect: Effect) -> tuple[int, float]:
        return reading.rank(effect["target"]), -in_tolerances(effect["low"], effect["tolerance"])

    return sorted(tuned, key=order)


def verdict_sentence(audit: Audit) -> str:
    """The first sentence of the report: the harm to the highest-ranked aspect, or that none was shown."""
    reading = Reading(audit)
    harms = _harms(reading)
    if harms:
        return effect_sentence(reading, harms[0])
    counts = pair_counts(audit)
    undecided = counts["inconclusive"] + counts["harm_undetermined"]
    return (
        f"No harm beyond the tolerances was shown by a primary effect; {undecided} of the 20 interactions are undecided "
        f"and {counts['not_measurable'] + counts['withheld']} could not be judged."
    )


def pair_counts(audit: Audit) -> Counter[str]:
    """How many of the 20 interactions have each verdict."""
    return Counter(pair["verdict"] for pair in audit["interactions"])


def counts_sentence(audit: Audit) -> str:
    """The 20 interactions by verdict, worst first: 'Of 20 interactions: 3 harm, 6 no material harm, ...'."""
    counts = pair_counts(audit)
    parts = [f"{counts[verdict]} {word.words}" for verdict, word in VERDICTS.items() if counts[verdict]]
    return f"Of the 20 interactions: {'; '.join(parts)}."


def decision_sentence(audit: Audit) -> str:
    """What to deploy under the declared limits and priorities, in one sentence."""
    decision = audit["decision"]
    if decision["treatment"] is None:
        return "No treatment is admissible under the declared limits and priorities."
    chosen = Reading(audit).treatment(decision["treatment"])
    residual = len(decision["residual"])
    left = f"{plural(residual, 'harm remains', 'harms remain')}" if residual else "no shown harm remains"
    return f"Chosen under the declared limits and priorities: {chosen}; {left}."


def group_sizes(group: "Audit") -> str:
    """The groups of a grouping with their sizes, in one line."""
    return ", ".join(f"{name(entry['name'])} {entry['rows']:,}" for entry in group["sizes"])
