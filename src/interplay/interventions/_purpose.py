"""What an intervention is for: what it should improve, and against what; and whose harms a diagnostic takes apart."""

from dataclasses import dataclass
from typing import Literal

Baseline = Literal["without", "same", "absent"]
"""What a treated cell is held against. `without`: the treatment less the intervention. `same`: the same treatment, by
another metric. `absent`: zero by definition, as without the intervention there is nothing to measure."""


@dataclass(frozen=True)
class Service:
    """What an intervention is for: the metric it should improve, and against what.

    `replaces` are interventions that stand in the baseline instead of it; `baseline_metric` is read there when it is
    not the same metric.
    """

    metric: str
    baseline: Baseline = "without"
    replaces: tuple[str, ...] = ()
    baseline_metric: str | None = None


@dataclass(frozen=True)
class PartOf:
    """Which intervention's harms a diagnostic takes apart.

    `alone`: it does by itself a part of what the intervention does, and its own harm is that part. `undone`: it does the
    same but for a part, which is what its harm lacks.
    """

    intervention: str
    how: Literal["alone", "undone"]
