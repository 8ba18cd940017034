"""What an interaction is: one directed pair of aspects and the probes that show it, as data."""

from dataclasses import dataclass
from typing import Literal

from interplay.aspects import Aspect

Baseline = Literal["without", "absent"]
"""`without`: the same treatment less the intervention. `absent`: zero by definition, since without the intervention
there is nothing to measure (no explanation has no fidelity gap)."""


@dataclass(frozen=True)
class Probe:
    """One executable test of a directed pair: the harmed cell against the baseline cell.

    The harmed cell is the treatment {one of `interventions`} + `context`, measured by `metric`; the baseline cell is
    `context` alone, measured by `baseline_metric` (the same metric when None), or zero when `baseline` is "absent".
    Every intervention of `interventions` that a study lists gives one pair of cells. The harmful sign follows from the
    metric's direction and is not written. `primary` probes decide the verdict of the pair.
    """

    name: str
    claim: str
    mechanism: str
    interventions: tuple[str, ...]
    metric: str
    references: tuple[str, ...]
    positive_control: str
    negative_control: str
    context: tuple[str, ...] = ()
    baseline: Baseline = "without"
    baseline_metric: str | None = None
    primary: bool = True


@dataclass(frozen=True)
class Unmeasured:
    """A probe the catalogue knows and this version cannot run; `missing` says what it needs."""

    name: str
    claim: str
    missing: str
    references: tuple[str, ...]


@dataclass(frozen=True)
class Interaction:
    """A directed pair A -> B: applying an intervention of `source` may harm `target`.

    `section` is the section of Cresswell (2025) that describes it.
    """

    source: Aspect
    target: Aspect
    section: str
    summary: str
    probes: tuple[Probe | Unmeasured, ...]

    @property
    def name(self) -> str:
        """The file's stem: `privacy_to_fairness`."""
        return f"{self.source.value}_to_{self.target.value}"
