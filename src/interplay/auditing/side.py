"""One of two models that are compared: everything that is measured of it, on terms that both share."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace

import numpy as np

from interplay.arrays import Array, Int
from interplay.auditing.prepare import Prepared
from interplay.auditing.stages import Progress
from interplay.auditing.written import as_json
from interplay.design.gated import deployed, of_candidate, of_deployed
from interplay.design.settings import Settings, settle
from interplay.design.treatment import Treatment
from interplay.estimates import NotMeasurable, Sample
from interplay.exhibits import refitted
from interplay.measurement.constant import constant_levels
from interplay.measurement.measure import ControlReference, measured_with, reference
from interplay.measurement.measurements import Measurements, Tuning
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
        members = refitted(self.ready.setting(), self.fleet.tuned[deployed(self.ready.design)])
        return members.decisions(self.ready.encoded.matrix)


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
    ready = replace(ready, design=of_deployed(settle(ready.design, found)))
    if fleet is None:
        shop = ready.training_setting()
        fleet = train(shop, tune(shop, ready.tuning_rows()))
    setting, own_treatment = ready.setting(), deployed(ready.design)
    if terms is None:
        own = reference(setting, fleet.tuned[own_treatment])
        terms = Terms(ready.design.radius, own.miscoverage, own.share)
    measured = measured_with(setting, fleet, terms.reference, progress)
    constant = constant_levels(setting, terms.miscoverage)
    return Side(ready, fleet, terms, _of_model(replace(measured, constant=constant, methods={}), own_treatment))


def model_digest(ready: Prepared) -> str:
    """SHA-256 of a trained model; of a recipe that of what declares it."""
    if ready.design.is_given:
        return ready.family.identity
    declared, training = to_json(ready.study), ready.design.factors.training
    recipe = {"model": declared["model"], "identity": ready.family.identity}
    if applied := [one for one in declared["interventions"] if one["name"] in training]:
        recipe["interventions"] = applied
    return hashlib.sha256(as_json(recipe)).hexdigest()


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


def _of_model(measured: Measurements, treatment: Treatment) -> Measurements:
    """What was measured of the model with this treatment, called as if there were no other: as it would be deployed, with its
    releases, and not once more as applied.
    """

    def plain(one: Treatment) -> Treatment | None:
        """The releases on top of the model; None for another one's."""
        own = set(treatment.interventions) <= set(one.interventions)
        return one.without(treatment.interventions) if own else None

    samples = {
        replace(cell, treatment=called): one
        for cell, one in measured.samples.items()
        if cell.tuning == "tuned" and cell.against is None and (called := plain(cell.treatment)) is not None
    }
    collapse: dict[tuple[Treatment, Tuning], str] = {
        (called, tuning): why
        for (one, tuning), why in measured.collapse.items()
        if tuning == "tuned" and (called := plain(one)) is not None
    }
    return replace(measured, samples=samples, collapse=collapse)


def _rounded(sample: Sample | NotMeasurable) -> Sample | NotMeasurable:
    if isinstance(sample, NotMeasurable):
        return sample
    contrasts = tuple(replace(one, values=_to_32_bits(one.values)) for one in sample.contrasts)
    return replace(sample, values=_to_32_bits(sample.values), contrasts=contrasts)


def _to_32_bits(values: Array) -> Array:
    return np.asarray(values, dtype=np.float32).astype(np.float64)
