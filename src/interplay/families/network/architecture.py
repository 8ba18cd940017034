"""The network of a study: the one its model section describes, or one that a program gives."""

from math import prod

import numpy as np

from interplay import streams
from interplay.data.dataset import Dataset
from interplay.data.encoder import Encoded
from interplay.design.plan import Design
from interplay.engine import jax, jnp
from interplay.errors import InterplayError, RefusedCombination, StudyError
from interplay.interventions import GradientIntervention
from interplay.models.computation import called
from interplay.models.convolutional import Convolutional
from interplay.models.coupling import couples_rows, normalises_batches
from interplay.models.dense import Dense
from interplay.models.network import Network
from interplay.models.reference import REFERENCE_ROWS, Referenced
from interplay.study import Study
from interplay.study.faults import Fault, raise_first
from interplay.study.positions import Positions

_INFLUENCE = (
    "the rows of a batch influence each other's gradient, so clipping one row's gradient bounds nobody's influence"
)
_COMPANY = "training takes batches in parts, and attacks and explanations move rows, so what comes out would not be about a row"


def network_of(study: Study, dataset: Dataset, encoded: Encoded, where: Positions | str = "the study") -> Network:
    """The declared architecture for the encoded columns and the classes of the data.

    Raises StudyError where the columns are not the values of the declared image.
    """
    columns, labels = len(encoded.columns), len(dataset.classes)
    if study.model.architecture == "dense":
        return Dense((columns, *study.model.hidden, labels))
    image = study.model.image or ()
    height, width, channels = (*image, 1)[:3]
    places = _places(study, dataset, columns, image, where)
    return Convolutional((height, width, channels), study.model.filters, study.model.hidden, labels, places)


def admitted(network: Network, design: Design, dataset: Dataset, encoded: Encoded) -> Network:
    """A network given by a program, once it fits the data and the interventions; with reference rows if it needs some.

    Batch normalisation takes its statistics from rows of the pool (see `interplay.models.reference`).

    Raises StudyError where it does not score the encoded columns with one number per class, and RefusedCombination
    where a row's scores depend on other rows: together with DP-SGD whatever the reason, and without it where the rows
    of one call act on each other, since then no score is that of a row.
    """
    columns, name = len(encoded.columns), called(network)
    if isinstance(network, Referenced) and network.normalises_batches and network.reference is None:
        count = min(REFERENCE_ROWS, len(design.pool))
        drawn = streams.generator(design.study.seed, "reference rows").choice(len(design.pool), count, replace=False)
        network = network.referring(encoded.matrix[design.pool[np.sort(drawn)]])
    _check_shapes(network, columns, len(dataset.classes))
    known, coupled = normalises_batches(network), couples_rows(network, columns)
    clipping = next((one for one in design.factors.training.values() if isinstance(one, GradientIntervention)), None)
    if clipping is not None and (known or coupled):
        raise RefusedCombination(
            f"a network that treats each row by itself, for {clipping.title}",
            f"{'batch normalisation' if known else 'scores that change with other rows'} in {name!r}: {_INFLUENCE}",
            f"the network, with {clipping.name!r}",
            f"use layer or group normalisation, or take out {clipping.name!r}",
        )
    if coupled:
        raise RefusedCombination(
            "a network that scores each row by itself",
            f"{name!r}, whose scores of a row change with the other rows of the same call: {_COMPANY}",
            "the network",
            "use layer or group normalisation, or batch normalisation through from_equinox or from_flax, which take its "
            "statistics from fixed rows",
        )
    return network


def _check_shapes(network: Network, columns: int, labels: int) -> None:
    where = f"the network {called(network)!r}"
    expected = f"class scores of shape (row, {labels}) for inputs of shape (row, {columns})"
    step = f"build it for {columns} encoded columns and {labels} classes"
    rows = jax.ShapeDtypeStruct((3, columns), jnp.float32)
    try:
        shapes = network.shapes
        scores = jax.eval_shape(network.logits, shapes, rows)
    except InterplayError:
        raise
    except Exception as problem:  # the functions are the user's, and may raise anything
        said = str(problem).strip().splitlines() or [""]
        raise StudyError(expected, f"{type(problem).__name__}: {said[0]}", where, step) from problem
    if getattr(scores, "shape", None) != (3, labels):
        found = f"shape {getattr(scores, 'shape', type(scores).__name__)} for inputs of shape (3, {columns})"
        raise StudyError(expected, found, where, step)
    kinds = {str(leaf.dtype) for leaf in jax.tree.leaves(shapes)} - {"float32"}
    if kinds or not jax.tree.leaves(shapes):
        found = ", ".join(sorted(kinds)) or "none"
        raise StudyError("parameters in float32", found, where, "make `initial` give float32 arrays, and at least one")


def _places(
    study: Study, dataset: Dataset, columns: int, image: tuple[int, ...], where: Positions | str
) -> tuple[int, ...] | None:
    """Which value of the image each column is; None when all are there.

    A pixel that never changes is left out of the columns like any constant, and keeps its place in the image.
    """
    left_out = {finding.column for finding in dataset.findings if finding.level == "dropped"}
    listed = dict.fromkeys(study.data.features or dataset.table.columns)
    pixels = [name for name in listed if name in dataset.features or name in left_out]
    if len(pixels) != prod(image) or columns != len(dataset.features):
        gone = len(pixels) - len(dataset.features)
        found = f"{columns} encoded columns" + (f", and {gone} left out because they say nothing" if gone else "")
        expected = f"as many columns as the image has values: {' x '.join(map(str, image))} = {prod(image)}"
        step = "correct the image, or put columns that are no pixels under [data.drop]"
        raise_first([Fault(("model", "image"), expected, found, step)], where)
    return tuple(place for place, name in enumerate(pixels) if name in dataset.features) if left_out else None
