"""What an interaction is: one directed pair of aspects and the probes that show it, as data."""

from dataclasses import dataclass, field
from typing import Literal

from interplay.aspects import Aspect
from interplay.interventions import Baseline

Expectation = Literal["harm", "improvement", "either"]
"""What the references of a probe lead one to expect: `either` where published results point both ways or give no
direction. It is shown beside what was measured and never enters a verdict."""


@dataclass(frozen=True)
class Probe:
    """One executable test of a directed pair: the harmed cell against the baseline cell.

    A cell is a treatment and a metric. Every intervention of `interventions` that a study lists gives one pair of
    cells, provided that the study also lists `context` and `replaces`. The harmed cell is the treatment {intervention}
    + `context`, measured by `metric`. The baseline cell follows from `baseline`:

    - "without": the treatment `replaces` + `context`, measured by `metric`. `replaces` names interventions that stand
      in the baseline instead of the applied one: group-wise prediction sets are held against marginal ones, not against
      no sets at all.
    - "same": the treatment of the harmed cell itself, measured by `baseline_metric`: what the same released thing is
      worth under another condition (coverage under attack against coverage without). Both metrics are read on the same
      members and rows, so the difference stays paired. Only here may `baseline_metric` be given.
    - "absent": zero by definition, as without the intervention there is nothing to measure.

    The harmful sign follows from the metric's direction and is not written. `primary` probes decide the verdict of the
    pair. `positive_control` describes a world in which the effect is known to exist, `negative_control` one in which it
    is known not to. `expects` is the direction that the references lead one to expect. `alias` is a short name that stays
    when the wording changes, such as "P->F.acc-disparity".
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
    replaces: tuple[str, ...] = ()
    baseline: Baseline = "without"
    baseline_metric: str | None = None
    primary: bool = True
    expects: Expectation = field(kw_only=True)
    alias: str = ""


@dataclass(frozen=True)
class Unmeasured:
    """A probe the catalogue knows and this version cannot run.

    `missing` says what it needs, in one phrase without a full stop that reads on from "not yet measurable:". `expects`
    is the direction that the references lead one to expect.
    """

    name: str
    claim: str
    missing: str
    references: tuple[str, ...]
    expects: Expectation = field(kw_only=True)
    alias: str = ""


@dataclass(frozen=True)
class Idea:
    """Something published against the harm of a pair that the catalogue does not have."""

    text: str
    reference: str


@dataclass(frozen=True)
class Interaction:
    """A directed pair A -> B: applying an intervention of `source` may harm `target`.

    `section` is the section of Cresswell (2025) that describes it. What the catalogue has against its harms is said by
    interventions (`mitigates`); `ideas` are what it does not have.
    """

    source: Aspect
    target: Aspect
    section: str
    summary: str
    probes: tuple[Probe | Unmeasured, ...]
    ideas: tuple[Idea, ...] = ()

    @property
    def name(self) -> str:
        """The file's stem: `privacy_to_fairness`."""
        return f"{self.source.value}_to_{self.target.value}"

    @property
    def measured(self) -> tuple[Probe, ...]:
        """The probes this version can run."""
        return tuple(probe for probe in self.probes if isinstance(probe, Probe))

    @property
    def unmeasured(self) -> tuple[Unmeasured, ...]:
        """The probes this version cannot run."""
        return tuple(probe for probe in self.probes if isinstance(probe, Unmeasured))
