"""Choosing learning rates: every treatment with the same budget, on members and rows set apart."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from interplay.arrays import Array, Float, Int
from interplay.training.refit import refit

MAXIMUM_EXTENSIONS = 3
"""How often a grid grows beyond an edge at which its best rate lies."""


@dataclass(frozen=True)
class Tuning:
    """How a treatment's learning rate was chosen.

    `scores` are mean log losses after a logistic refit, one per rate tried, null where no candidate was finite;
    `collapsed` are the rates whose models predict almost one class; `refused` says why a better-scored rate was passed
    over, or is empty; `at_edge` is true when the chosen rate is still at an edge of what was tried, of several rates.
    """

    rates: tuple[float, ...]
    scores: tuple[float | None, ...]
    collapsed: tuple[float, ...]
    chosen: float
    refused: str
    at_edge: bool


@dataclass(frozen=True, eq=False)
class Trial:
    """One learning rate: the refitted log loss of each tuning member, and whether the members collapsed."""

    rate: float
    losses: Float[Array, " member"]
    collapsed: bool


def untried(rate: float) -> Tuning:
    """That of models without a learning rate whose log loss cannot be known."""
    return Tuning(rates=(rate,), scores=(None,), collapsed=(), chosen=rate, refused="", at_edge=False)


def refitted_log_loss(
    scores: Float[Array, "row label"], labels: Int[Array, " row"], weights: Float[Array, " row"] | None = None
) -> float:
    """Log loss after a refit of scale and intercepts of the class scores: of the model as it decides.

    The refit is that of `interplay.training.refit`, with which decisions are taken too. Infinite when a score is not
    finite. Lower is better. Raw log loss would prefer under-trained models under DP-SGD, which makes models
    over-confident.

    Reference: Platt (1999) for the refit.

    Example:
        >>> wrong_scale = np.array([[0.0, 50.0], [50.0, 0.0], [0.0, 30.0], [0.0, 10.0]])
        >>> refitted_log_loss(wrong_scale, np.array([1, 0, 1, 0])) < 0.5
        True
    """
    fitted = refit(scores, labels, weights)
    return float(np.inf) if fitted is None else fitted.log_loss(scores, labels, weights)


def collapse_reason(
    decisions: Int[Array, "member row"], labels: Int[Array, " row"], classes: int, control_share: float | None
) -> str | None:
    """Why these decisions count as collapsed, or None.

    Collapsed when the balanced accuracy is within a tenth of the way from chance to one, or when the share of the most
    decided class is above max(base rate, the control's share) + 0.5 * (1 - base rate). Without a control (it is the
    control that is judged) only the first rule holds: with a rare class a good model may decide for it seldom.
    """
    base = float(np.bincount(labels, minlength=classes).max() / len(labels))
    share = float(np.mean([np.bincount(one, minlength=classes).max() / len(labels) for one in decisions]))
    recalls = [np.mean(decisions[:, labels == label] == label) for label in range(classes) if (labels == label).any()]
    balanced = float(np.mean(recalls))
    limit = 1.0 if control_share is None else max(base, control_share) + 0.5 * (1 - base)
    floor = least_balanced(classes)
    if share > limit:
        return f"{share:.1%} of the rows get the same decision (the most frequent label has {base:.1%})"
    if balanced < floor:
        return f"balanced accuracy is {balanced:.3f}, where guessing gives {1 / classes:.3f}"
    return None


def least_balanced(classes: int) -> float:
    """The balanced accuracy below which decisions count as collapsed: a tenth of the way from guessing to one.

    Example:
        >>> least_balanced(2)
        0.55
    """
    return 1 / classes + 0.1 * (1 - 1 / classes)


def choose(evaluate: Callable[[tuple[float, ...]], list[Trial]], grid: tuple[float, ...]) -> Tuning:
    """The learning rate with the smallest refitted log loss, with three rules.

    A grid whose best rate lies at an edge grows there; one of a single rate leaves no choice and is taken as it is. A
    collapsed rate is refused while an uncollapsed one is within one standard error. A rate with a non-finite loss is a
    candidate like others and loses.
    """
    rates = tuple(sorted(set(grid)))
    trials = sorted(evaluate(rates), key=lambda trial: trial.rate)
    factor = (rates[-1] / rates[0]) ** (1 / max(len(rates) - 1, 1))
    for _ in range(MAXIMUM_EXTENSIONS if len(rates) > 1 else 0):
        best = _best(trials)[0]
        if best is trials[0]:
            new = trials[0].rate / factor
        elif best is trials[-1]:
            new = trials[-1].rate * factor
        else:
            break
        trials = sorted([*trials, *evaluate((new,))], key=lambda trial: trial.rate)
    best, refused = _best(trials)
    means = [float(trial.losses.mean()) for trial in trials]
    return Tuning(
        rates=tuple(trial.rate for trial in trials),
        scores=tuple(mean if np.isfinite(mean) else None for mean in means),
        collapsed=tuple(trial.rate for trial in trials if trial.collapsed),
        chosen=best.rate,
        refused=refused,
        at_edge=len(rates) > 1 and best in (trials[0], trials[-1]),
    )


def _best(trials: list[Trial]) -> tuple[Trial, str]:
    first = min(trials, key=lambda trial: float(trial.losses.mean()))
    if not first.collapsed:
        return first, ""
    near = [trial for trial in trials if not trial.collapsed and _within_error(trial, first)]
    if not near:
        return first, ""
    second = min(near, key=lambda trial: float(trial.losses.mean()))
    reason = f"{first.rate:g} scored best but collapsed; {second.rate:g} is within one standard error"
    return second, reason


def _within_error(trial: Trial, best: Trial) -> bool:
    gaps = trial.losses - best.losses
    if not bool(np.isfinite(gaps).all()):
        return False
    error = float(np.std(gaps, ddof=1) / np.sqrt(len(gaps))) if len(gaps) > 1 else 0.0
    return float(gaps.mean()) <= max(error, 1e-3)
