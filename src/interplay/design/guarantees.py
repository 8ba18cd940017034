"""What treatments promise about privacy: which budgets cannot be stated, why some have none, and what all budgets mean."""

from collections.abc import Iterator
from dataclasses import dataclass

from interplay.accounting import smallest_noise
from interplay.design.factors import Factors
from interplay.design.plan import Design
from interplay.design.treatment import Treatment
from interplay.interventions.dp_sgd import DpSgd
from interplay.study.faults import Fault
from interplay.study.positions import KeyPath

NO_MECHANISM = "no intervention of this treatment gives a guarantee"

NOT_FOR_RELEASE = (
    "Models of an audit are not for release: their noise follows from the seed of the study. The budget is that of one "
    "model trained anew with secret noise; several that are released together compose: they spend more than one does"
)

SECRET_NOISE = (
    "These models were trained with secret noise and batches, whose keys came from the system's entropy and are kept "
    "nowhere. One of them may be deployed; the budget is that of this one, and whatever else is released adds to it"
)

ROWS_ARE_PUBLIC = (
    "Batches are full, and every step divides by the number of rows that a model trains on: take this number as public. "
    "The guarantee is about one row more or less, and does not hide how many there are"
)


def no_budget(built: Factors, treatment: Treatment) -> str:
    """Why a treatment has no budget of differential privacy; empty where it has one."""
    private = [one for name in treatment.interventions if isinstance(one := built.known.get(name), DpSgd)]
    return next((one.diagnostic for one in private), NO_MECHANISM)


def never_chosen(built: Factors, treatment: Treatment) -> str:
    """Why a treatment is trained and compared, and never chosen by a decision; empty where it may be chosen.

    Example:
        >>> built = Factors({"dp_sgd": DpSgd(noise_multiplier=0.0)}, {})
        >>> never_chosen(built, Treatment()), never_chosen(built, Treatment(("dp_sgd",)))[:24]
        ('', 'a diagnostic: gradients ')
    """
    active = [one for name in treatment.interventions if (one := built.known.get(name)) is not None]
    reason = next((one.diagnostic for one in active if one.diagnostic), "")
    if reason:
        return f"a diagnostic: {reason}"
    other = any(name in built.strengths for name in treatment.interventions)
    return "another strength, for the curve of strengths" if other else ""


def rows_are_public(design: Design) -> bool:
    """Whether a guarantee of this design rests on a number of rows that everybody may know."""
    return design.batch_size >= design.half and any(_guarantees(design.factors))


def guarantee_faults(design: Design) -> Iterator[Fault]:
    """Parameters of differential privacy that promise nothing with the rows of this study, or cannot be accounted for.

    The most rows that a model trains on are those of the pool, when a choice is confirmed.
    """
    for stated in _stated(design):
        if stated.key == "privacy_delta" or stated.declared:
            yield from _delta_faults(stated, len(design.pool))
        if stated.key == "noise_multiplier" or stated.declared:
            yield from _noise_faults(stated, design)


@dataclass(frozen=True)
class _Stated:
    """DP-SGD as a study states it: declared, or at another strength of the parameter `key`."""

    private: DpSgd
    path: KeyPath
    key: str
    declared: bool

    def at(self, parameter: str) -> KeyPath:
        return (*self.path, "parameters", parameter) if self.declared else self.path


def _stated(design: Design) -> Iterator[_Stated]:
    for index, section in enumerate(design.study.interventions):
        path: KeyPath = ("interventions", index)
        declared = design.factors.training.get(section.name)
        if isinstance(declared, DpSgd):
            yield _Stated(declared, path, "", True)
        for one in design.factors.strengths.values():
            if one.of == section.name and isinstance(one.intervention, DpSgd):
                place = section.strengths[one.parameter].index(one.value)
                yield _Stated(one.intervention, (*path, "strengths", one.parameter, place), one.parameter, False)


def _delta_faults(stated: _Stated, rows: int) -> Iterator[Fault]:
    delta = stated.private.privacy_delta
    if delta is not None and delta * rows >= 1:
        yield Fault(
            stated.at("privacy_delta"),
            f"a privacy_delta below 1/{rows} = {1 / rows:.2g}, for the {rows:,} rows of the pool",
            f"{delta:g}, with which a mechanism may publish a whole row and keep its promise",
            f"write one well below, or take it out for {rows**-1.1:.1g} (rows ** -1.1)",
        )


def _noise_faults(stated: _Stated, design: Design) -> Iterator[Fault]:
    noise, steps = stated.private.noise_multiplier, design.study.model.steps
    if not noise:  # solved for, or clipping alone
        return
    rate = min(1.0, design.batch_size / design.half)
    least = smallest_noise(rate, steps, stated.private.delta(design.half))
    if noise < least:
        yield Fault(
            stated.at("noise_multiplier"),
            f"a noise multiplier of at least {_rounded_up(least)}, the smallest that can be accounted for",
            f"{noise:g} with {steps} steps and a sampling rate of {rate:.3g}, whose guarantee would say nothing",
            "raise it, or write 0 for clipping alone, which promises nothing, is compared and never chosen",
        )


def _rounded_up(value: float) -> str:
    """Three digits, and not below the value."""
    text = f"{value:.3g}"
    return text if float(text) >= value else f"{value * 1.005:.3g}"


def _guarantees(built: Factors) -> Iterator[DpSgd]:
    strengths = (one.intervention for one in built.strengths.values())
    for one in (*built.training.values(), *strengths):
        if isinstance(one, DpSgd) and not one.diagnostic:
            yield one
