"""FORECAST: which of the 20 interactions a study touches, and what the literature expects of each, before training."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import TypeAdapter

from interplay.aspects import DIRECTED_PAIRS, Aspect
from interplay.design.comparison import Comparison
from interplay.interactions import Expectation, Interaction, Probe, Unmeasured
from interplay.interventions import Intervention

LATER = "not yet measurable: "
"""How the obstacle of a probe begins that this version cannot run."""


@dataclass(frozen=True)
class Expected:
    """What is expected of one probe.

    `interventions` are those of the study that it applies. `obstacle` says why it will not run, and is empty when it
    will.
    """

    name: str
    claim: str
    expects: Expectation
    primary: bool
    interventions: tuple[str, ...]
    obstacle: str
    references: tuple[str, ...]

    @property
    def runs(self) -> bool:
        """Whether the study measures it."""
        return not self.obstacle


@dataclass(frozen=True)
class ForecastCell:
    """One directed pair: the study's `techniques` for its source, and its probes."""

    source: Aspect
    target: Aspect
    techniques: tuple[str, ...]
    probes: tuple[Expected, ...]

    @property
    def active(self) -> bool:
        """Whether the study applies anything for the source, so that the target may be harmed."""
        return bool(self.techniques)

    @property
    def measured(self) -> bool:
        """Whether a probe of it will run, where anything is applied for the source; a diagnostic alone measures no pair."""
        return self.active and any(probe.runs for probe in self.probes)

    @property
    def leading(self) -> tuple[Expected, ...]:
        """The probes that speak for the pair: of those that run, or of all when none does, the primary ones if any."""
        spoken = tuple(probe for probe in self.probes if probe.runs) or self.probes
        return tuple(probe for probe in spoken if probe.primary) or spoken

    @property
    def expects(self) -> Expectation:
        """What its leading probes agree on, and `either` where they differ."""
        found = {probe.expects for probe in self.leading}
        return found.pop() if len(found) == 1 else "either"


@dataclass(frozen=True)
class Forecast:
    """All 20 pairs, for the study with this `digest`.

    `before_training` says whether no model of the study existed when it was made.
    """

    digest: str
    before_training: bool
    cells: tuple[ForecastCell, ...]

    def to_json(self) -> str:
        """The same as JSON text, which `from_json` reads back."""
        return _adapter.dump_json(self, indent=1).decode()

    @classmethod
    def from_json(cls, text: bytes | str) -> "Forecast":
        """Read back what `to_json` wrote. Raises `ValueError` for anything else."""
        return _adapter.validate_json(text)


_adapter = TypeAdapter(Forecast)


def forecast(
    applied: Mapping[str, Intervention],
    comparisons: Sequence[Comparison],
    interactions: Mapping[str, Interaction],
    digest: str,
    before_training: bool = True,
) -> Forecast:
    """Forecast every directed pair for the interventions that a study applies, in the order of `DIRECTED_PAIRS`.

    A pair A -> B is active when an intervention for A is applied. A probe runs when the plan has a comparison of it;
    otherwise it says what is missing. `expects` is what the references of the probe lead one to expect, in either
    direction.

    Reference: Cresswell, 2025, section 4, step 3.

    Example:
        >>> from interplay.interactions.privacy_to_fairness import INTERACTION
        >>> from interplay.interventions.dp_sgd import DpSgd
        >>> planned = forecast({"dp_sgd": DpSgd()}, (), {INTERACTION.name: INTERACTION}, "0" * 64)
        >>> cell = next(one for one in planned.cells if one.probes)
        >>> cell.active, cell.measured, cell.expects, cell.probes[0].obstacle
        (True, False, 'harm', 'the study declares no groups to compare')

    Does not show: how large an effect will be, nor that it will occur on these data.
    """
    known = {(one.source, one.target): one for one in interactions.values()}
    planned = {one.probe for one in comparisons if one.probe}
    cells = tuple(_cell(*pair, applied, known.get(pair), planned) for pair in DIRECTED_PAIRS)
    return Forecast(digest, before_training, cells)


def _cell(
    source: Aspect,
    target: Aspect,
    applied: Mapping[str, Intervention],
    interaction: Interaction | None,
    planned: set[str],
) -> ForecastCell:
    techniques = tuple(name for name, one in applied.items() if source in one.aspects)
    if interaction is None:
        return ForecastCell(source, target, techniques, ())
    probes = tuple(_expected(interaction.name, probe, applied, planned) for probe in interaction.probes)
    return ForecastCell(source, target, techniques, probes)


def _expected(pair: str, probe: Probe | Unmeasured, applied: Mapping[str, Intervention], planned: set[str]) -> Expected:
    if isinstance(probe, Unmeasured):
        obstacle = f"{LATER}{probe.missing}"
        return Expected(probe.name, probe.claim, probe.expects, False, (), obstacle, probe.references)
    here = tuple(name for name in probe.interventions if name in applied)
    obstacle = "" if f"{pair}/{probe.name}" in planned else _obstacle(probe, here, applied)
    return Expected(probe.name, probe.claim, probe.expects, probe.primary, here, obstacle, probe.references)


def _obstacle(probe: Probe, here: tuple[str, ...], applied: Mapping[str, Intervention]) -> str:
    beside = [name for name in (*probe.context, *probe.replaces) if name not in applied]
    if not here:
        beside = [" or ".join(probe.interventions), *beside]
    return f"the study does not list {' and '.join(beside)}" if beside else "the study declares no groups to compare"
