"""What two models are compared by: the study without what acts in training, its releases, and one comparison a metric."""

from collections.abc import Collection, Mapping
from dataclasses import replace

from interplay import catalogue
from interplay.design.candidates import measured_at
from interplay.design.comparison import Comparison
from interplay.design.plan import Design
from interplay.design.treatment import Treatment
from interplay.evidence import (
    AdversarialScores,
    AttackedCalibration,
    CategoryFlips,
    DecisionDisclosure,
    Distances,
    Explanations,
    LossMemberships,
    rests_on,
)
from interplay.interventions import PredictionIntervention, ReleaseIntervention
from interplay.metrics import Metric
from interplay.study import Study
from interplay.study.model import GateSection, InterventionSection, ModelSection, PrioritiesSection

CONTROL = Treatment()
CANDIDATE = "candidate"
"""What treatments of the candidate begin with."""

USUAL = ("split_conformal", "release_explanations")
"""Releases that are measured where the study lists none of their kind, so that uncertainty and explanations are compared too."""

SLOW = (AdversarialScores, AttackedCalibration, CategoryFlips, Distances, Explanations)
"""What takes many questions to a model."""


def gated(study: Study, model: ModelSection | None = None, applied: Collection[str] = ()) -> Study:
    """The study of one model with its releases, and nothing that acts in training or on decisions but what is `applied`.

    Priorities, goals and the gate itself do not belong to what is measured.

    Example:
        >>> study = Study(name="loans", data={"source": "mortgage"}, interventions=[{"name": "dp_sgd"}])
        >>> [one.name for one in gated(study).interventions]
        ['split_conformal', 'release_explanations']
    """
    known = catalogue.interventions()
    releases = [one for one in study.interventions if issubclass(known[one.name], ReleaseIntervention)]
    own = [
        one.model_copy(update={"strengths": {}, "alone": False}) for one in study.interventions if one.name in applied
    ]
    there = {_released(known[one.name]) for one in releases}
    added = [InterventionSection(name=name) for name in USUAL if _released(known[name]) not in there]
    return study.model_copy(
        update={
            "interventions": (*(one for one in own if one not in releases), *releases, *added),
            "model": study.model if model is None else model,
            "priorities": PrioritiesSection(),
            "soft_goals": (),
            "purpose": "",
            "gate": GateSection(),
        }
    )


def _released(kind: type) -> object:
    return getattr(kind, "releases", None)


def deployed(design: Design) -> Treatment:
    """What acts in training of the one model that such a study has, and on its decisions; the control where nothing does."""
    built = design.factors
    rules = (name for name, one in built.layers.items() if isinstance(one, PredictionIntervention))
    return built.treatment((*built.training, *rules))


def trained_part(design: Design) -> Treatment:
    """What acts in training of that model."""
    return deployed(design).without(tuple(design.factors.layers))


def of_deployed(design: Design) -> Design:
    """The same with that model and the control alone trained, and measured with the releases that the study has."""
    trainings = tuple(dict.fromkeys((Treatment(), trained_part(design))))
    layers = tuple(design.factors.layers)
    kept = tuple(one for one in design.treatments if one.without(layers) in trainings)
    return replace(design, trainings=trainings, treatments=kept, comparisons=())


def of_candidate(treatment: Treatment) -> Treatment:
    """The same treatment of the candidate.

    Example:
        >>> of_candidate(Treatment()).name, of_candidate(Treatment(("split_conformal",))).name
        ('candidate', 'candidate + split_conformal')
    """
    return Treatment((CANDIDATE, *treatment.interventions))


def places(design: Design, model: Treatment = CONTROL) -> Mapping[str, Treatment]:
    """By metric, the treatment on which a model's own value is measured: alone, or with the release that makes it."""
    found = measured_at([model], design.metrics, design.factors)
    return {key: found[model, key] for key in design.metrics}


def against_approved(design: Design, declared: Collection[str]) -> tuple[Comparison, ...]:
    """The candidate against the approved model on every metric that one model has; those `declared` are primary."""
    at = places(design)
    return tuple(
        Comparison(
            treatment=of_candidate(at[key]),
            baseline=at[key],
            metric=key,
            baseline_metric=key,
            applied=(CANDIDATE,),
            source=(),
            target=metric.aspect,
            probe="gate" if key in declared else "",
            primary=key in declared,
        )
        for key, metric in design.metrics.items()
        if not metric.descriptive and not metric.paired
    )


def headline(metrics: Mapping[str, Metric], study: Study, decides_only: bool = False) -> tuple[str, ...]:
    """The cells that decide where a study declares none: headline metrics, and those with limits.

    A model that is trained already has no headline metric of privacy that can be measured; the threshold on the loss, which
    takes no other model, decides in its place, and of a model that only decides whether decisions are right.
    """
    limited = {limit.metric for limit in study.limits}
    attack = DecisionDisclosure if decides_only else LossMemberships
    alone = {key for key, one in metrics.items() if study.model.is_given and attack in one.needs}
    return tuple(key for key, one in metrics.items() if one.headline or key in alone or {key, one.name} & limited)


def is_quick(metric: Metric) -> bool:
    """Whether a metric follows from a model's scores on the rows as they are: neither attacked nor explained."""
    return not any(rests_on(metric.needs, kind) for kind in SLOW)
