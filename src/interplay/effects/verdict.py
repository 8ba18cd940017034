"""The order of judgement: collapse, measurability, the verdict on the interval, near collapse, the positive control.

With the 90 % interval [low, high] of "how much worse" and a tolerance:

    low > tolerance, and so after correction for multiplicity    harm
    low > 0 otherwise, unless high < tolerance                   harm_undetermined
    high < -tolerance                                            improvement
    high < tolerance                                             no_material_harm (did_nothing_here when no applied
                                                                 intervention helps its own aspect,
                                                                 not_shown_to_work when none is shown to and one of
                                                                 them could not be looked at)
    else                                                         inconclusive

An improvement or "no material harm" of a treatment that nearly collapsed (`interplay.effects.near_collapse`) is withheld.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from interplay.aspects import Aspect
from interplay.effects.contrast import Difference
from interplay.effects.control import Control, helped
from interplay.effects.effect import Verdict
from interplay.effects.families import STRICT, Correction
from interplay.effects.reading import Reading
from interplay.effects.sample_size import Undecided, what_would_settle
from interplay.effects.wording import measured, p_text, tolerated, written
from interplay.estimates import NotMeasurable
from interplay.metrics import Metric
from interplay.quantities import plural


@dataclass(frozen=True)
class Judgement:
    """A verdict with its reason and, where it is not settled, why."""

    verdict: Verdict
    reason: str
    open_because: Undecided | None = None


def judge(reading: Reading, correction: Correction | None, controls: Sequence[Control]) -> Judgement:
    """The verdict on one reading.

    `correction` is None for readings that are not tested; `controls` are the positive controls of the applied
    interventions, those without one left out.
    """
    if reading.withheld:
        return Judgement("withheld", reading.withheld)
    difference = reading.difference
    if isinstance(difference, NotMeasurable):
        return Judgement("not_measurable", difference.reason)
    if correction is None:
        raise ValueError("a tested reading needs its correction")
    found = _on_interval(reading, difference, correction)
    if reading.nearly and found.verdict in ("improvement", "no_material_harm"):
        return Judgement("withheld", _owed_to_nothing(reading, found))
    return _after_controls(found, controls) if found.verdict == "no_material_harm" else found


def _owed_to_nothing(reading: Reading, found: Judgement) -> str:
    name = reading.comparison.treatment.name
    return (
        f"{name} nearly collapsed: {reading.nearly}; a constant model would seem to do no harm either ({found.reason})"
    )


def rests_on_attack(metric: Metric) -> bool:
    """Whether a null result only says that one attack found nothing.

    True for metrics that read an attack's outcome, and for every privacy or robustness metric that reads nothing which
    states it directly, as a privacy budget does.
    """
    if any(kind.attack for kind in metric.needs):
        return True
    return metric.aspect in (Aspect.PRIVACY, Aspect.ROBUSTNESS) and not any(kind.direct for kind in metric.needs)


def _on_interval(reading: Reading, difference: Difference, correction: Correction) -> Judgement:
    tolerance = reading.tolerance
    if difference.low > tolerance and correction.passed:
        return Judgement("harm", _harm(reading, difference, correction))
    if difference.low > tolerance:
        return Judgement("harm_undetermined", _lost_to_correction(reading, difference, correction))
    if difference.low > 0 and not difference.high < tolerance:
        return _undetermined(reading, difference)
    if helped(difference, tolerance):
        return Judgement("improvement", _better(reading, difference))
    if difference.high < tolerance:
        return Judgement("no_material_harm", _clear(reading, difference))
    open_because = what_would_settle(difference, tolerance, reading.contrast, reading.quantity)
    return Judgement(
        "inconclusive",
        f"{_measured(reading, difference)}: neither harm beyond {_limit(reading)} nor its absence is shown; "
        f"{open_because.sentence}; {_detectable(reading, difference)}",
        open_because,
    )


def _after_controls(found: Judgement, controls: Sequence[Control]) -> Judgement:
    if controls and not any(control.passed for control in controls):
        unseen = any(control.passed is None for control in controls)
        verdict: Verdict = "not_shown_to_work" if unseen else "did_nothing_here"
        sentences = "; ".join(control.sentence for control in controls)
        return Judgement(verdict, f"{verdict.replace('_', ' ')}: {sentences}; {found.reason}")
    doubts = [control.sentence for control in controls if not control.passed]
    return Judgement(found.verdict, "; ".join([found.reason, *doubts])) if doubts else found


def _harm(reading: Reading, difference: Difference, correction: Correction) -> str:
    return (
        f"{_measured(reading, difference)}: worse by more than {_limit(reading)} "
        f"(adjusted p {p_text(correction.adjusted_p)} over {plural(correction.tests, 'comparison')})"
    )


def _lost_to_correction(reading: Reading, difference: Difference, correction: Correction) -> str:
    found, needed = correction.adjusted_p, correction.level
    over = plural(correction.tests, "comparison")
    if correction.adjusted_p <= correction.level:
        found, needed, over = correction.holm_p, STRICT, "the comparisons on metrics with hard limits"
    return (
        f"{_measured(reading, difference)}: worse by more than {_limit(reading)} before correction for {over}, not "
        f"after it (adjusted p {p_text(found)}, needed {needed:g})"
    )


def _undetermined(reading: Reading, difference: Difference) -> Judgement:
    open_because = what_would_settle(difference, reading.tolerance, reading.contrast, reading.quantity)
    return Judgement(
        "harm_undetermined",
        f"{_measured(reading, difference)}: a change for the worse is shown; whether it exceeds {_limit(reading)} is "
        f"not settled; {open_because.sentence}",
        open_because,
    )


def _better(reading: Reading, difference: Difference) -> str:
    attack = " against this attack" if _by_attack(reading) else ""
    return f"{_measured(reading, difference)}: better{attack} by more than {_limit(reading)}"


def _clear(reading: Reading, difference: Difference) -> str:
    opening = "no harm found by this attack at this sample size: " if _by_attack(reading) else ""
    if difference.widest.variance == 0:
        return opening + _exact(reading, difference)
    if difference.low > 0:
        middle = f"{_measured(reading, difference)}: a change for the worse is shown and is below {_limit(reading)}"
    elif difference.high < 0:
        middle = f"{_measured(reading, difference)}: better, not shown to be so by more than {_limit(reading)}"
    else:
        middle = f"{_measured(reading, difference)}: worse by more than {_limit(reading)} is ruled out"
    return f"{opening}{middle}; {_detectable(reading, difference)}"


def _exact(reading: Reading, difference: Difference) -> str:
    everywhere = "every row draw" if len(difference.values) == 1 else "every member and every row draw"
    text = f"the difference is {written(reading.quantity.changed(difference.estimate))} in {everywhere}"
    rate = reading.metric is not None and reading.metric.bounds == (0.0, 1.0) and not difference.relative
    if not rate:
        return text
    # Three divided by the count is the 95 % bound on the share of rows of a kind that none of them shows.
    bound = written(reading.quantity.scale.amount(3 / max(difference.support, 1)))
    return f"{text}; unless the models are identical, {difference.support:,} rows leave room for {bound}"


def _limit(reading: Reading) -> str:
    return f"the tolerance of {tolerated(reading.tolerance, reading.quantity)}"


def _measured(reading: Reading, difference: Difference) -> str:
    return measured(difference, reading.quantity)


def _detectable(reading: Reading, difference: Difference) -> str:
    size = tolerated(difference.smallest_detectable(reading.tolerance), reading.quantity)
    return f"an effect of {size} would be found with 80 % power"


def _by_attack(reading: Reading) -> bool:
    return reading.metric is not None and rests_on_attack(reading.metric)
