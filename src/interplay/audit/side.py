"""One of two models that are compared: everything that is measured of it, on terms that both share."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace

import numpy as np

from interplay.arrays import Array, Int
from interplay.audit.prepare import Prepared
from interplay.audit.stages import Progress
from interplay.audit.written import as_json
from interplay.design.gated import of_candidate
from interplay.design.settings import Settings, settle
from interplay.design.treatment import Treatment
from interplay.estimates import NotMeasurable, Sample
from interplay.exhibits import refitted
from interplay.measurement.constant import constant_levels
from interplay.measurement.measure import ControlReference, measured_with, reference
from interplay.measurement.measurements import Measurements
from interplay.measurement.settings import settings
from interplay.study.dump import to_json
from interplay.training.train import Fleet, anew, train, tune


@dataclass(frozen=True)
class Terms:
    """What the approved model settles for both: the radius of attacks, and what prediction sets and collapses are judged by."""

    radius: float
    miscoverage: float
    share: float

    @property
    def reference(self) -> ControlReference:
        """The part that measuring takes."""
        return ControlReference(self.miscoverage, self.share)

    def to_json(self) -> dict[str, float]:
        """The same as numbers by name."""
        return asdict(self)


@dataclass(frozen=True, eq=False)
class Side:
    """A model, and what was measured of it."""

    ready: Prepared
    fleet: Fleet
    terms: Terms
    measured: Measurements

    @property
    def decisions(self) -> Int[Array, "member row"]:
        """The decisions of its members on all rows."""
        members = refitted(self.ready.setting(), self.fleet.tuned[Treatment()])
        return np.asarray(members.log_probabilities(self.ready.encoded.matrix).argmax(axis=2))


def measured_side(
    ready: Prepared, terms: Terms | None = None, fleet: Fleet | None = None, progress: Progress = lambda *_: None
) -> Side:
    """Measure a model that is trained already, or train and measure a recipe.

    Without `terms` it settles them itself, as the approved model does; `fleet` are its members where they are trained already.
    """
    found = (
        settings(ready.training_setting(), ready.setting(), ready.tuning_rows(), anew)
        if terms is None
        else Settings(radius=terms.radius)
    )
    ready = replace(ready, design=settle(ready.design, found))
    if fleet is None:
        shop = ready.training_setting()
        fleet = train(shop, tune(shop, ready.tuning_rows()))
    setting = ready.setting()
    if terms is None:
        own = reference(setting, fleet.tuned[Treatment()])
        terms = Terms(ready.design.radius, own.miscoverage, own.share)
    measured = measured_with(setting, fleet, terms.reference, progress)
    constant = constant_levels(setting, terms.miscoverage)
    return Side(ready, fleet, terms, _tuned(replace(measured, constant=constant, methods={})))


def model_digest(ready: Prepared) -> str:
    """SHA-256 of a trained model; of a recipe that of what declares it."""
    if ready.design.is_given:
        return ready.family.identity
    declared = to_json(ready.study)["model"]
    return hashlib.sha256(as_json({"model": declared, "identity": ready.family.identity})).hexdigest()


def beside(approved: Measurements, candidate: Measurements) -> Measurements:
    """The measurements of both models, those of the candidate under its own treatments.

    What the two have in common is kept to 32 bits, as an approval holds it, so that equal models differ by exactly zero.
    """
    theirs = {replace(cell, treatment=of_candidate(cell.treatment)): one for cell, one in candidate.samples.items()}
    collapse = {(of_candidate(one), tuning): why for (one, tuning), why in candidate.collapse.items()}
    samples = {cell: _rounded(one) for cell, one in {**approved.samples, **theirs}.items()}
    return replace(approved, samples=samples, collapse={**approved.collapse, **collapse})


def without(measured: Measurements, reasons: Mapping[str, str]) -> Measurements:
    """The same with a reason in the place of some metrics."""
    samples = {
        cell: NotMeasurable(reasons[cell.metric]) if cell.metric in reasons else one
        for cell, one in measured.samples.items()
    }
    return replace(measured, samples=samples)


def _tuned(measured: Measurements) -> Measurements:
    """Without what was measured as applied: both models are judged as they would be deployed."""
    samples = {cell: one for cell, one in measured.samples.items() if cell.tuning == "tuned" and cell.against is None}
    collapse = {place: why for place, why in measured.collapse.items() if place[1] == "tuned"}
    return replace(measured, samples=samples, collapse=collapse)


def _rounded(sample: Sample | NotMeasurable) -> Sample | NotMeasurable:
    if isinstance(sample, NotMeasurable):
        return sample
    contrasts = tuple(replace(one, values=_to_32_bits(one.values)) for one in sample.contrasts)
    return replace(sample, values=_to_32_bits(sample.values), contrasts=contrasts)


def _to_32_bits(values: Array) -> Array:
    return np.asarray(values, dtype=np.float32).astype(np.float64)
