"""What MEASURE hands on: every metric on every treatment."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from interplay.design.treatment import Treatment
from interplay.estimates import NotMeasurable, Sample
from interplay.evidence import PrivacyGuarantee
from interplay.metrics import Metric

Tuning = Literal["tuned", "as_applied"]
"""`tuned`: the learning rate re-tuned for the treatment under an equal budget. `as_applied`: the rate that the study
declares, for the control too; where it declares none, the rate chosen for the control."""


@dataclass(frozen=True, order=True)
class Cell:
    """One treatment, tuned or as applied, and one metric by its key.

    `against` names the treatment it is compared with, where only the rows count that both decide rightly.
    """

    treatment: Treatment
    tuning: Tuning
    metric: str
    against: Treatment | None = None


@dataclass(frozen=True, eq=False)
class Measurements:
    """All samples by cell, the metrics by key, and what the treatments spent and did.

    `collapse` holds, per treatment and tuning, why the treatment collapsed, for those that did (it predicts almost one
    class for every row, so that its other verdicts are withheld). `budgets` holds the differential privacy budgets;
    `constant` what a model that says the same of everybody has, by metric, where that can be measured; `methods` says,
    in JSON-ready values, how things were measured.
    """

    samples: Mapping[Cell, Sample | NotMeasurable]
    metrics: Mapping[str, Metric]
    collapse: Mapping[tuple[Treatment, Tuning], str]
    budgets: Mapping[Treatment, PrivacyGuarantee]
    constant: Mapping[str, float] = field(default_factory=dict)
    methods: Mapping[str, Any] = field(default_factory=dict)

    def overlaid(self, more: "Measurements") -> "Measurements":
        """The same with the samples of `more` in their place, and its word on what collapsed."""
        anew = {(cell.treatment, cell.tuning) for cell in more.samples}
        collapse = {place: why for place, why in self.collapse.items() if place not in anew}
        return replace(self, samples={**self.samples, **more.samples}, collapse={**collapse, **more.collapse})

    def sample(
        self, treatment: Treatment, tuning: Tuning, metric: str, against: Treatment | None = None
    ) -> Sample | NotMeasurable:
        """The sample of one cell, or why there is none."""
        missing = NotMeasurable(f"{metric} was not measured on {treatment.name}")
        return self.samples.get(Cell(treatment, tuning, metric, against), missing)
