"""What interventions are for: metrics of the catalogue that measure an aspect they pursue."""

from collections.abc import Iterator, Mapping

from interplay.data.nearest import suggestion
from interplay.errors import InterplayError
from interplay.interventions import Intervention
from interplay.metrics import Metric
from interplay.study.faults import Fault
from interplay.study.instances import build
from interplay.study.model import Study
from interplay.study.wording import quoted


def service_faults(
    study: Study, known: Mapping[str, type[Intervention]], metrics: Mapping[str, type[Metric]]
) -> Iterator[Fault]:
    """What is wrong with the positive controls that a study declares; what cannot be built is told elsewhere."""
    for index, section in enumerate(study.interventions):
        if section.name not in known or "serves" not in section.parameters:
            continue
        try:
            made = build(section, known[section.name])
        except (InterplayError, TypeError, ValueError):
            continue
        path = ("interventions", index, "parameters", "serves")
        for service in made.aims:
            if service.metric not in metrics:
                yield Fault(
                    path, "a metric of the catalogue", quoted(service.metric), suggestion(service.metric, metrics)
                )
            elif made.aspects and (aspect := metrics[service.metric].aspect) not in made.aspects:
                found = f"{quoted(service.metric)}, which measures {aspect.value}"
                step = f"add {quoted(aspect.value)} to aspects, or name another metric"
                yield Fault(path, "a metric of an aspect that it is for", found, step)
