"""One of two models that are compared: everything that is measured of it, on terms that both share."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace

import numpy as np

from interplay.arrays import Array, Int
from interplay.auditing.prepare import Prepared
from interplay.auditing.stages import Progress
from interplay.auditing.written import as_json
from interplay.design.gated import deployed, of_candidate, of_deployed, places, trained_part
from interplay.design.plan import Design
from interplay.design.settings import Settings, settle
from interplay.design.treatment import Treatment
from interplay.estimates import NotMeasurable, Sample
from interplay.measurement.constant import constant_levels
from interplay.measurement.measure import ControlReference, decisions, measured_with, reference
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
    """A model, and what was measured of it.

    `measured` calls its cells as if nothing acted on it; `as_treated` has them, and those of the control, under their treatments.
    """

    ready: Prepared
    fleet: Fleet
    terms: Terms
    measured: Measurements
    as_treated: Measurements

    @property
    def decisions(self) -> Int[Array, "member row"] | NotMeasurable:
        """The decisions of its members on all rows."""
        setting, design = self.ready.setting(), self.ready.design
        return decisions(setting, self.fleet.tuned[trained_part(design)], deployed(design), self.terms.reference)

    @property
    def words(self) -> dict[str, str]:
        """What it is, and its digest."""
        ready = self.ready
        known, applied = ready.design.factors.known, deployed(ready.design).interventions
        titles = " and ".join(known[name].title for name in applied)
        model = f"{ready.family.words}, with {titles}" if titles else ready.family.words
        return {"model": model, "digest": model_digest(ready)}


def measured_side(
    ready: Prepared,
    terms: Terms | None = None,
    fleet: Fleet | None = None,
    progress: Progress = lambda *_: None,
    settled: Settings | None = None,
) -> Side:
    """Measure a model that is trained already, or train and measure a recipe.

    Without `terms` it settles them itself, as the approved model does; `fleet` are its members where they are trained already,
    with what was `settled` for them.
    """
    if terms is not None:
        settled = Settings(radius=terms.radius)
    elif settled is None:
        settled = settings(ready.training_setting(), ready.setting(), ready.tuning_rows(), anew)
    ready = replace(ready, design=of_deployed(settle(ready.design, settled)))
    if fleet is None:
        shop = ready.training_setting()
        fleet = train(shop, tune(shop, ready.tuning_rows()))
    setting = ready.setting()
    if terms is None:
        own = reference(setting, fleet.tuned[trained_part(ready.design)])
        terms = Terms(ready.design.radius, own.miscoverage, own.share)
    found = measured_with(setting, fleet, terms.reference, progress)
    measured = replace(found, constant=constant_levels(setting, terms.miscoverage), methods={})
    return Side(ready, fleet, terms, _of_model(measured, ready.design), measured)


def model_digest(ready: Prepared) -> str:
    """SHA-256 of a trained model; of a recipe, and where something acts on a model, that of what declares it."""
    declared, acting = to_json(ready.study), deployed(ready.design).interventions
    applied = [one for one in declared["interventions"] if one["name"] in acting]
    if ready.design.is_given and not applied:
        return ready.family.identity
    recipe = {"model": declared["model"], "identity": ready.family.identity}
    if applied:
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


def _of_model(measured: Measurements, design: Design) -> Measurements:
    """What was measured of the model that is deployed, called as if nothing acted on it: with its releases, and not once more as
    applied.
    """
    own, plain = places(design, deployed(design)), places(design)
    samples = {
        replace(cell, treatment=plain[cell.metric]): one
        for cell, one in measured.samples.items()
        if cell.tuning == "tuned" and cell.against is None and cell.treatment == own.get(cell.metric)
    }
    called = {own[key]: plain[key] for key in own} | {deployed(design): Treatment()}
    collapse: dict[tuple[Treatment, Tuning], str] = {
        (called[one], tuning): why
        for (one, tuning), why in measured.collapse.items()
        if tuning == "tuned" and one in called
    }
    return replace(measured, samples=samples, collapse=collapse)


def _rounded(sample: Sample | NotMeasurable) -> Sample | NotMeasurable:
    if isinstance(sample, NotMeasurable):
        return sample
    contrasts = tuple(replace(one, values=_to_32_bits(one.values)) for one in sample.contrasts)
    return replace(sample, values=_to_32_bits(sample.values), contrasts=contrasts)


def _to_32_bits(values: Array) -> Array:
    return np.asarray(values, dtype=np.float32).astype(np.float64)
