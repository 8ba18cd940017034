"""The risk register: every harm that is not shown absent, the largest risk first."""

import hashlib
from collections.abc import Sequence

from interplay.aspects import DIRECTED_PAIRS
from interplay.decision.risk import Risk, RiskContext, appraise
from interplay.effects.effect import Effect
from interplay.effects.matrix import CLEAR, shown_harms

WHOLE = "treatment"
"""The source of a residual harm that no probe asks about: the treatment as a whole."""


def register(effects: Sequence[Effect], residual: Sequence[Effect], at_stake: RiskContext) -> tuple[Risk, ...]:
    """The risks of a study: those of re-tuned primary probes, every other harm that is shown for a directed pair, and the
    residual harms of the chosen treatment.

    Left out is what is shown absent: no material harm, or improvement, that does not rest on an attack. What could not be
    assessed (no number, or a collapsed treatment) stays, at the end. Sorted by score, then by exceedance; two entries
    with one identity become the larger one.
    """
    asked = [effect for effect in effects if effect.primary and effect.probe and effect.tuning == "tuned"]
    asked += [effects[place] for pair in DIRECTED_PAIRS for place in shown_harms(effects, *pair)]
    risks = [appraise(effect, at_stake) for effect in (*asked, *residual) if not _absent(effect, at_stake)]
    known: dict[str, Risk] = {}
    for risk in sorted(risks, key=_order):
        known.setdefault(identity(risk.effect), risk)
    return tuple(known.values())


def pair_of(effect: Effect) -> str:
    """The directed pair an effect belongs to: its probe's, else the treatment as a whole against the target."""
    return effect.probe.partition("/")[0] or f"{WHOLE}_to_{effect.target.value}"


def identity(effect: Effect) -> str:
    """A short name of a risk that stays the same from run to run, made of pair, probe, treatment, metric and contrast.

    It begins with a letter so that no spreadsheet reads it as a number.
    """
    probe = effect.probe.partition("/")[2]
    parts = (pair_of(effect), probe, effect.treatment.name, effect.metric, effect.contrast)
    return "R-" + hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:12]


def _absent(effect: Effect, at_stake: RiskContext) -> bool:
    return effect.verdict in CLEAR and not at_stake.unproven(effect)


def _order(risk: Risk) -> tuple[bool, float, float, str]:
    score, excess = risk.score, risk.effect.exceedance
    return score is None, -(score or 0.0), -(excess or 0.0), identity(risk.effect)
