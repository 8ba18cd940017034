"""A comparison planned before anything runs: which treatment is held against which, on which metric."""

from dataclasses import dataclass

from interplay.aspects import Aspect
from interplay.design.treatment import Treatment


@dataclass(frozen=True)
class Comparison:
    """What `applied` does to a metric: the treatment that has it against the same without it.

    `baseline` None means that the baseline is zero by definition (without explanations there is no fidelity gap).
    `metric` and `baseline_metric` are metric keys. `source` are the aspects of the applied interventions. `probe` is
    "pair/probe name" when an interaction of the catalogue asks for it ("privacy_to_fairness/accuracy disparity"), and
    "" otherwise; `primary` probes decide the verdict of their pair. `control_of` names the intervention whose positive
    control this comparison is ("" for none): does it help its own aspect?
    """

    treatment: Treatment
    baseline: Treatment | None
    metric: str
    baseline_metric: str
    applied: tuple[str, ...]
    source: tuple[Aspect, ...]
    target: Aspect
    probe: str = ""
    primary: bool = False
    control_of: str = ""
