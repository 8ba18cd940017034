"""Which treatments a decision may choose, and where their metrics are measured."""

from collections.abc import Mapping, Sequence

from interplay.design.contexts import layer_of, measured_on
from interplay.design.factors import Factors, factorial
from interplay.design.treatment import Treatment
from interplay.interventions import PredictionIntervention
from interplay.metrics import Metric


def candidates(built: Factors) -> tuple[Treatment, ...]:
    """Every crossed treatment, alone and with each prediction layer.

    Releases (explanations, prediction sets) are not chosen between: those the study lists are taken to go out with every
    candidate, and their metrics are measured with them on top.
    """
    prediction = [name for name, one in built.layers.items() if isinstance(one, PredictionIntervention)]
    tops: list[tuple[str, ...]] = [(), *((name,) for name in prediction)]
    return tuple(Treatment(bare.interventions + top) for bare in factorial(built) for top in tops)


def measured_at(
    choices: Sequence[Treatment], metrics: Mapping[str, Metric], built: Factors
) -> dict[tuple[Treatment, str], Treatment]:
    """For each candidate and metric, the treatment on which the candidate's value was measured.

    A metric of released things is read with the first release that makes them, on the candidate's trained model; a
    metric that a prediction layer does not touch is read without the layer.
    """
    found = {}
    for choice in choices:
        bare = choice.without(tuple(built.layers))
        for key, metric in metrics.items():
            releases = layer_of(metric, built)
            if releases:
                found[choice, key] = built.treatment((*bare.interventions, releases[0]))
            else:
                found[choice, key] = choice if measured_on(choice, metric, built) else bare
    return found
