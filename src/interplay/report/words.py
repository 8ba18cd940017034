"""What each verdict is called, how bad it is, and how it is drawn: never by colour alone."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Tone = Literal["worse", "better", "none", "unsure", "absent"]


@dataclass(frozen=True)
class VerdictWord:
    """How a verdict is shown: in words, in one short word for narrow places, its tone, and what it means."""

    words: str
    short: str
    tone: Tone
    meaning: str


VERDICTS = {
    "harm": VerdictWord(
        "harm", "harm", "worse", "Worse by more than the tolerance, after correction for the number of comparisons."
    ),
    "harm_undetermined": VerdictWord(
        "harm, size unclear",
        "harm?",
        "unsure",
        "Worse than before is shown; whether by more than the tolerance is not settled.",
    ),
    "withheld": VerdictWord(
        "withheld",
        "withheld",
        "absent",
        "The treatment collapsed: it predicts almost one class for every row, so its other numbers mean nothing.",
    ),
    "inconclusive": VerdictWord(
        "inconclusive",
        "inconcl.",
        "unsure",
        "Neither harm nor its absence is shown; the reason says what would settle it.",
    ),
    "improvement": VerdictWord("improvement", "better", "better", "Better by more than the tolerance."),
    "no_material_harm": VerdictWord(
        "no material harm",
        "clear",
        "none",
        "A change for the worse beyond the tolerance is ruled out by the interval.",
    ),
    "not_shown_to_work": VerdictWord(
        "no material harm, not shown to work",
        "clear?",
        "none",
        "No material harm, by an intervention of which it could not be seen whether it helps its own aspect.",
    ),
    "did_nothing_here": VerdictWord(
        "did nothing here",
        "nothing",
        "none",
        "No material harm, by an intervention that did not help its own aspect either.",
    ),
    "not_measurable": VerdictWord("not measured", "-", "absent", "There is no number; the reason says why."),
    "not_in_this_study": VerdictWord(
        "not in this study", "-", "absent", "The study lists no intervention that a probe of this pair needs."
    ),
    "not_yet_measurable": VerdictWord(
        "not yet measurable", "-", "absent", "This version has no probe of this pair that it can run."
    ),
}
"""The verdicts, worst first."""

ASPECT_LETTERS = {
    "fairness": "F",
    "privacy": "P",
    "robustness": "R",
    "explainability": "E",
    "uncertainty": "UQ",
    "utility": "U",
    "reproducibility": "Rep",
}

GLOSSARY = (
    ("Intervention", "One thing done for an aspect of trust, such as DP-SGD for privacy."),
    ("Treatment", "A set of interventions that is switched on. The control has none."),
    ("Layer", "An intervention on top of trained models: adjusted decisions, explanations, prediction sets."),
    (
        "Member",
        "One model of a treatment. Member k of every treatment trains on the same rows from the same starting point, "
        "so that differences are differences between treatments.",
    ),
    ("Effect", "What an intervention changes in one metric, against the same treatment without it."),
    ("Tolerance", "The smallest change of practical importance. It is declared before anything runs."),
    (
        "Interval",
        "Where the effect plausibly lies, counting members, test rows and calibration rows. Each end is a one-sided 95 % "
        "bound, over all planned looks where members are added.",
    ),
    (
        "Adjusted p",
        "The chance of data like these if the change were no worse than the tolerance, corrected for the number of "
        "comparisons by the method of Benjamini and Hochberg.",
    ),
    (
        "Tuned, as applied",
        "Tuned: the learning rate is chosen again for the treatment, with the same budget for each. "
        "As applied: the rate that the study declares, for the control too, or else the one chosen for the control.",
    ),
    (
        "Positive control",
        "A check that an intervention helps its own aspect. If it does not, it did nothing here, "
        "and finding no harm says little. If that could not be seen, it is not shown to work.",
    ),
    ("Primary effect", "An effect that decides the verdict of its interaction."),
    ("Collapse", "A model that gives almost every row the same decision."),
    (
        "Constant model",
        "A model that says the same of everybody, with the shares of the labels as its probabilities. A treatment that is not "
        "shown to beat its balanced accuracy by more than the tolerance is nearly collapsed: what it seems to improve is "
        "withheld, and it is not chosen.",
    ),
    ("Point", "One hundredth of a share: from 50 % to 51 % is one point."),
)
"""Terms a reader outside the field may not know."""


def pooled(verdicts: Iterable[str]) -> str:
    """The verdict of several metrics taken together: the worst shown decides.

    A harm decides; so does what is undecided or withheld. An improvement stands only where nothing is worse than clear.
    What was not measured never decides while something was.

    Example:
        >>> pooled(["no_material_harm", "improvement", "not_measurable"])
        'improvement'
        >>> pooled(["improvement", "harm"])
        'harm'
    """
    found = set(verdicts)
    return next((verdict for verdict in VERDICTS if verdict in found), "not_measurable")
