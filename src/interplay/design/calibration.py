"""Whether there are enough calibration rows for prediction sets that say anything."""

from interplay.arrays import Array, Bool
from interplay.data.dataset import Dataset
from interplay.design.plan import Design, mitigated
from interplay.interventions import SetIntervention


def vacuous_sets(design: Design, dataset: Dataset, counted: Bool[Array, " row"]) -> tuple[str, ...]:
    """What is known beforehand of prediction sets that will say nothing, as sentences."""
    name = mitigated(dataset, design.study.groups.mitigate)
    grouping = None if name is None else dataset.groupings[name]
    found = [
        (name, part.foreseen(layer))
        for name, layer in design.factors.layers.items()
        if isinstance(layer, SetIntervention)
        for part in layer.parts(
            layer.division(grouping, dataset.by_class),
            design.split.calibration,
            counted,
            design.study.groups.minimum_rows,
        )
    ]
    return tuple(f"{name}: {why}" for name, why in found if why)
