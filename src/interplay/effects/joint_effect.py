"""A joint effect: what interventions do to a metric together, beyond what each of them does."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Literal

from pydantic import TypeAdapter

from interplay.aspects import Aspect
from interplay.design.joint import At, Kind

if TYPE_CHECKING:
    import pandas as pd

JointVerdict = Literal["worse", "better", "not_flagged", "withheld", "not_measurable"]
"""worse, better: by more than twice the tolerance, after correction over all joint contrasts.
not_flagged: an estimate without a verdict; it says neither that there is a joint effect nor that there is none.
withheld: a treatment of the contrast collapsed. not_measurable: a treatment has no number; the reason says which."""


@dataclass(frozen=True)
class JointEffect:
    """One joint contrast of one metric (and of one gap, for a disparity).

    `kind`, `at`, `factors` and `aliases` are those of `interplay.design.joint.JointContrast`; `layer` names the
    prediction layer that was taken as one more factor, and `context` the layer under which every treatment was measured
    ("" for none). `estimate`, `low` and `high` are positive for the worse, in the metric's unit or, for a relative
    metric, as a ratio minus one; each bound is one-sided 95 %. `adjusted_p` is the Benjamini-Hochberg p, over all joint
    contrasts, of "within `threshold`, either way", and `threshold` is twice the tolerance. `members` are those paired.
    `unsettled` are treatments whose gap has no settled direction.
    """

    target: Aspect
    metric: str
    contrast: str
    kind: Kind
    at: At
    factors: tuple[str, ...]
    aliases: tuple[tuple[str, ...], ...]
    layer: str
    context: str
    treatments: int
    threshold: float
    verdict: JointVerdict
    reason: str
    members: int | None = None
    estimate: float | None = None
    low: float | None = None
    high: float | None = None
    standard_error: float | None = None
    degrees: float | None = None
    p_value: float | None = None
    adjusted_p: float | None = None
    unsettled: tuple[str, ...] = ()

    @property
    def flagged(self) -> bool:
        """Whether it is shown beyond twice the tolerance."""
        return self.verdict in ("worse", "better")


@dataclass(frozen=True)
class JointEffects:
    """Every joint effect, by metric and in the order of the contrasts; `family` is how many were tested together."""

    effects: tuple[JointEffect, ...]
    family: int

    def frame(self) -> "pd.DataFrame":
        """One row for each joint effect, with sets of interventions as words."""
        import pandas as pd  # takes a third of a second, which `interplay decide` does not have

        return pd.DataFrame([_row(effect) for effect in self.effects], columns=list(JointEffect.__dataclass_fields__))

    def to_json(self) -> str:
        """The same as JSON text, which `from_json` reads back."""
        return _adapter.dump_json(self).decode()

    @classmethod
    def from_json(cls, text: str) -> "JointEffects":
        """Read back what `to_json` wrote."""
        return _adapter.validate_json(text)


_adapter = TypeAdapter(JointEffects)


def _row(effect: JointEffect) -> Mapping[str, object]:
    return {
        **asdict(effect),
        "target": effect.target.value,
        "factors": " x ".join(effect.factors),
        "aliases": ", ".join(" x ".join(one) for one in effect.aliases),
        "unsettled": ", ".join(effect.unsettled),
    }
