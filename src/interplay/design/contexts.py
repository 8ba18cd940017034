"""Which metrics a treatment has, and which cells are compared: decided before anything runs."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from interplay import catalogue
from interplay.aspects import Aspect
from interplay.design.comparison import Comparison
from interplay.design.factors import Factors, factorial, trained
from interplay.design.treatment import Treatment
from interplay.evidence import CleanTwin, DecisionRule, Exhibit, released, rests_on
from interplay.interactions import Interaction, Probe
from interplay.interventions import Intervention, PredictionIntervention, ReleaseIntervention, Service
from interplay.metrics import GroupMetric, Metric


def metrics_for(groupings: Sequence[str]) -> dict[str, Metric]:
    """Every metric of the catalogue by key, group metrics once for each grouping."""
    built: list[Metric] = []
    for kind in catalogue.metrics().values():
        if issubclass(kind, GroupMetric):
            built.extend(kind(grouping=grouping) for grouping in groupings)
        else:
            built.append(kind())
    return {metric.key: metric for metric in built}


def layer_of(metric: Metric, built: Factors) -> tuple[str, ...]:
    """The layers of which one must be on for the metric to exist; empty when none is needed, or several together are."""
    kinds = released(metric.needs)
    return _layers_releasing(kinds[0], built) if len(kinds) == 1 else ()


def _layers_releasing(kind: type[Exhibit], built: Factors) -> tuple[str, ...]:
    return tuple(
        name
        for name, layer in built.layers.items()
        if isinstance(layer, ReleaseIntervention) and layer.releases is kind
    )


def measured_on(treatment: Treatment, metric: Metric, built: Factors) -> bool:
    """Whether `metric` is measured on `treatment`: metrics of released things where they are released, metrics of
    decisions on bare treatments and where a prediction layer changes decisions, what poisoned rows do where some are.
    """
    if rests_on(metric.needs, CleanTwin) and built.clean(treatment) is None:
        return False
    layers = [name for name in treatment.interventions if name in built.layers]
    if kinds := released(metric.needs):
        return all(set(_layers_releasing(kind, built)) & set(layers) for kind in kinds)
    decides = rests_on(metric.needs, DecisionRule)
    return not layers or (decides and all(isinstance(built.layers[name], PredictionIntervention) for name in layers))


def comparisons(
    built: Factors,
    metrics: Mapping[str, Metric],
    interactions: Mapping[str, Interaction],
    grouping: str | None = None,
) -> tuple[Comparison, ...]:
    """Everything that will be compared: each treatment against the control, the probes, and the positive controls.

    `grouping` is the one that fairness interventions act on: whether they work is seen on it alone, and on every
    grouping where None. What a probe asks of a combination that a fraction leaves out is not compared.
    """
    plain = _against_control(built, metrics)
    asked = [
        one
        for one in [*_probes(built, metrics, interactions), *_controls(built, metrics, grouping)]
        if _is_trained(one.treatment, built) and (one.baseline is None or _is_trained(one.baseline, built))
    ]
    merged: dict[tuple[object, ...], Comparison] = {}
    for one in [*plain, *asked]:
        place = (one.treatment, one.baseline, one.metric, one.baseline_metric)
        known = merged.get(place)
        if known is None:
            merged[place] = one
        else:
            merged[place] = replace(
                known,
                probe=known.probe or one.probe,
                primary=known.primary or one.primary,
                control_of=known.control_of or one.control_of,
            )
    return tuple(merged.values())


def _is_trained(treatment: Treatment, built: Factors) -> bool:
    return treatment.without(tuple(built.layers)) in trained(built)


def _sources(names: tuple[str, ...], built: Factors) -> tuple[Aspect, ...]:
    found = [aspect for name in names for aspect in built.known[name].aspects]
    return tuple(dict.fromkeys(found))


def _against_control(built: Factors, metrics: Mapping[str, Metric]) -> list[Comparison]:
    prediction = [name for name, one in built.layers.items() if isinstance(one, PredictionIntervention)]
    tops: list[tuple[str, ...]] = [(), *((name,) for name in prediction)]
    found = []
    crossed = [bare.interventions + top for bare in factorial(built) for top in tops]
    for applied in [*crossed, *((name,) for name in built.alone)]:
        for metric in (one for one in metrics.values() if applied and not one.descriptive):
            contexts: list[tuple[str, ...]] = [*((name,) for name in layer_of(metric, built))] or [()]
            for context in contexts:
                treatment, without = built.treatment(applied + context), built.treatment(context)
                both = measured_on(treatment, metric, built) and measured_on(without, metric, built)
                if both and not (context and set(applied) & set(prediction)):
                    found.append(_held_against(treatment, context, applied, metric, built))
    return found


def _held_against(
    treatment: Treatment, context: tuple[str, ...], applied: tuple[str, ...], metric: Metric, built: Factors
) -> Comparison:
    source = _sources(applied, built)
    return Comparison(treatment, built.treatment(context), metric.key, metric.key, applied, source, metric.aspect)


def _probes(built: Factors, metrics: Mapping[str, Metric], interactions: Mapping[str, Interaction]) -> list[Comparison]:
    return [
        replace(one, probe=f"{interaction.name}/{probe.name}", primary=probe.primary)
        for interaction in interactions.values()
        for probe in interaction.probes
        if isinstance(probe, Probe)
        for name in probe.interventions
        if {name, *probe.context, *probe.replaces} <= set(built.all)
        for one in _cells(name, probe, probe.context, _pursued(name, interaction.source, built), built, metrics)
    ]


def _pursued(name: str, source: Aspect, built: Factors) -> tuple[Aspect, ...]:
    """The source of a pair where an intervention pursues it: a diagnostic of where harms come from may pursue nothing."""
    return (source,) if source in built.known[name].aspects else ()


def _controls(built: Factors, metrics: Mapping[str, Metric], grouping: str | None) -> list[Comparison]:
    return [
        replace(one, control_of=name)
        for name, intervention in built.known.items()
        for service in intervention.aims
        if set(service.replaces) <= set(built.all)
        for one in _cells(name, service, (), _sources((name,), built), built, metrics)
        if _acts_on(intervention, metrics[one.metric], grouping)
    ]


def _acts_on(intervention: Intervention, metric: Metric, grouping: str | None) -> bool:
    """A fairness intervention works where it acts: what it does to another grouping is not its job."""
    if grouping is None or Aspect.FAIRNESS not in intervention.aspects or not isinstance(metric, GroupMetric):
        return True
    return metric.grouping == grouping


def _cells(
    name: str,
    asked: Probe | Service,
    context: tuple[str, ...],
    source: tuple[Aspect, ...],
    built: Factors,
    metrics: Mapping[str, Metric],
) -> list[Comparison]:
    treatment = built.treatment((name, *context))
    without = built.treatment((*asked.replaces, *context))
    found = []
    for key, metric in metrics.items():
        if metric.name == asked.metric:
            other = (asked.baseline_metric or asked.metric) + key.removeprefix(asked.metric)
            against = other if other in metrics else asked.baseline_metric or asked.metric
            here = treatment if measured_on(treatment, metrics[against], built) else without
            baseline = {"without": without, "same": here, "absent": None}[asked.baseline]
            found.append(Comparison(treatment, baseline, key, against, (name,), source, metric.aspect))
    return found
